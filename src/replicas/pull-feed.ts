// Bringing another operator's feed here from relays, each checked from what was seen before.
import { defined, FleetError, fromHex, hasCode } from "../core/index.ts";
import {
  createReplica,
  type FeedKey,
  LEDGER_SHAPE,
  openReplica,
  type Replica,
  type ReplicaOptions,
} from "../ledger/index.ts";
import type { RelayAddress } from "../model/index.ts";
import { fetchLog, type LogPin, openRelay, type RelayWorld } from "../relays/index.ts";
import type { SentRoot, SignedRoot } from "../skywire/cxo/index.ts";
import { completeLie } from "./lie-facts.ts";
import type { RelayLie } from "./relay-lie.ts";

/** What {@link pullFeed} needs. */
export interface PullFeedInput extends ReplicaOptions, RelayWorld {
  /** Asked one after the other; the newest history that follows ours is kept. */
  readonly relays: readonly RelayAddress[];
  readonly stallTimeoutMs?: number;
  /** Aborting it asks no further relay. */
  readonly signal?: AbortSignal;
}

/** What one relay gave of a feed. */
export type PullOutcome =
  | {
      readonly relay: string;
      readonly kind: "new";
      readonly from: number;
      readonly to: number;
      readonly says: string;
    }
  | {
      readonly relay: string;
      /** `hollow`: it shows a Root and does not give all of it, which an honest relay does that was left half filled. */
      readonly kind: "current" | "none" | "unreachable" | "hollow";
      readonly says: string;
    }
  | { readonly relay: string; readonly kind: "lie"; readonly lie: RelayLie; readonly says: string };

/** What came of a feed. */
export interface PulledFeed {
  readonly feed: FeedKey;
  /** What the copy holds now; absent while there is none. */
  readonly head:
    | {
        readonly seq: bigint;
        readonly root: string;
        readonly size: number;
        readonly timeMs: number;
      }
    | undefined;
  readonly outcomes: readonly PullOutcome[];
}

/**
 * Brings the copy of a feed up to date from relays. Only what the newest signed Root leads to and what continues
 * the copy is kept; a relay that lies is named and the next one asked.
 * @throws FleetError ledger/* and files/* when the copy itself cannot be read or written
 */
export async function pullFeed(input: PullFeedInput): Promise<PulledFeed> {
  const outcomes: PullOutcome[] = [];
  let head: PulledFeed["head"];
  for (const relay of input.relays) {
    if (input.signal?.aborted === true) break;
    const replica = await openCopy(input);
    try {
      outcomes.push(await pullFrom(relay, replica, input));
      head = replica.head ?? head;
    } finally {
      await replica.close();
    }
  }
  return { feed: input.feed, head, outcomes };
}

async function openCopy(options: ReplicaOptions): Promise<Replica> {
  try {
    return await openReplica(options);
  } catch (error) {
    if (!hasCode(error, "ledger/missing")) throw error;
    return await createReplica(options);
  }
}

async function pullFrom(
  relay: RelayAddress,
  replica: Replica,
  input: PullFeedInput,
): Promise<PullOutcome> {
  const named = { relay: relay.text };
  const before = replica.headRoot;
  const from = replica.head?.size ?? 0;
  let known: KnownStates = { before };
  let open: Awaited<ReturnType<typeof openRelay>> | undefined;
  try {
    open = await openRelay({ host: relay.host, port: relay.port }, input);
    const fetched = await fetchLog({
      connection: open.connection,
      relay: "the relay",
      feed: fromHex(input.feed),
      shape: LEDGER_SHAPE,
      clock: input.clock,
      pin: pinOf(replica),
      from,
      ...defined({ stallTimeoutMs: input.stallTimeoutMs }),
    });
    if (fetched.kind === "none")
      return { ...named, kind: "none", says: "it holds nothing of this feed" };
    if (fetched.kind === "not-followed") {
      const { error, shown, log } = fetched;
      known = { shown, ...defined({ shownLog: log }), before };
      return await lieOf(error, known, relay, input);
    }
    known = { shown: fetched.signed, shownLog: fetched.log.bytes, before };
    const head = await replica.commit({
      root: fetched.signed.sent,
      log: fetched.log.bytes,
      entries: fetched.entries,
    });
    if (head.size === from && before !== undefined && head.seq === before.seq)
      return { ...named, kind: "current", says: `it holds Root ${head.seq}, as we do` };
    const says = `entries ${from} to ${head.size - 1} came with Root ${head.seq}`;
    return { ...named, kind: "new", from, to: head.size, says };
  } catch (error) {
    return await lieOf(error, known, relay, input);
  } finally {
    open?.close();
  }
}

function pinOf({ pin }: Replica): LogPin | undefined {
  return pin === undefined
    ? undefined
    : { seq: pin.seq, rootHash: fromHex(pin.rootHash), size: pin.size };
}

/** Codes of an answer that is not what was asked for, and what it is called. */
const LIES: readonly (readonly [code: string, what: RelayLie["what"], isSigned: boolean])[] = [
  ["relay/wrong-bytes", "wrong-bytes", false],
  ["relay/older-root", "older-root", false],
  ["ledger/older-root", "older-root", false],
  ["relay/second-root", "second-root", true],
  ["ledger/diverged", "second-root", true],
  ["relay/other-nonce", "other-nonce", true],
  ["relay/shorter-log", "shorter-log", true],
  ["ledger/not-an-extension", "rewritten", true],
  ["relay/malformed", "malformed", false],
  ["ledger/chain", "malformed", true],
  ["ledger/checkpoint", "malformed", true],
  ["ledger/signature", "malformed", true],
  ["ledger/reordered", "malformed", true],
  ["ledger/missing-entry", "malformed", true],
  ["ledger/wrong-entry", "malformed", true],
  ["ledger/genesis", "malformed", true],
  ["ledger/entry", "malformed", true],
  ["ledger/log", "malformed", true],
  ["ledger/payload", "malformed", true],
  ["ledger/rotate", "malformed", true],
  ["ledger/moved", "malformed", true],
  ["ledger/heads", "malformed", true],
  ["cxo/", "malformed", false],
];

/** Codes that say that the relay could not be asked to the end. */
const GONE = [
  "relay/unreachable",
  "relay/refused",
  "relay/lost",
  "cxo/closed",
  "cxo/timeout",
  "net/",
];

/** What is known when an answer is not followed. */
interface KnownStates {
  readonly shown?: SignedRoot;
  readonly shownLog?: Uint8Array;
  readonly before: SentRoot | undefined;
}

async function lieOf(
  error: unknown,
  { before, ...shown }: KnownStates,
  relay: RelayAddress,
  input: PullFeedInput,
): Promise<PullOutcome> {
  if (!(error instanceof FleetError)) throw error;
  const says = textOf(error);
  if (GONE.some((code) => hasCode(error, code)))
    return { relay: relay.text, kind: "unreachable", says };
  if (error.code === "relay/missing-object") return { relay: relay.text, kind: "hollow", says };
  const found = LIES.find(([code]) => hasCode(error, code));
  if (found === undefined) throw error;
  const [, what, isSigned] = found;
  const held = before === undefined ? {} : { before };
  const lie = await completeLie({ what, ...(isSigned ? shown : {}), ...held }, relay, input);
  return { relay: relay.text, kind: "lie", lie, says };
}

function textOf(error: FleetError): string {
  return error.cause instanceof FleetError
    ? `${error.message}: ${error.cause.message}`
    : error.message;
}
