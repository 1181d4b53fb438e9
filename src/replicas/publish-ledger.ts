import { dialUntil, type Files, FleetError, onAbort } from "../core/index.ts";
import type { FeedKey } from "../ledger/index.ts";
import type { RelayAddress } from "../model/index.ts";
import { publishFeed, type PublishOutcome, type RelayWorld } from "../relays/index.ts";
import type { ObjectStore, SentRoot } from "../skywire/cxo/index.ts";
import { nextTryMs, readRelayNotes, type RelayNote, writeRelayNotes } from "./relay-notes.ts";

/** A ledger as it is published: its newest Root, and where its objects are found. */
export interface PublishedLedger {
  readonly feed: FeedKey;
  readonly head: { readonly seq: bigint; readonly root: string; readonly size: number };
  readonly headRoot: SentRoot;
  readonly objects: ObjectStore;
  /** The hash of an own Root; `undefined` where it is not known. */
  readonly rootHashAt: (seq: bigint) => Promise<Uint8Array | undefined>;
}

/** What {@link publishLedger} needs. */
export interface PublishLedgerInput extends RelayWorld {
  readonly ledger: PublishedLedger;
  readonly relays: readonly RelayAddress[];
  readonly files: Files;
  /** The file of what was last seen of the relays. */
  readonly notesPath: string;
  /** Leave out relays that hold the newest Root by our notes, and those whose next try has not come. */
  readonly onlyDue?: boolean;
  readonly confirmTimeoutMs?: number;
  /** Aborting it gives up: what is not held by then counts as not tried. */
  readonly signal?: AbortSignal;
}

/** What came of one relay. */
export interface RelayResult {
  readonly relay: string;
  /** It shows the newest Root and gives back its objects. */
  readonly isHeld: boolean;
  /** A relay with a newer Root than ours, or another history: publishing further would fork the feed. */
  readonly conflict?: "ahead" | "fork";
  /** The Root that the relay showed, when it is not ours. */
  readonly outcome: PublishOutcome;
}

/**
 * Brings the newest Root of a ledger to every relay, all at once, and notes what was seen. A relay that is
 * down is a result, never an error.
 * @throws FleetError files/* when the notes cannot be kept
 */
export async function publishLedger(input: PublishLedgerInput): Promise<readonly RelayResult[]> {
  const { ledger, relays, files, notesPath, clock, onlyDue = false } = input;
  const notes = new Map(await readRelayNotes(files, notesPath, ledger.feed));
  const wanted = relays.filter(
    ({ text }) => !onlyDue || isDue(notes.get(text), ledger, clock.now()),
  );
  if (wanted.length === 0) return [];
  const results = await Promise.all(wanted.map((relay) => publishTo(relay, input)));
  const tried = results.filter((result) => result !== undefined);
  for (const result of tried) {
    const before = notes.get(result.relay);
    notes.set(result.relay, noteOf(result, ledger, before, clock.now()));
  }
  if (tried.length > 0) await writeRelayNotes(files, notesPath, ledger.feed, notes);
  return tried;
}

/** Says that publishing must stop because a relay knows more, or other things, than we do. */
export function conflictError(results: readonly RelayResult[]): FleetError | undefined {
  const found = results.find(({ conflict }) => conflict !== undefined);
  if (found === undefined) return undefined;
  if (found.conflict === "ahead") {
    return new FleetError("ledger/behind-relay", found.outcome.reason, {
      next: `run \`fleet ledger restore --from ${found.relay}\`: the ledger on this machine is an old copy, and would fork the feed`,
      exit: 4,
    });
  }
  return new FleetError("ledger/forked", found.outcome.reason, {
    next: "two machines write with one key, or the relay was given another history: run `fleet ledger status`, keep both copies, and begin a new ledger with `fleet keygen --new`",
    exit: 4,
  });
}

async function publishTo(
  relay: RelayAddress,
  input: PublishLedgerInput,
): Promise<RelayResult | undefined> {
  const { ledger, signal } = input;
  const work = publishFeed({
    ...input,
    ...(signal === undefined ? {} : { dial: dialUntil(input.dial, signal) }),
    address: { host: relay.host, port: relay.port },
    root: ledger.headRoot,
    store: ledger.objects,
    rootHashAt: ledger.rootHashAt,
  });
  const outcome = signal === undefined ? await work : await Promise.race([work, aborted(signal)]);
  if (outcome === undefined) return undefined;
  const isHeld = outcome.kind === "held" || outcome.kind === "already";
  const isConflict = outcome.kind === "ahead" || outcome.kind === "fork";
  return {
    relay: relay.text,
    isHeld,
    ...(isConflict ? { conflict: outcome.kind } : {}),
    outcome,
  };
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => void onAbort(signal, () => resolve(undefined)));
}

function isDue(note: RelayNote | undefined, { head }: PublishedLedger, nowMs: number): boolean {
  if (note === undefined) return true;
  if (note.held?.root === head.root) return false;
  return nowMs >= nextTryMs(note);
}

function noteOf(
  { isHeld, outcome }: RelayResult,
  { head }: PublishedLedger,
  before: RelayNote | undefined,
  nowMs: number,
): RelayNote {
  const held = isHeld
    ? { seq: Number(head.seq), root: head.root, size: head.size, atMs: nowMs }
    : before?.held;
  return {
    ...(held === undefined ? {} : { held }),
    triedAtMs: nowMs,
    failures: isHeld ? 0 : (before?.failures ?? 0) + 1,
    says: outcome.reason,
  };
}
