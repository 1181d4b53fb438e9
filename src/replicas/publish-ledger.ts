// Bringing our ledger to its relays, and asking back whether each holds all of it.
import { type Files, FleetError } from "../core/index.ts";
import type { FeedKey } from "../ledger/index.ts";
import type { RelayAddress } from "../model/index.ts";
import {
  publishFeed,
  type PublishOptions,
  type PublishOutcome,
  type PublishProgress,
  type RelayWorld,
} from "../relays/index.ts";
import type { ObjectStore, SentRoot } from "../skywire/cxo/index.ts";
import { entriesBelow, memoryOf } from "./relay-memories.ts";
import { changeRelayNote, isTimeToTry, readRelayNotes, type RelayNote } from "./relay-notes.ts";

/** A ledger as it is published: its newest Root, and where its objects are found. */
export interface PublishedLedger {
  readonly feed: FeedKey;
  readonly head: { readonly seq: bigint; readonly root: string; readonly size: number };
  readonly headRoot: SentRoot;
  readonly objects: ObjectStore;
  /** The hash of an own Root; `undefined` where it is not known. */
  readonly rootHashAt: (seq: bigint) => Promise<Uint8Array | undefined>;
  /** The newest own Root of a number or a lower one; `undefined` where none is kept. */
  readonly rootUpTo: (seq: bigint) => Promise<SentRoot | undefined>;
}

/** What {@link publishLedger} needs. */
export interface PublishLedgerInput
  extends
    RelayWorld,
    Pick<
      PublishOptions,
      | "budgetMs"
      | "confirmTimeoutMs"
      | "openTimeoutMs"
      | "pushesAgain"
      | "stallTimeoutMs"
      | "stop"
      | "stopGraceMs"
    > {
  readonly ledger: PublishedLedger;
  readonly relays: readonly RelayAddress[];
  readonly files: Files;
  /** The file of what was last seen of the relays. */
  readonly notesPath: string;
  /** Leave out relays that hold the newest Root by our notes, and those whose next try has not come. */
  readonly onlyDue?: boolean;
  readonly onProgress?: (relay: string, progress: PublishProgress) => void;
}

/** What came of one relay. */
export interface RelayResult {
  readonly relay: string;
  /** It shows the newest Root, and everything below it was once asked back. */
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
  const notes = await readRelayNotes(files, notesPath, ledger.feed);
  const wanted = relays.filter(
    ({ text }) => !onlyDue || isDue(notes.get(text), ledger, clock.now()),
  );
  const place = { files, path: notesPath, feed: ledger.feed };
  return await Promise.all(
    wanted.map(async (relay) => {
      const result = await publishTo(relay, notes.get(relay.text), input);
      // Who was stopped, or had no time, tells nothing of the relay: it is tried again at once.
      if (result.outcome.kind !== "stopped" && result.outcome.kind !== "later")
        await changeRelayNote(place, relay.text, (before) => noteOf(result, before, clock.now()));
      return result;
    }),
  );
}

/** Says that publishing must stop because a relay knows more, or other things, than we do. */
export function conflictError(results: readonly RelayResult[]): FleetError | undefined {
  const found = results.find(({ conflict }) => conflict !== undefined);
  if (found === undefined) return undefined;
  if (found.conflict === "ahead") {
    return new FleetError("ledger/behind-relay", `${found.relay}: ${found.outcome.reason}`, {
      next: `run \`fleet ledger restore --from ${found.relay}\`: the ledger on this machine is an old copy, and would fork the feed`,
      exit: 4,
    });
  }
  return new FleetError("ledger/forked", `${found.relay}: ${found.outcome.reason}`, {
    next: "two machines write with one key, or the relay was given another history: run `fleet ledger status`, keep both copies, and begin a new ledger with `fleet keygen --new`",
    exit: 4,
  });
}

async function publishTo(
  relay: RelayAddress,
  note: RelayNote | undefined,
  { onProgress, ...input }: PublishLedgerInput,
): Promise<RelayResult> {
  const { ledger } = input;
  const outcome = await publishFeed({
    ...input,
    address: { host: relay.host, port: relay.port },
    root: ledger.headRoot,
    store: ledger.objects,
    rootHashAt: ledger.rootHashAt,
    rootUpTo: ledger.rootUpTo,
    entriesOf: (root) => entriesBelow(root, ledger),
    memory: memoryOf(relay.text, note, input),
    ...(onProgress === undefined
      ? {}
      : { onProgress: (progress) => onProgress(relay.text, progress) }),
  });
  const isHeld = outcome.kind === "held" || outcome.kind === "already";
  const isConflict = outcome.kind === "ahead" || outcome.kind === "fork";
  return {
    relay: relay.text,
    isHeld,
    ...(isConflict ? { conflict: outcome.kind } : {}),
    outcome,
  };
}

function isDue(note: RelayNote | undefined, { head }: PublishedLedger, nowMs: number): boolean {
  if (note === undefined) return true;
  if (note.whole?.root === head.root) return false;
  return isTimeToTry(note, nowMs);
}

function noteOf(
  { isHeld, outcome }: RelayResult,
  before: RelayNote | undefined,
  nowMs: number,
): RelayNote {
  return {
    ...before,
    triedAtMs: nowMs,
    failures: isHeld ? 0 : (before?.failures ?? 0) + 1,
    says: outcome.reason,
  };
}
