import { canonicalJsonBytes, type Files, fromUtf8, hasCode, type Json } from "../core/index.ts";
import type { FeedKey } from "../ledger/index.ts";

const FORMAT = "fleet.skywire/relay-notes/v1";
const RETRY_FIRST_MS = 5_000;
/** A relay that is back is found within a quarter of an hour, without a dead one slowing every command. */
const RETRY_LAST_MS: number = 15 * 60 * 1_000;
const DOUBLINGS_MAX = 10;

/** What was last seen of one relay. Only a memory: what a relay holds is asked of the relay. */
export interface RelayNote {
  /** The last Root of ours that it was seen to hold and to serve; absent when it never was. */
  readonly held?: {
    readonly seq: number;
    readonly root: string;
    readonly size: number;
    readonly atMs: number;
  };
  readonly triedAtMs: number;
  /** Tries in a row that did not end with the relay holding the newest Root. */
  readonly failures: number;
  /** What came of the last try, a clause without a period. */
  readonly says: string;
}

/** What was last seen of the relays of one feed, by address. */
export type RelayNotes = ReadonlyMap<string, RelayNote>;

/** The earliest time at which a relay is tried again by itself. */
export function nextTryMs({ triedAtMs, failures }: RelayNote): number {
  if (failures === 0) return triedAtMs;
  const waitMs = RETRY_FIRST_MS * 2 ** Math.min(failures - 1, DOUBLINGS_MAX);
  return triedAtMs + Math.min(waitMs, RETRY_LAST_MS);
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

/** Replaces the notes of a feed in one step. @throws FleetError files/* */
export async function writeRelayNotes(
  files: Files,
  path: string,
  feed: FeedKey,
  notes: RelayNotes,
): Promise<void> {
  const document = { format: FORMAT, feed, relays: Object.fromEntries(notes) } as unknown as Json;
  await files.makeFolder(path.slice(0, path.lastIndexOf("/")));
  await files.replace(path, canonicalJsonBytes(document), { mode: 0o600 });
}

function parseNotes(bytes: Uint8Array, feed: FeedKey): RelayNotes {
  try {
    const document: unknown = JSON.parse(fromUtf8(bytes));
    if (!isObject(document) || document["format"] !== FORMAT || document["feed"] !== feed)
      return new Map();
    const relays = document["relays"];
    if (!isObject(relays)) return new Map();
    return new Map(
      Object.entries(relays).filter((pair): pair is [string, RelayNote] => isNote(pair[1])),
    );
  } catch (error) {
    if (error instanceof SyntaxError || hasCode(error, "core/")) return new Map();
    throw error;
  }
}

function isNote(value: unknown): value is RelayNote {
  if (!isObject(value)) return false;
  const { held, triedAtMs, failures, says } = value;
  const isHeld =
    held === undefined ||
    (isObject(held) &&
      [held["seq"], held["size"], held["atMs"]].every((part) => typeof part === "number") &&
      typeof held["root"] === "string");
  return (
    isHeld &&
    typeof triedAtMs === "number" &&
    typeof failures === "number" &&
    typeof says === "string"
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
