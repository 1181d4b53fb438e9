// Opens a visor for writing, and a second time where the local visor may have had too much to carry.
import { type Clock, hasCode } from "../../core/index.ts";
import type {
  ReadingWants,
  VisorTarget,
  VisorWriter,
  WriteSession,
} from "../../skywire/visor/index.ts";
import type { WritePlace, Places } from "./places.ts";

/** A connection that was closed within this time was turned away; a visor that is gone takes longer to be told of. */
const TURNED_AWAY_MS = 2_000;

/** What opening a session needs. */
export interface SessionDoor {
  readonly writer: VisorWriter;
  readonly clock: Clock;
  readonly places: Places;
  /** Held by who opens. */
  readonly place: WritePlace;
}

/**
 * A session, or why there is none. A visor that was turned away among many is asked once more among few: only then
 * is anything said of it. Nothing was written to it either way.
 */
export async function openSession(
  door: SessionDoor,
  target: VisorTarget,
  wants: ReadingWants,
): Promise<WriteSession | { readonly refusal: string }> {
  const { places, place, clock } = door;
  const beganMs = clock.now();
  const wasCrowded = places.isCrowded;
  const first = await openOnce(door, target, wants);
  if (first.kind === "open") {
    places.raise();
    return first.session;
  }
  const isDoubtful = first.isUnreachable && clock.now() - beganMs < TURNED_AWAY_MS;
  if (!wasCrowded || !isDoubtful) return first;
  places.lower();
  place.leave();
  await place.enter();
  const again = await openOnce(door, target, wants);
  return again.kind === "open" ? again.session : again;
}

type Opened =
  | { readonly kind: "open"; readonly session: WriteSession }
  | { readonly kind: "refused"; readonly refusal: string; readonly isUnreachable: boolean };

async function openOnce(
  { writer }: SessionDoor,
  target: VisorTarget,
  wants: ReadingWants,
): Promise<Opened> {
  try {
    return { kind: "open", session: await writer.open(target, wants) };
  } catch (error) {
    if (!hasCode(error, "visor/") && !hasCode(error, "net/")) throw error;
    const isUnreachable = hasCode(error, "visor/unreachable");
    return { kind: "refused", refusal: error.message, isUnreachable };
  }
}
