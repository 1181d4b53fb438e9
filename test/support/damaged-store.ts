import { expect } from "vitest";
import { hasCode } from "../../src/core/index.ts";
import {
  createLedger,
  type EntryDraft,
  type LedgerRecord,
  openLedger,
  verifyLedger,
} from "../../src/ledger/index.ts";
import {
  allRecords,
  FOLDER,
  ledgerOptions,
  plainKeyset,
  testIntent,
  testKeys,
  testReceipt,
} from "./ledger-world.ts";
import { MemoryFiles } from "./memory-files.ts";

/** The feed of the small store. */
export const feed = testKeys("owner").feed;
export const SEGMENT = `${FOLDER}/segment-000001.log`;
export const PIN = `${FOLDER}/pin.log`;
export const APPENDS: readonly (readonly EntryDraft[])[] = [
  [plainKeyset("home"), testIntent("home", "a")],
  [testReceipt("home", "a", 2)],
];

export async function smallStore(
  appends = APPENDS,
): Promise<{ files: MemoryFiles; records: readonly LedgerRecord[] }> {
  const files = new MemoryFiles();
  const ledger = await createLedger(ledgerOptions(files));
  for (const drafts of appends) await ledger.append(drafts);
  const records = await allRecords(ledger);
  await ledger.close();
  return { files, records };
}

export function changed(
  files: MemoryFiles,
  path: string,
  change: (bytes: Uint8Array) => Uint8Array,
): MemoryFiles {
  const copy = files.copy();
  const file = copy.files.get(path);
  if (file === undefined) throw new Error(`${path} is missing`);
  file.bytes = change(file.bytes);
  file.durable = file.bytes.length;
  return copy;
}

export function flipped(at: number): (bytes: Uint8Array) => Uint8Array {
  return (bytes) => bytes.map((byte, index) => (index === at ? byte ^ (1 << (at % 8)) : byte));
}

/** The very arrays: any write makes a new one. */
export const bytesOf = (files: MemoryFiles): Map<string, Uint8Array> =>
  new Map([...files.files].map(([path, { bytes }]) => [path, bytes]));

export function sameBytes(files: MemoryFiles, before: Map<string, Uint8Array>): boolean {
  const after = bytesOf(files);
  return (
    after.size === before.size && [...before].every(([path, bytes]) => after.get(path) === bytes)
  );
}

/** What opening a changed store gave: its records, or the code it was refused with. */
export async function outcome(files: MemoryFiles): Promise<readonly LedgerRecord[] | string> {
  const before = bytesOf(files);
  try {
    const ledger = await openLedger(ledgerOptions(files));
    const records = await allRecords(ledger);
    await ledger.close();
    return records;
  } catch (error) {
    if (!hasCode(error, "ledger/")) throw error;
    expect(sameBytes(files, before), "a refused store is left as it is").toBe(true);
    return error.code;
  }
}

export async function faultsOf(files: MemoryFiles): Promise<readonly string[]> {
  try {
    return (await verifyLedger({ files, folder: FOLDER, feed })).faults.map(({ code }) => code);
  } catch (error) {
    if (hasCode(error, "ledger/")) return [error.code];
    throw error;
  }
}
