import { toHex } from "../core/index.ts";
import { LEDGER_SHAPE } from "../ledger/index.ts";
import type { RelayAddress } from "../model/index.ts";
import { lookAtRelay, type RelayLook } from "../relays/index.ts";
import type { Root } from "../skywire/cxo/index.ts";
import type { PublishedLedger, PublishLedgerInput } from "./publish-ledger.ts";
import { type RelayNote, readRelayNotes } from "./relay-notes.ts";

/** What a relay holds of a ledger, and how far behind it is. */
export interface RelayState {
  readonly relay: string;
  readonly kind:
    | "current"
    | "behind"
    | "empty"
    | "ahead"
    | "fork"
    | "incomplete"
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

/** Looks at every relay without sending anything, for `fleet ledger status`. */
export async function lookAtRelays(
  input: Omit<PublishLedgerInput, "onlyDue" | "signal">,
): Promise<readonly RelayState[]> {
  const notes = await readRelayNotes(input.files, input.notesPath, input.ledger.feed);
  return Promise.all(
    input.relays.map(async (relay): Promise<RelayState> => {
      const look = await lookAtRelay({
        ...input,
        address: { host: relay.host, port: relay.port },
        feed: input.ledger.headRoot.feed,
      });
      return await stateOf(look, relay, input.ledger, notes.get(relay.text));
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
  const held = note?.held;
  const known = { relay, ...(held === undefined ? {} : { lastHeldAtMs: held.atMs }) };
  if (look.kind === "empty")
    return { ...known, kind: "empty", lag: head.size, says: "it holds nothing of this ledger" };
  if (look.kind !== "holds" && look.kind !== "shows") {
    const last = held === undefined ? {} : { seq: held.seq, lag: head.size - held.size };
    return { ...known, kind: look.kind, ...last, says: look.error.message };
  }
  const { root } = look.shown;
  const base = { ...known, seq: Number(root.seq) };
  if (root.seq > head.seq) {
    const says = `it shows Root ${root.seq}, this machine has Root ${head.seq}`;
    return { ...base, kind: "ahead", says };
  }
  const own = root.seq === head.seq ? head.root : hexOf(await ledger.rootHashAt(root.seq));
  if (own !== undefined && own !== toHex(root.hash)) {
    const says = `it shows another Root ${root.seq} than this machine has`;
    return { ...base, kind: "fork", says };
  }
  const size = root.seq === head.seq ? head.size : await sizeOf(root, ledger);
  const lag = size === undefined ? {} : { lag: head.size - size };
  if (look.kind === "shows")
    return { ...base, ...lag, kind: "incomplete", says: look.error.message };
  return root.seq < head.seq
    ? { ...base, ...lag, kind: "behind", says: `it holds Root ${root.seq}` }
    : { ...base, lag: 0, kind: "current", says: `it holds the newest Root ${root.seq}` };
}

/** Entries behind one of our own Roots, by the log that it points to. */
async function sizeOf({ refs }: Root, { objects }: PublishedLedger): Promise<number | undefined> {
  const pointer = refs[0];
  const log = pointer === undefined ? undefined : await objects.get(pointer.hash);
  return log === undefined ? undefined : Number(LEDGER_SHAPE.decodeLog(log).size);
}

function hexOf(hash: Uint8Array | undefined): string | undefined {
  return hash === undefined ? undefined : toHex(hash);
}
