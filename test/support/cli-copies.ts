import { assert, sha256 } from "../../src/core/index.ts";
import {
  createReplica,
  type FeedKey,
  openReplica,
  type ReadOnlyLedger,
  readLedger,
  type Replica,
  type ReplicaEntry,
  ledgerObjects,
} from "../../src/ledger/index.ts";
import { homeFolders } from "../../src/platform/index.ts";
import { decodeRoot } from "../../src/skywire/cxo/index.ts";
import type { CliWorld } from "./cli-world.ts";
import { ledgerOptions } from "./ledger-world.ts";

/** The state folder of a user. */
export function stateFolder({ env }: CliWorld): string {
  return homeFolders(env).state;
}

/** The feed of a user who has a key. */
export async function feedOf(user: CliWorld): Promise<FeedKey> {
  const [feed] = await user.files.list(`${stateFolder(user)}/ledgers`);
  assert(feed !== undefined, "the user has a ledger");
  return feed as FeedKey;
}

/** A user's own ledger. */
export async function ownLedger(user: CliWorld): Promise<ReadOnlyLedger> {
  const feed = await feedOf(user);
  const folder = `${stateFolder(user)}/ledgers/${feed}`;
  return await readLedger({ files: user.files, folder, feed });
}

/** Brings a user's ledger, as it is now, to another user's machine, as a pull does. */
export async function copyLedger(from: CliWorld, to: CliWorld): Promise<void> {
  const ledger = await ownLedger(from);
  const { feed, headRoot: root } = ledger;
  const objects = ledgerObjects({
    files: from.files,
    folder: `${stateFolder(from)}/ledgers/${feed}`,
    feed,
  });
  const log = await objects.get(decodeRoot(root.value).refs[0]?.hash ?? new Uint8Array());
  await objects.close();
  assert(log !== undefined, "the log is there");
  const copy = await openCopy(to, feed);
  await copy.commit({ root, log, entries: entriesOf(ledger, copy.head?.size ?? 0) });
  await copy.close();
}

async function openCopy(user: CliWorld, feed: FeedKey): Promise<Replica> {
  const { keys: _, ...world } = ledgerOptions(user.files);
  const options = { ...world, feed, folder: `${stateFolder(user)}/replicas/${feed}` };
  const hasCopy = (await user.files.list(options.folder)).length > 0;
  return hasCopy ? await openReplica(options) : await createReplica(options);
}

async function* entriesOf(
  ledger: ReadOnlyLedger,
  from: number,
): AsyncGenerator<readonly ReplicaEntry[]> {
  for (let index = from; index < ledger.head.size; index += 1) {
    const bytes = await ledger.object(index);
    assert(bytes !== undefined, "the entry is there");
    yield [{ index, hash: sha256(bytes), bytes }];
  }
}
