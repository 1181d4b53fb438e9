// The option `--feed`: which ledger on this machine a word means, opened to be read and never to be written.
import { isFeedKey } from "../../model/index.ts";
import { dirname } from "node:path";
import { defined, FleetError, hasCode } from "../../core/index.ts";
import { type FeedKey, type ReadOnlyLedger, readLedger } from "../../ledger/index.ts";
import type { OptionSpec } from "../shell/command.ts";
import { replicaFolderOf } from "./feeds.ts";
import type { ManifestSource } from "../manifest/manifest-source.ts";
import { namesIfReadable } from "../manifest/names-of-manifest.ts";
import { findOperator, type Operator, requireOperator } from "./operator.ts";
import { ledgerFolderOf, type LedgerRequest } from "../shell/kept-files.ts";
import { usage } from "../shell/usage.ts";
import type { World } from "../shell/world.ts";

const PREFIX_TYPED_MIN = 4;

/** Whose ledger is meant. */
export const FEED_OPTION: OptionSpec = {
  name: "feed",
  value: "NAME",
  about: "the ledger of this operator of the manifest, or of this feed key (default: our own)",
};

/** A ledger on this machine, our own or the copy of another's. */
export interface NamedLedger {
  readonly ledger: ReadOnlyLedger;
  /** Absolute. */
  readonly folder: string;
}

/**
 * Opens the ledger that a word names: an operator of the manifest, a feed key or its beginning; our own without a
 * word. Reads only, and needs no key where a feed key is given.
 * @throws FleetError cli/unknown-feed (exit 64), key/missing, ledger/* (exit 4)
 */
export async function openNamedLedger(
  word: string | undefined,
  request: LedgerRequest,
  world: World,
): Promise<NamedLedger> {
  const { source } = await namesIfReadable(request, world);
  const { keyFile } = request;
  const operator =
    word === undefined ? await requireOperator(keyFile, world) : await findOperator(keyFile, world);
  const feed = await feedOf(word, { source, operator, world });
  const isOwn = feed === operator?.keys.feed;
  const folder = isOwn ? ledgerFolderOf(feed, world) : replicaFolderOf(feed, world);
  const keys = operator === undefined ? {} : { keys: operator.keys };
  try {
    return { ledger: await readLedger({ files: world.files, folder, feed, ...keys }), folder };
  } catch (error) {
    if (isOwn || !hasCode(error, "ledger/missing")) throw error;
    throw noCopy(word ?? feed, error);
  }
}

/** Says that a ledger was named of which there is no copy. */
export function noCopy(name: string, cause?: unknown): FleetError {
  return new FleetError("ledger/missing", `the ledger of ${name} is not on this machine`, {
    next: "`fleet ledger pull` brings it",
    exit: 4,
    ...defined({ cause }),
  });
}

/** Says that a word names no ledger. */
export function unknownFeed(word: string): FleetError {
  return new FleetError(
    "cli/unknown-feed",
    `no operator with a feed is called ${JSON.stringify(word)}, and no feed here begins like this`,
    { next: "name an operator of the manifest who has `feed`, or give the feed key", exit: 64 },
  );
}

/** A feed key, typed in full. @throws FleetError cli/usage (exit 64) for what is none */
export function typedFeedKey(text: string, next: string): FeedKey {
  if (isFeedKey(text)) return text;
  throw usage(`${text} is no feed key (66 hexadecimal digits)`, next);
}

async function feedOf(
  word: string | undefined,
  known: {
    readonly source: ManifestSource | undefined;
    readonly operator: Operator | undefined;
    readonly world: World;
  },
): Promise<FeedKey> {
  const { source, operator, world } = known;
  const own = operator?.keys;
  if (word === undefined && own !== undefined) return own.feed;
  const text = word ?? "";
  if (isFeedKey(text)) return text;
  const named = source?.desired.operators.find(({ name }) => name === text);
  if (named !== undefined && named.key === own?.operator) return own.feed;
  if (named?.feed !== undefined) return named.feed;
  if (text.length < PREFIX_TYPED_MIN) throw unknownFeed(text);
  const copies =
    own === undefined ? [] : await world.files.list(dirname(replicaFolderOf(own.feed, world)));
  const here = [...copies, ...(own === undefined ? [] : [own.feed])].filter(isFeedKey);
  const [found, ...others] = here.filter((feed) => feed.startsWith(text.toLowerCase()));
  if (found === undefined || others.length > 0) throw unknownFeed(text);
  return found;
}
