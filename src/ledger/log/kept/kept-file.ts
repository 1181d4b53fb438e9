// A file beside a ledger that holds what was derived from its entries, sealed by the operator for themself; one such holds where a writer left it.
import {
  concatBytes,
  equalBytes,
  type Files,
  FLEET_VERSION,
  fromUtf8,
  hasCode,
  utf8,
} from "../../../core/index.ts";
import type { LedgerPlace } from "../history.ts";
import type { OperatorKeys } from "../../keys/index.ts";
import type { ReadOnlyLedger } from "../ledger.ts";
import { decodeShared, encodeShared, type Shared } from "./shared-json.ts";

/**
 * Raised whenever what is kept, or how it is gathered, becomes another.
 * @internal a test asks for a new number when a gathering changes
 */
export const KEPT_FORMAT = 1;
const MAGIC = utf8("fleet kept history\n");
const FILE_MODE = 0o600;
/** A fleet of 10,000 visors takes about a quarter of it. */
const BYTES_MAX = 256 * 1024 * 1024;

/** Fewer entries are read as fast as a file that stands for them. */
export const KEPT_FROM = 512;
/** So many new entries are read again each time before the file is written anew. */
export const KEEP_EVERY = 256;

/** Where a file of derived things is, and whose. */
export interface KeptPlace {
  readonly files: Files;
  /** The ledger's own folder. */
  readonly folder: string;
  /** The file's name: what it holds. */
  readonly name: string;
  readonly keys: OperatorKeys;
}

/** What a file holds, or why it counts for nothing; nothing where there is none. */
export type Kept =
  | { readonly kind: "none" }
  /** Of another release: as good as none, and no fault. */
  | { readonly kind: "other-release" }
  | { readonly kind: "damaged" }
  | { readonly kind: "kept"; readonly value: unknown };

/** Reads one. That it is of the ledger as it is now is for who asks to prove. @throws FleetError files/* */
export async function readKept({ files, folder, name, keys }: KeptPlace): Promise<Kept> {
  let bytes: Uint8Array | undefined;
  try {
    bytes = await files.read(`${folder}/${name}`, { bytesMax: BYTES_MAX });
  } catch (error) {
    if (!hasCode(error, "files/")) throw error;
    return { kind: "damaged" };
  }
  if (bytes === undefined) return { kind: "none" };
  const head = headOf();
  if (!equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)) return { kind: "damaged" };
  if (!equalBytes(bytes.subarray(0, head.length), head)) return { kind: "other-release" };
  const opened = keys.openOwn(sealedAs(name, keys), bytes.subarray(head.length));
  if (opened === undefined) return { kind: "damaged" };
  try {
    return { kind: "kept", value: decodeShared(fromUtf8(opened)) };
  } catch {
    return { kind: "damaged" };
  }
}

/** Writes one in one step. Without it everything is read again: that it cannot be written is no failure. */
export async function writeKept(
  { files, folder, name, keys }: KeptPlace,
  value: Shared,
): Promise<void> {
  try {
    const sealed = keys.sealOwn(sealedAs(name, keys), utf8(encodeShared(value)));
    await files.replace(`${folder}/${name}`, concatBytes(headOf(), sealed), { mode: FILE_MODE });
  } catch (error) {
    // A value that is too deep or too long to be written is none that has to be.
    if (!hasCode(error, "files/") && !(error instanceof RangeError)) throw error;
  }
}

/** In the open, so that a file of another release is told from a damaged one. */
function headOf(): Uint8Array {
  return concatBytes(MAGIC, utf8(`${FLEET_VERSION} ${KEPT_FORMAT}\n`));
}

/** A file of another ledger or of another kind does not open. */
function sealedAs(name: string, { feed }: OperatorKeys): string {
  return `${utf8(name).length} ${name} ${feed} ${FLEET_VERSION} ${KEPT_FORMAT}`;
}

/** Why a file counts for nothing. */
export const WHY_NOT_KEPT = {
  damaged: "is damaged, or was not made by us",
  "other-release": "was made by another release of fleet",
  "other-ledger": "is not of the ledger that is here now",
} as const;

/** What is said of a file that counts for nothing. */
export function noteOf({ folder, name }: Pick<KeptPlace, "folder" | "name">, why: string): string {
  return `${folder}/${name}, which spares reading old entries, ${why}: all entries were read, and it is made again`;
}

// Where a writer left its ledger: the next one goes on from there, and does not read what is before.

const NAME = "kept-end";

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
