// Our ledger and the copies of other operators' ledgers here: where they are, and their records as one history.
import { isFeedKey } from "../../model/index.ts";
import { join } from "node:path";
import { compareTexts, FleetError, hasCode, type OperatorKey } from "../../core/index.ts";
import {
  type FeedKey,
  type FleetRecords,
  FleetState,
  type Fold,
  type Folded,
  foldKept,
  type FoldOptions,
  joinFeeds,
  type JoinedRecord,
  type JoinFinding,
  type OperatorKeys,
  type ReadLedger,
  readLedger,
  type ReadOnlyLedger,
  type SeenHead,
} from "../../ledger/index.ts";
import { homeFolders } from "../../platform/index.ts";
import type { ManifestSource } from "../manifest/manifest-source.ts";
import type { Operator } from "./operator.ts";
import type { World } from "../shell/world.ts";

/** Where ledgers are on this machine. */
type Disk = Pick<World, "files" | "env">;

const REPLICAS_FOLDER = "replicas";
const RELAYS_FOLDER = "relays";
const PREFIX_LENGTH = 8;

/** Another operator whose ledger is copied here. */
export interface OtherOperator {
  readonly name: string;
  readonly key: OperatorKey;
  readonly feed: FeedKey;
}

/** Where the copy of another operator's ledger is kept on this machine. */
export function replicaFolderOf(feed: FeedKey, world: Disk): string {
  return join(replicasFolder(world), feed);
}

/** The file of what was last seen of the relays of a feed. */
export function relayNotesOf(feed: FeedKey, world: World): string {
  return join(homeFolders(world.env).state, RELAYS_FOLDER, `${feed}.json`);
}

function replicasFolder(world: Disk): string {
  return join(homeFolders(world.env).state, REPLICAS_FOLDER);
}

/** The operators of a manifest whose ledger is another than ours. */
export function otherOperators(
  source: ManifestSource | undefined,
  own: FeedKey | undefined,
): readonly OtherOperator[] {
  return othersOf(source?.desired.operators ?? [], own);
}

/** Of some operators those whose ledger is known, and another than ours. */
export function othersOf(
  operators: readonly {
    readonly name: string;
    readonly key: OperatorKey;
    readonly feed?: FeedKey;
  }[],
  own: FeedKey | undefined,
): readonly OtherOperator[] {
  return operators.flatMap(({ name, key, feed }) =>
    feed === undefined || feed === own ? [] : [{ name, key, feed }],
  );
}

/** The manifest's relays, and the operators whose ledgers come from them. */
export function relaysAndOthers(
  { keys }: Pick<Operator, "keys">,
  source: ManifestSource | undefined,
): { readonly relays: readonly string[]; readonly others: readonly OtherOperator[] } {
  return {
    relays: source?.desired.ledger.relays ?? [],
    others: otherOperators(source, keys.feed),
  };
}

