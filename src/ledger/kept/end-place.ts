// Where a writer left its ledger: the next one goes on from there, and does not read what is before.
import type { Files } from "../../core/index.ts";
import type { LedgerPlace } from "../history.ts";
import type { OperatorKeys } from "../keys/keys.ts";
import type { ReadOnlyLedger } from "../ledger.ts";
import { readKept, writeKept } from "./kept-file.ts";
import { KEPT_FROM, noteOf, WHY_NOT_KEPT } from "./kept-fold.ts";

const NAME = "kept-end";
/** So many entries are read again before the file is written anew. */
const KEEP_EVERY = 256;

/** Where it is kept. */
export interface EndPlaceOptions {
  readonly files: Files;
  /** The ledger's own folder. */
  readonly folder: string;
  readonly keys: OperatorKeys;
  /** Told where the file counts for nothing, a sentence. */
  readonly tell?: (note: string) => void;
}

/**
 * Goes on from where the last writer left, if that is kept and of this ledger.
 * @returns how many entries are before that; 0 where all will be read
 */
export async function resumeEnd(options: EndPlaceOptions, ledger: ReadOnlyLedger): Promise<number> {
  const file = { ...options, name: NAME };
  if (ledger.head.size < KEPT_FROM) return 0;
  const read = await readKept(file);
  if (read.kind === "none") return 0;
  if (read.kind === "kept") {
    // It opened with our own key under this release's name, so that nobody else made it.
    const place = read.value as LedgerPlace;
    if (await ledger.resume(place)) return place.size;
  }
  const why = read.kind === "kept" ? "other-ledger" : read.kind;
  options.tell?.(noteOf(file, WHY_NOT_KEPT[why]));
  return 0;
}

/** Keeps where a writer leaves a ledger whose end it has read. @param before what {@link resumeEnd} gave */
export async function keepEnd(
  options: EndPlaceOptions,
  ledger: ReadOnlyLedger,
  before: number,
): Promise<void> {
  const { size } = ledger.head;
  if (size < KEPT_FROM || size - before < KEEP_EVERY) return;
  await writeKept({ ...options, name: NAME }, await ledger.place());
}
