import {
  type FeedKey,
  type LedgerRecord,
  type MomentContext,
  type OperatorKeys,
  readLedger,
  type ReadOnlyLedger,
} from "../ledger/index.ts";
import type { FeedNames, Names } from "../view/index.ts";
import type { Given } from "./arguments.ts";
import type { ManifestSource } from "./manifest-source.ts";
import { manifestFacts } from "./names-of-manifest.ts";
import { requireOperator } from "./operator.ts";
import type { World } from "./world.ts";

const PREFIX_LENGTH_MIN = 8;
const PREFIX_TYPED_MIN = 4;

/** All records that can be asked here, joined into one history, and how what they speak of is called. */
export interface RecordsSource {
  readonly own: FeedKey;
  readonly keys: OperatorKeys;
  /** The manifest, when there is a good one: names come from it. */
  readonly manifest: ManifestSource | undefined;
  /** Names of visors and other keys. */
  readonly names: Names;
  readonly feeds: FeedNames;
  /** What could not be read, a sentence each. */
  readonly notes: readonly string[];
  /** The records in order, of each feed from the entry given for it, or from its first. */
  records(from?: ReadonlyMap<FeedKey, number>): AsyncIterable<LedgerRecord>;
  /** Looks at the files again; true when there may be more records. */
  hasGrown(): Promise<boolean>;
}

/**
 * Opens the records that commands ask questions of. Reads only, takes no lock, repairs nothing.
 * @throws FleetError key/missing, ledger/* (exit 4)
 */
export async function openRecords(given: Given, world: World): Promise<RecordsSource> {
  const { keys, ledgerFolder: folder } = await requireOperator(given, world);
  const { source: manifest, names } = await manifestFacts(given, world);
  const read = async (): Promise<ReadOnlyLedger> =>
    await readLedger({ files: world.files, folder, feed: keys.feed, keys });
  let mark = await folderMark(folder, world);
  let ledger = await read();
  const operators = new Map(manifest?.desired.operators.map(({ key, name }) => [key, name]));
  const own = operators.get(keys.operator);
  return {
    own: keys.feed,
    keys,
    manifest,
    names,
    feeds: {
      own: keys.feed,
      operators,
      feeds: new Map([[keys.feed, own ?? keys.feed.slice(0, PREFIX_LENGTH_MIN)]]),
    },
    notes: [],
    records: async function* (from) {
      yield* ledger.records({ from: from?.get(keys.feed) ?? 0 });
    },
    hasGrown: async () => {
      const now = await folderMark(folder, world);
      if (now === mark) return false;
      mark = now;
      ledger = await read();
      return true;
    },
  };
}

/** What the words for moments and entries are read by. */
export function momentContext(source: RecordsSource, world: World): MomentContext {
  return {
    nowMs: world.clock.now(),
    own: source.own,
    feedsNamed: (word) => feedsNamed(word, source.feeds),
  };
}

/** Feeds of an operator's name, or those whose key begins like this. */
function feedsNamed(word: string, { feeds }: FeedNames): readonly FeedKey[] {
  const all = [...feeds];
  const byName = all.filter(([, name]) => name === word);
  const isPrefix = word.length >= PREFIX_TYPED_MIN && /^[0-9a-f]+$/i.test(word);
  const found =
    byName.length > 0 || !isPrefix
      ? byName
      : all.filter(([feed]) => feed.startsWith(word.toLowerCase()));
  return found.map(([feed]) => feed);
}

/** Changes whenever files of a folder come, go, grow or are replaced. */
async function folderMark(folder: string, world: World): Promise<string> {
  const facts: string[] = [];
  for (const name of await world.files.list(folder)) {
    const stat = await world.files.stat(`${folder}/${name}`);
    facts.push(`${name} ${stat?.size ?? 0} ${stat?.modifiedMs ?? 0}`);
  }
  return facts.join("\n");
}
