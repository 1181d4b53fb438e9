import { equalBytes, FleetError, hasCode, type StreamAddress } from "../core/index.ts";
import {
  type ObjectStore,
  proveRoot,
  RelayPublisher,
  type SentRoot,
  type SignedRoot,
} from "../skywire/cxo/index.ts";
import { ObjectFetcher } from "./object-fetcher.ts";
import { type OpenRelay, openRelay, type RelayWorld } from "./open-relay.ts";
import { edgeOf, PushSample } from "./sample.ts";
import { shownRoot } from "./shown-root.ts";

/** What is published where. */
export interface PublishOptions extends RelayWorld {
  readonly address: StreamAddress;
  /** The feed's newest Root, signed. */
  readonly root: SentRoot;
  /** Everything below the Root; only read. */
  readonly store: ObjectStore;
  /**
   * The hash of the feed's own Root of a number, `undefined` where it is not known any more.
   * By it a relay's older Root is told from one that ours does not follow.
   */
  readonly rootHashAt: (seq: bigint) => Promise<Uint8Array | undefined>;
  /** How long the relay may take to show the Root, or to ask for more of it; 120 s when not given. */
  readonly confirmTimeoutMs?: number;
  /** How long the relay may give nothing when its objects are asked back; 15 s when not given. */
  readonly stallTimeoutMs?: number;
}

/** What became of a publication; `reason` says it in words. Only `held` and `already` mean that the relay has the Root. */
export type PublishOutcome =
  | {
      readonly kind: "held";
      readonly reason: string;
      /** Objects that the relay asked for. */
      readonly sent: number;
      /** Objects that were asked back and came with the right bytes. */
      readonly checked: number;
    }
  | { readonly kind: "already"; readonly reason: string; readonly checked: number }
  /** The relay has a newer Root of the feed than we know: it must be restored before anything is published. */
  | { readonly kind: "ahead"; readonly reason: string; readonly shown: SignedRoot }
  /** Two histories, signed by one key: both Roots are evidence. */
  | {
      readonly kind: "fork";
      readonly reason: string;
      readonly shown: SignedRoot;
      readonly ours: SignedRoot;
    }
  | {
      readonly kind: "unreachable" | "refused" | "unconfirmed";
      readonly reason: string;
      readonly error: FleetError;
    };

/**
 * Brings the newest Root of a feed to one relay, without harming it: the relay is asked first what it
 * holds, the Root is checked (registry, every object there, none too large, none reached twice), then
 * pushed alone, and nothing follows until the relay shows it.
 *
 * A Root counts as held when the relay shows it and gives it back. Of a push of up to 96 objects all
 * are asked back and hashed; of a larger one the registry, the log, the right edge of its list down to
 * the last entry, and up to 64 entries spread over the new ones. Of a Root that it had already, the
 * registry, the log and the right edge.
 *
 * Every failure of the world is an outcome; nothing is thrown but bugs and what `store` throws.
 */
export async function publishFeed(options: PublishOptions): Promise<PublishOutcome> {
  let sent = 0;
  // Counts what the relay asks for; what is read here to prepare the push is not the relay's.
  const serving: ObjectStore = {
    has: (hash) => options.store.has(hash),
    get: (hash) => {
      sent += 1;
      return options.store.get(hash);
    },
    put: () => Promise.reject(new FleetError("relay/refused", "a publisher takes no objects")),
  };
  let relay: OpenRelay | undefined;
  try {
    const ours = proveRoot(options.root);
    relay = await openRelay(options.address, options, serving);
    const shown = await shownRoot(relay.connection, ours.root.pub, relay.name);
    const conflict = await conflictOf(ours, shown, options, relay.name);
    if (conflict !== undefined) return conflict;
    try {
      return await push(ours, relay, options, () => sent);
    } catch (error) {
      if (!hasCode(error, "cxo/fork")) throw error;
      // The relay took another Root since it was asked.
      const now = await shownRoot(relay.connection, ours.root.pub, relay.name);
      const late = await conflictOf(ours, now, options, relay.name);
      if (late === undefined) throw error;
      return late;
    }
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    return failure(error, relay?.name);
  } finally {
    relay?.close();
  }
}

async function push(
  { root, sent }: SignedRoot,
  { node, connection, name }: OpenRelay,
  options: PublishOptions,
  served: () => number,
): Promise<PublishOutcome> {
  const { store, clock, confirmTimeoutMs } = options;
  const sample = new PushSample();
  const publisher = new RelayPublisher({
    node,
    connection,
    feed: root.pub,
    store,
    clock,
    onNew: (object) => sample.show(object),
    progress: served,
    ...(confirmTimeoutMs === undefined ? {} : { confirmTimeoutMs }),
  });
  const end = await publisher.publish(sent);
  const asked = served();
  const fetcher = new ObjectFetcher({ ...options, connection, relay: name });
  const chosen = [...(await edgeOf(root, store)), ...sample.chosen()];
  const unique = new Map(chosen.map((hash) => [hash.join(), hash]));
  await Promise.all([...unique.values()].map((hash) => fetcher.fetch(hash)));
  const checked = unique.size;
  if (end === "already")
    return { kind: "already", reason: `${name} had Root ${root.seq} already`, checked };
  return { kind: "held", reason: `${name} holds Root ${root.seq}`, sent: asked, checked };
}

async function conflictOf(
  ours: SignedRoot,
  shown: SignedRoot | undefined,
  { rootHashAt }: PublishOptions,
  relay: string,
): Promise<PublishOutcome | undefined> {
  if (shown === undefined || equalBytes(shown.root.hash, ours.root.hash)) return undefined;
  const { seq, nonce } = shown.root;
  const fork = (what: string): PublishOutcome => ({
    kind: "fork",
    reason: `${relay} shows ${what}: two histories are signed by the feed's key`,
    shown,
    ours,
  });
  if (nonce !== ours.root.nonce) return fork(`sequence ${nonce} of the feed`);
  if (seq > ours.root.seq)
    return {
      kind: "ahead",
      reason: `${relay} shows Root ${seq}, newer than our Root ${ours.root.seq}: restore the feed from it first`,
      shown,
    };
  if (seq === ours.root.seq) return fork(`another Root ${seq}`);
  const own = await rootHashAt(seq);
  if (own !== undefined && !equalBytes(own, shown.root.hash))
    return fork(`a Root ${seq} that our Root ${ours.root.seq} does not follow`);
  return undefined;
}

function failure(error: FleetError, name: string | undefined): PublishOutcome {
  const relay = name ?? "the relay";
  if (hasCode(error, "relay/unreachable"))
    return { kind: "unreachable", reason: error.message, error };
  if (hasCode(error, "relay/refused") || hasCode(error, "cxo/refused"))
    return { kind: "refused", reason: `${relay} refuses the feed`, error };
  if (OURS.some((code) => hasCode(error, code)))
    return { kind: "refused", reason: "the Root is not fit to be published", error };
  return { kind: "unconfirmed", reason: `${relay} did not prove that it holds the Root`, error };
}

/** What is wrong with a Root before anything of it is sent. */
const OURS = [
  "cxo/twice",
  "cxo/registry",
  "cxo/schema",
  "cxo/missing",
  "cxo/limit",
  "cxo/hash",
  "cxo/signature",
  "cxo/root",
  "cxo/truncated",
  "cxo/trailing",
  "cxo/not-canonical",
  "cxo/type",
  "cxo/value",
  "cxo/length",
  "cxo/feed",
  "cxo/key",
  "relay/incomplete",
];
