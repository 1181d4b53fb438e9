// What was last seen of each relay of a feed, kept in a file so that a dead one does not slow every command.
import {
  canonicalJsonBytes,
  type Files,
  HASH,
  hasShape,
  type Json,
  jsonIfAny,
  membersOf,
  numberFrom,
  OBJECT,
  oneOf,
  type Shape,
  TEXT,
  wholeFrom,
} from "../core/index.ts";
import type { FeedKey } from "../ledger/index.ts";

const FORMAT = "fleet.skywire/relay-notes/v1";
const RETRY_FIRST_MS = 5_000;
/** A relay that is back is found within a quarter of an hour, without a dead one slowing every command. */
const RETRY_LAST_MS: number = 15 * 60 * 1_000;
const DOUBLINGS_MAX = 10;

/** Relays are worked on at the same time; their notes are changed one after the other. */
const turns = new WeakMap<Files, Promise<void>>();

/** One of our Roots. */
export interface RootNote {
  readonly seq: number;
  /** Hex. */
  readonly root: string;
}

/** A Root of ours that a relay was seen to have, with all its entries. */
export interface WholeNote extends RootNote {
  /** Entries. */
  readonly size: number;
  readonly atMs: number;
  /** A newer Root, where only what is below both came; absent where everything below this one came. */
  readonly within?: RootNote;
}

/** What was last seen of one relay. Only a memory: what a relay holds is asked of the relay. */
export interface RelayNote {
  /**
   * Our Root up to which everything was asked back from it, and came; absent when that never was. Release 0.1.0 wrote
   * `held`, which said less and counts for nothing.
   */
  readonly whole?: WholeNote;
  /** A first Root was pushed, and it is not known that the registry came. */
  readonly awaitsRegistry?: true;
  readonly triedAtMs: number;
  /** Tries in a row that did not end with the relay holding the newest Root. */
  readonly failures: number;
  /** What came of the last try, a clause without a period. */
  readonly says: string;
}

const ROOT: Shape<RootNote> = membersOf({ seq: wholeFrom(), root: HASH });

const NOTE: Shape<RelayNote> = membersOf(
  { triedAtMs: numberFrom(), failures: numberFrom(), says: TEXT },
  {
    whole: membersOf<WholeNote>(
      { seq: wholeFrom(), root: HASH, size: wholeFrom(), atMs: wholeFrom() },
      { within: ROOT },
    ),
    awaitsRegistry: oneOf(true),
  },
);

/** A note that cannot be read is forgotten alone, so its shape is asked apart. */
const NOTES = membersOf<{
  readonly format: typeof FORMAT;
  readonly feed: string;
  readonly relays: Readonly<Record<string, unknown>>;
}>({ format: oneOf(FORMAT), feed: TEXT, relays: OBJECT });

/** What was last seen of the relays of one feed, by address. */
export type RelayNotes = ReadonlyMap<string, RelayNote>;

/** The earliest time at which a relay is tried again by itself. */
function nextTryMs({ triedAtMs, failures }: RelayNote): number {
  if (failures === 0) return triedAtMs;
  const waitMs = RETRY_FIRST_MS * 2 ** Math.min(failures - 1, DOUBLINGS_MAX);
  return triedAtMs + Math.min(waitMs, RETRY_LAST_MS);
}

/**
 * True where a relay is tried again by itself. A last try that lies ahead was noted by a wrong clock, or is now looked at
 * by one: it holds nothing up.
 */
export function isTimeToTry(note: RelayNote, nowMs: number): boolean {
  return nowMs < note.triedAtMs || nowMs >= nextTryMs(note);
}

/** Reads the notes of a feed. What cannot be read is forgotten: the relays are asked again. */
export async function readRelayNotes(
  files: Files,
  path: string,
  feed: FeedKey,
): Promise<RelayNotes> {
  const bytes = await files.read(path);
  return bytes === undefined ? new Map() : parseNotes(bytes, feed);
}

/**
 * Changes the note about one relay in one step, beside what others changed meanwhile.
 * @throws FleetError files/*
 */
export async function changeRelayNote(
  place: { readonly files: Files; readonly path: string; readonly feed: FeedKey },
  relay: string,
  change: (before: RelayNote | undefined) => RelayNote,
): Promise<void> {
  const { files, path, feed } = place;
  const turn = (turns.get(files) ?? Promise.resolve()).then(async () => {
    const notes = new Map(await readRelayNotes(files, path, feed));
    notes.set(relay, change(notes.get(relay)));
    const document = { format: FORMAT, feed, relays: Object.fromEntries(notes) } as unknown as Json;
    await files.makeFolder(path.slice(0, path.lastIndexOf("/")));
    await files.replace(path, canonicalJsonBytes(document), { mode: 0o600 });
  });
  turns.set(
    files,
    turn.catch(() => undefined),
  );
  await turn;
}

function parseNotes(bytes: Uint8Array, feed: FeedKey): RelayNotes {
  const document = jsonIfAny(bytes);
  if (!hasShape(document, NOTES) || document.feed !== feed) return new Map();
  const notes = Object.entries(document.relays);
  return new Map(notes.filter((pair): pair is [string, RelayNote] => hasShape(pair[1], NOTE)));
}