/** Our ledger and the copies of others', as far as they can be read. */
export interface OpenFeeds {
  readonly own: ReadOnlyLedger;
  readonly others: readonly ReadOnlyLedger[];
  /** What could not be read or is not here, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Opens our ledger and every copy on this machine. Reads only.
 * @param own our ledger, where it is open already
 * @param read what reads ledgers, for who reads them again and again
 * @throws FleetError ledger/* (exit 4) when our own cannot be read
 */
export async function openFeeds(
  { keys, ledgerFolder }: Pick<Operator, "keys" | "ledgerFolder">,
  source: ManifestSource | undefined,
  world: Disk,
  own?: ReadOnlyLedger,
  read: ReadLedger = readLedger,
): Promise<OpenFeeds> {
  const { files } = world;
  const ledger = own ?? (await read({ files, folder: ledgerFolder, feed: keys.feed, keys }));
  const notes: string[] = [];
  const others: ReadOnlyLedger[] = [];
  const here = (await files.list(replicasFolder(world))).filter(isFeedKey);
  for (const feed of here.filter((each) => each !== keys.feed)) {
    try {
      others.push(await readCopy(feed, keys, world, read));
    } catch (error) {
      // A copy that was begun and holds nothing yet is no news.
      if (hasCode(error, "ledger/missing")) continue;
      if (!(error instanceof FleetError)) throw error;
      notes.push(
        `the copy of feed ${feed.slice(0, PREFIX_LENGTH)} cannot be read: ${error.message}`,
      );
    }
  }
  const missing = otherOperators(source, keys.feed).filter(
    ({ feed }) => !others.some((other) => other.feed === feed),
  );
  const relays = source?.desired.ledger.relays ?? [];
  for (const { name } of missing) notes.push(missingText(name, relays));
  notes.push(...withoutFeed(source, keys.operator));
  return { own: ledger, others, notes };
}

function missingText(name: string, relays: readonly string[]): string {
  return relays.length > 0
    ? `the ledger of operator ${name} is not here; \`fleet ledger pull\` brings it`
    : `the ledger of operator ${name} is not here, and no relay is listed that could bring it: neither of you sees what the other records, and each may write over the other; list one under ledger.relays (\`fleet ledger serve\`)`;
}

/** Operators who may write to visors, and whose record nobody could see. */
function withoutFeed(source: ManifestSource | undefined, own: OperatorKey): readonly string[] {
  return (source?.desired.operators ?? [])
    .filter(({ key, feed, may }) => key !== own && feed === undefined && may.includes("apply"))
    .map(
      ({ name }) =>
        `the manifest names no feed of operator ${name}: what ${name} records is not seen here, and each of you may write over the other; write the feed that \`fleet keygen\` shows there`,
    );
}

/** The feeds of others that are copied here, those whose copy is damaged included. */
export async function copiedFeeds(
  own: FeedKey,
  { keys }: Pick<Operator, "keys">,
  world: World,
): Promise<readonly FeedKey[]> {
  const here = (await world.files.list(replicasFolder(world))).filter(isFeedKey);
  const copied: FeedKey[] = [];
  for (const feed of here.filter((each) => each !== own)) {
    try {
      await readCopy(feed, keys, world);
    } catch (error) {
      if (hasCode(error, "ledger/missing")) continue;
      if (!(error instanceof FleetError)) throw error;
    }
    copied.push(feed);
  }
  return copied;
}

async function readCopy(
  feed: FeedKey,
  keys: OperatorKeys,
  world: Disk,
  read: ReadLedger = readLedger,
): Promise<ReadOnlyLedger> {
  return await read({
    files: world.files,
    folder: replicaFolderOf(feed, world),
    feed,
    keys,
  });
}

/** How much of each other operator's ledger is here, sorted by feed: what a plan and an entry name as seen. */
export function seenHeads({ others }: Pick<OpenFeeds, "others">): readonly SeenHead[] {
  return others
    .map((other) => other.tree())
    .toSorted((left, right) => compareTexts(left.feed, right.feed));
}

/** The records of all feeds in joined order. */
export function joinedRecords(
  { own, others }: Pick<OpenFeeds, "own" | "others">,
  options: {
    readonly from?: ReadonlyMap<FeedKey, number>;
    readonly onFinding?: (finding: JoinFinding) => void;
  } = {},
): AsyncIterable<JoinedRecord> {
  const ledgers = new Map([own, ...others].map((ledger) => [ledger.feed, ledger]));
  const feeds = [...ledgers.values()].map((ledger) => {
    const from = options.from?.get(ledger.feed) ?? 0;
    return { feed: ledger.feed, records: ledger.records({ from }), from };
  });
  return joinFeeds(feeds, {
    onFinding: options.onFinding ?? ((): void => undefined),
    treeAt: async (feed, size) => {
      const ledger = ledgers.get(feed);
      return ledger === undefined || size > ledger.head.size
        ? undefined
        : await ledger.treeAt(size);
    },
  });
}

/**
 * Gathers from all records, going on from what is kept beside our ledger of the time before.
 * @param name what is gathered; another name for another fleet
 */
export async function foldFeeds<F extends Fold>(
  { own, others }: Pick<OpenFeeds, "own" | "others">,
  { keys, ledgerFolder }: Pick<Operator, "keys" | "ledgerFolder">,
  { files }: Disk,
  { name, make }: Pick<FoldOptions<F>, "name" | "make">,
): Promise<Folded<F>> {
  const ledgers = [own, ...others];
  const records: FoldOptions<F>["records"] = (from, onFinding) =>
    joinedRecords({ own, others }, { from, onFinding });
  return await foldKept({ files, keys, folder: ledgerFolder, name, make, ledgers, records });
}

/** What all records here tell of every visor. */
export async function foldFleetOf(
  open: OpenFeeds,
  operator: Pick<Operator, "keys" | "ledgerFolder">,
  world: Disk,
): Promise<{ readonly fleet: FleetState; readonly notes: readonly string[] }> {
  const { fold, notes } = await foldFeeds(open, operator, world, {
    name: "fleet",
    // It was made by this release, of the same kind.
    make: (kept) => new FleetState(kept as FleetRecords | undefined),
  });
  return { fleet: fold, notes };
}

/** How the feeds here are called: by their operator's name in the manifest, else by the beginning of their key. */
export function feedNames(
  feeds: readonly FeedKey[],
  source: ManifestSource | undefined,
  own: Pick<OperatorKeys, "feed" | "operator">,
): ReadonlyMap<FeedKey, string> {
  const operators = source?.desired.operators ?? [];
  const listed = operators.flatMap(({ feed, name }) =>
    feed === undefined ? [] : [[feed, name] as const],
  );
  const ownName = operators.find(({ key }) => key === own.operator)?.name;
  return new Map([
    ...feeds.map((feed) => [feed, feed.slice(0, PREFIX_LENGTH)] as const),
    ...listed,
    ...(ownName === undefined ? [] : [[own.feed, ownName] as const]),
  ]);
}
