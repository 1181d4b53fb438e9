// What is known of the relays of a ledger, kept in the file of their notes.

import { fromHex, toHex } from "../core/index.ts";
import { LEDGER_SHAPE } from "../ledger/index.ts";
import type { KnownRoot, RelayFact, RelayMemory, SeenRoot } from "../relays/index.ts";
import { decodeRoot, type Root } from "../skywire/cxo/index.ts";
import type { PublishedLedger, PublishLedgerInput } from "./publish-ledger.ts";
import { changeRelayNote, type RelayNote, type RootNote, type WholeNote } from "./relay-notes.ts";

/** What a memory is kept with. */
export type MemoryPlace = Pick<PublishLedgerInput, "files" | "notesPath" | "ledger" | "clock">;

/** The memory of one relay, by its note. What is kept in it is on the disk. */
export function memoryOf(
  relay: string,
  note: RelayNote | undefined,
  { files, notesPath: path, ledger, clock }: MemoryPlace,
): RelayMemory {
  const { whole } = note ?? {};
  const place = { files, path, feed: ledger.feed };
  return {
    whole: whole && seenRoot(whole),
    awaitsRegistry: note?.awaitsRegistry === true,
    keep: async (fact) => {
      const size = fact.kind === "whole" ? await sizeAt(fact.root.seq, ledger) : undefined;
      await changeRelayNote(place, relay, (before) =>
        withFact(before ?? UNTRIED, fact, { size: size ?? 0, atMs: clock.now() }),
      );
    },
  };
}

/** Entries below one of our own Roots, by the log that it points to. */
export async function entriesBelow(
  { refs }: Pick<Root, "refs">,
  { objects }: Pick<PublishedLedger, "objects">,
): Promise<number | undefined> {
  const [pointer] = refs;
  const log = pointer === undefined ? undefined : await objects.get(pointer.hash);
  return log === undefined ? undefined : Number(LEDGER_SHAPE.decodeLog(log).size);
}

const UNTRIED: RelayNote = { triedAtMs: 0, failures: 0, says: "it was not tried to the end" };

function withFact(
  { whole, awaitsRegistry: _, ...rest }: RelayNote,
  fact: RelayFact,
  { size, atMs }: { readonly size: number; readonly atMs: number },
): RelayNote {
  const known = whole === undefined ? {} : { whole };
  switch (fact.kind) {
    case "whole": {
      const { within } = fact.root;
      const both = within === undefined ? {} : { within: rootNote(within) };
      return { ...rest, whole: { ...rootNote(fact.root), size, atMs, ...both } };
    }
    case "forgot":
      return rest;
    case "first-push":
      return { ...rest, awaitsRegistry: true };
    case "has-registry":
      return { ...rest, ...known };
  }
}

function seenRoot({ within, ...whole }: WholeNote): SeenRoot {
  return { ...knownRoot(whole), ...(within === undefined ? {} : { within: knownRoot(within) }) };
}

function knownRoot({ seq, root }: RootNote): KnownRoot {
  return { seq: BigInt(seq), hash: fromHex(root) };
}

function rootNote({ seq, hash }: KnownRoot): RootNote {
  return { seq: Number(seq), root: toHex(hash) };
}

async function sizeAt(seq: bigint, ledger: PublishedLedger): Promise<number | undefined> {
  const sent = seq === ledger.headRoot.seq ? ledger.headRoot : await ledger.rootUpTo(seq);
  return sent === undefined ? undefined : await entriesBelow(decodeRoot(sent.value), ledger);
}
