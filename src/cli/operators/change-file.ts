// The file in which operators collect signatures under one change of the keyset, read, checked and written.
import { usage } from "../shell/usage.ts";
import { resolve } from "node:path";
import { FleetError, type OperatorKey } from "../../core/index.ts";
import {
  type ChangeState,
  formatKeysetChange,
  hasSameTerms,
  type KeysetChange,
  type KeysetChangeDocument,
  type KeysetTerms,
  parseKeysetChange,
  stateOfChange,
} from "../../ledger/index.ts";
import { keysetDifferences, keysetFromRecord } from "../../reconcile/index.ts";
import { printable } from "../../view/index.ts";
import { readNamed } from "../manifest/manifest-source.ts";
import { type FileAsRead, rewriteFile } from "../shell/rewrite-file.ts";
import type { World } from "../shell/world.ts";
import { type KeysetPast, namesOf } from "./keyset-past.ts";
import type { SignaturesReport } from "./report.ts";

/** Nothing in it is secret, and other operators are to read it. */
const FILE_MODE = 0o644;

/** A keyset-change document in its file. */
export interface ChangeFile extends FileAsRead {
  readonly document: KeysetChangeDocument;
}

/** Reads a document, all of whose signatures hold. @throws FleetError cli/no-file, ledger/keyset-change */
export async function readChangeFile(name: string, world: World): Promise<ChangeFile> {
  const bytes = await readNamed(name, world, "note");
  return {
    name,
    path: resolve(world.folder, name),
    bytes,
    document: parseKeysetChange(bytes),
  };
}

/**
 * The documents of `--approved`, by fleet.
 * @throws FleetError cli/usage for two of one fleet, cli/no-file, ledger/keyset-change
 */
export async function approvedFiles(
  names: readonly string[],
  world: World,
): Promise<ReadonlyMap<string, ChangeFile>> {
  const files = new Map<string, ChangeFile>();
  for (const name of names) {
    const file = await readChangeFile(name, world);
    const earlier = files.get(file.document.fleet);
    if (earlier !== undefined)
      throw usage(
        `${earlier.name} and ${name} are of the same fleet`,
        "give the one with all signatures",
      );
    files.set(file.document.fleet, file);
  }
  return files;
}

/**
 * What the file for a new document holds already: the same change from an earlier run, or nothing.
 * @throws FleetError cli/exists (exit 64) for anything else
 */
export async function earlierChange(
  name: string,
  change: KeysetChange,
  past: KeysetPast,
  world: World,
): Promise<ChangeFile | undefined> {
  if ((await world.files.stat(resolve(world.folder, name))) === undefined) return undefined;
  const file = await readChangeFile(name, world).catch((cause: unknown) => {
    if (cause instanceof FleetError) return undefined;
    throw cause;
  });
  if (file !== undefined && isSameChange(file.document, change, past)) return file;
  throw new FleetError("cli/exists", `${name} is there and holds something else`, {
    next: "give another name with --out, or remove the file when nobody needs it",
    exit: 64,
  });
}

/**
 * Makes sure that others signed just the change that is to be recorded.
 * @throws FleetError cli/other-change (exit 4), cli/stale-change (exit 5)
 */
export function checkApproved(
  { name, document }: ChangeFile,
  change: KeysetChange,
  past: KeysetPast,
): void {
  if (past.follower.placeOf(document.fleet, document.previous) !== "in-force")
    throw staleChange(name);
  if (isSameChange(document, change, past)) return;
  const differences = keysetDifferences(keysetFromRecord(change), keysetFromRecord(document));
  const which = differences.length === 0 ? "" : `: in it ${differences.join("; ")}`;
  throw new FleetError(
    "cli/other-change",
    `${name} is of another change than this one${printable(which)}`,
    { next: "give the document that this very command wrote, or begin the change anew", exit: 4 },
  );
}

/** The refusal of a document that was overtaken by another change. */
export function staleChange(name: string): FleetError {
  return new FleetError(
    "cli/stale-change",
    `${name} changes a keyset that is not in force, as far as the ledgers on this machine go`,
    {
      next: "bring the ledgers of the other operators here with `fleet ledger pull`; when it still is not, begin the change anew",
      exit: 5,
    },
  );
}

/** The refusal to record what too few signed. */
export function tooFewSignatures(
  name: string,
  { needed, signed, open }: SignaturesReport,
): FleetError {
  return new FleetError(
    "cli/signatures",
    `${name} has ${signed.length} of the ${needed} signatures that the keyset in force asks for`,
    {
      next:
        open.length === 0
          ? "nobody else may sign: give the fleet another name, which begins a record of its own"
          : `have it signed with \`fleet operator approve\` by ${open.join(" or ")}`,
      exit: 4,
    },
  );
}

/** How far a document has come, with somebody who signs by recording it. */
export function stateWith(
  document: Pick<KeysetChangeDocument, "approvals">,
  old: KeysetTerms,
  writer?: OperatorKey,
): ChangeState {
  const { approvals } = document;
  const own = writer === undefined ? [] : [{ key: writer, signature: "" }];
  return stateOfChange({ approvals: [...approvals, ...own] }, old);
}

/** The same by name. */
export function signaturesReport(state: ChangeState, old: KeysetTerms): SignaturesReport {
  const { needed, signed, open } = state;
  return { needed, signed: namesOf(signed, old), open: namesOf(open, old) };
}

/** True when enough operators have signed. */
export function isEnough({
  needed,
  signed,
}: {
  readonly needed: number;
  readonly signed: readonly string[];
}): boolean {
  return signed.length >= needed;
}

/** Writes a document to a file that is not there yet. */
export async function createChangeFile(
  name: string,
  document: KeysetChangeDocument,
  world: World,
): Promise<void> {
  const path = resolve(world.folder, name);
  await world.files.create(path, formatKeysetChange(document), { mode: FILE_MODE });
}

/**
 * Puts a document with one more signature in the place of the one that was read.
 * @throws FleetError cli/changed (exit 5) when somebody else changed it meanwhile
 */
export async function replaceChangeFile(
  file: ChangeFile,
  document: KeysetChangeDocument,
  world: World,
): Promise<void> {
  await rewriteFile(file, formatKeysetChange(document), world);
}

function isSameChange(
  document: KeysetChangeDocument,
  change: KeysetChange,
  { follower }: KeysetPast,
): boolean {
  return (
    document.fleet === change.fleet &&
    hasSameTerms(document, change) &&
    follower.placeOf(change.fleet, document.previous) === "in-force"
  );
}
