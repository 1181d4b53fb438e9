// What commands about the past read: our ledger and the copies of others as one history, without lock or repair.
import { defined } from "../../core/index.ts";
import {
  type FeedKey,
  type FleetState,
  type JoinedRecord,
  type MomentContext,
  type OperatorKeys,
  parseEntryName,
} from "../../ledger/index.ts";
import type { FeedNames, Names } from "../../view/index.ts";
import {
  feedNames,
  foldFleetOf,
  joinedRecords,
  type OpenFeeds,
  openFeeds,
  replicaFolderOf,
} from "../ledger/feeds.ts";
import { Findings } from "../ledger/joined-history.ts";
import type { ManifestSource } from "../manifest/manifest-source.ts";
import { namesIfReadable } from "../manifest/names-of-manifest.ts";
import { requireOperator } from "../ledger/operator.ts";
import { beginRetry } from "../ledger/relaying.ts";
import type { World } from "../shell/world.ts";
import type { LedgerRequest } from "../shell/kept-files.ts";

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
  /** The records in joined order, of each feed from the entry given for it, or from its first. */
  records(from?: ReadonlyMap<FeedKey, number>): AsyncIterable<JoinedRecord>;
  /** What all records tell of every visor. */
  fleet(): Promise<FleetState>;
  /** Looks at the files again; true when there may be more records. */
  hasGrown(): Promise<boolean>;
}

/**
 * Opens the records that commands ask questions of. Reads only, takes no lock, repairs nothing.
 * @throws FleetError key/missing, ledger/* (exit 4)
 */
export async function openRecords(request: LedgerRequest, world: World): Promise<RecordsSource> {
  const operator = await requireOperator(request.keyFile, world);
  const { keys } = operator;
  const { source: manifest, names } = await namesIfReadable(request, world);
  beginRetry(operator, manifest?.desired.ledger.relays ?? [], world);
  const findings = new Findings();
  const marked = async (open: OpenFeeds): Promise<string> => {
    const folders = open.others.map(({ feed }) => replicaFolderOf(feed, world));
    const marks = await Promise.all(
      [operator.ledgerFolder, ...folders].map((folder) => folderMark(folder, world)),
    );
    return marks.join("\n");
  };
  let feeds = await openFeeds(operator, manifest, world);
  let mark = await marked(feeds);
  let kept: readonly string[] = [];
  const operators = new Map(manifest?.desired.operators.map(({ key, name }) => [key, name]));
  return {
    own: keys.feed,
    keys,
    manifest,
    names,
    feeds: {
      own: keys.feed,
      operators,
      feeds: feedNames([keys.feed, ...feeds.others.map(({ feed }) => feed)], manifest, keys),
    },
    get notes() {
      return [...feeds.notes, ...kept, ...findings.all];
    },
    records: (from) =>
      joinedRecords(feeds, {
        ...defined({ from }),
        onFinding: findings.take,
      }),
    fleet: async () => {
      const { fleet, notes } = await foldFleetOf(feeds, operator, world);
      kept = notes;
      return fleet;
    },
    hasGrown: async () => {
      const now = await marked(feeds);
      if (now === mark) return false;
      feeds = await openFeeds(operator, manifest, world);
      mark = await marked(feeds);
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

/** How an entry is written. */
export const ENTRY_FORM: RegExp = /^(#|[^/\\]+:#?)?\d+$/;

/**
 * The place of an entry that a word of {@link ENTRY_FORM} names: `12` or `#12` of our own ledger, `kim:12` of another.
 * @throws FleetError ledger/moment (exit 64) when no feed, or more than one, is called so
 */
export function namedEntry(
  word: string,
  source: RecordsSource,
): { readonly feed: FeedKey; readonly index: number } {
  const named = parseEntryName(word, {
    feedsNamed: (feedWord) => feedsNamed(feedWord, source.feeds),
  });
  return named ?? { feed: source.own, index: Number(word.replace("#", "")) };
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
