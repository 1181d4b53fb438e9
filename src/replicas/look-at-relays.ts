// Which Root of our ledger each relay holds.

import { defined, equalBytes } from "../core/index.ts";
import type { RelayAddress } from "../model/index.ts";
import { lookAtRelay, type RelayLook } from "../relays/index.ts";
import { decodeRoot } from "../skywire/cxo/index.ts";
import type { PublishedLedger, PublishLedgerInput } from "./publish-ledger.ts";
import { entriesBelow, memoryOf } from "./relay-memories.ts";
import { type RelayNote, readRelayNotes } from "./relay-notes.ts";

/** What a relay holds of a ledger, and how far behind it is. */
export interface RelayState {
  readonly relay: string;
  /**
   * `current` and `behind` hold the Root that they show, by the check that publishing goes by. `hollow`: it shows a
   * Root of ours and does not give all of it. `unproven`: not all of it was asked back yet. `stuck`: it was left before
   * it had the registry, and asks for nothing more.
   */
  readonly kind:
    | "current"
    | "behind"
    | "empty"
    | "stuck"
    | "ahead"
    | "fork"
    | "hollow"
    | "unproven"
    | "lies"
    | "unreachable"
    | "refused";
  /** The last Root it shows; where it was not reached, the last one that was seen there. */
  readonly seq?: number;
  /** Entries that are not there yet; absent where it cannot be told. */
  readonly lag?: number;
  readonly says: string;
  /** Unix ms. */
  readonly lastHeldAtMs?: number;
}

/** What {@link lookAtRelays} needs. */
interface LookInput extends Omit<PublishLedgerInput, "onlyDue" | "budgetMs" | "onProgress"> {
  /** How long each relay is asked back, in steps that are remembered; without end when not given. */
  readonly checkMs?: number;
}

/** Looks at every relay without sending anything, for `fleet ledger status`. */
export async function lookAtRelays(input: LookInput): Promise<readonly RelayState[]> {
  const { ledger, clock, checkMs } = input;
  const notes = await readRelayNotes(input.files, input.notesPath, ledger.feed);
  const untilMs = checkMs === undefined ? {} : { untilMs: clock.now() + checkMs };
  return await Promise.all(
    input.relays.map(async (relay): Promise<RelayState> => {
      const note = notes.get(relay.text);
      const look = await lookAtRelay({
        ...input,
        ...untilMs,
        address: { host: relay.host, port: relay.port },
        feed: ledger.headRoot.feed,
        registry: decodeRoot(ledger.headRoot.value).reg,
        store: ledger.objects,
        rootHashAt: ledger.rootHashAt,
        rootUpTo: ledger.rootUpTo,
        entriesOf: (root) => entriesBelow(root, ledger),
        memory: memoryOf(relay.text, note, input),
      });
      return await stateOf(look, relay, ledger, note);
    }),
  );
}

async function stateOf(
  look: RelayLook,
  { text: relay }: RelayAddress,
  ledger: PublishedLedger,
  note: RelayNote | undefined,
): Promise<RelayState> {
  const { head } = ledger;
  const whole = note?.whole;
  const known = { relay, ...defined({ lastHeldAtMs: whole?.atMs }) };
  if (look.kind === "empty") {
    const says = look.isStuck
      ? "the relay was left before it had the registry: it asks for nothing more until it is restarted"
      : "the relay holds nothing of this ledger";
    return { ...known, kind: look.isStuck ? "stuck" : "empty", lag: head.size, says };
  }
  if (look.kind !== "shows") {
    const last = whole === undefined ? {} : { seq: whole.seq, lag: head.size - whole.size };
    return { ...known, kind: look.kind, ...last, says: look.error.message };
  }
  const { root } = look.shown;
  const base = { ...known, seq: Number(root.seq) };
  if (root.seq > head.seq) {
    const says = `the relay shows Root ${root.seq}, this machine has Root ${head.seq}`;
    return { ...base, kind: "ahead", says };
  }
  const own = await ledger.rootHashAt(root.seq);
  if (own !== undefined && !equalBytes(own, root.hash)) {
    const says = `the relay shows another Root ${root.seq} than this machine has`;
    return { ...base, kind: "fork", says };
  }
  const size = await entriesBelow(root, ledger);
  const lag = size === undefined ? {} : { lag: head.size - size };
  if (look.check?.kind === "hollow") {
    // How much of it is there nobody knows; what it was once seen to have is no less than that.
    const says = `the relay shows Root ${root.seq} and does not give all of it; \`fleet ledger publish\` mends it`;
    const left = whole === undefined ? head.size : head.size - whole.size;
    return { ...base, kind: "hollow", lag: left, says };
  }
  if (look.check?.kind !== "whole") {
    const says = `not everything below Root ${root.seq} was asked back yet; \`fleet ledger publish\` goes on with it`;
    return { ...base, ...lag, kind: "unproven", says };
  }
  return root.seq < head.seq
    ? { ...base, ...lag, kind: "behind", says: `the relay holds Root ${root.seq}` }
    : { ...base, lag: 0, kind: "current", says: `the relay holds the newest Root ${root.seq}` };
}
