import { readFileSync } from "node:fs";
import { EVIDENCE_FORMAT } from "../../../src/ledger/proof/evidence.ts";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it, test } from "vitest";
import {
  assert,
  canonicalJson,
  fromUtf8,
  type Json,
  sha256,
  utf8,
} from "../../../src/core/index.ts";
import {
  checkEvidence,
  type EvidenceDocument,
  firstDifference,
  formatEvidence,
  makeEvidence,
  parseEvidence,
  type SignedState,
} from "../../../src/ledger/index.ts";
import { testIntent } from "../../support/ledger-world.ts";
import { HEARTBEAT, MemoryFeed } from "../../support/memory-feed.ts";
import { provenEntry, signedState } from "../../support/signed-states.ts";

const SIZE = 12;
const FORKED_AT = 7;
/** How many bytes of each document are changed, spread over all of it: a curve is slow. */
const PLACES = 101;

/** A feed, and the same feed with another entry at one place and from there on. */
function historyOf(forkedAt = SIZE): MemoryFeed {
  const feed = new MemoryFeed("ann");
  while (feed.size < SIZE)
    feed.append(feed.size < forkedAt ? HEARTBEAT : testIntent("home", `pi ${feed.size}`));
  return feed;
}
const told = historyOf();
const other = historyOf(FORKED_AT);
const { feed } = told;

function bare({ value, signature }: SignedState): SignedState {
  return { value, signature };
}

async function rewrittenAt(index: number): Promise<EvidenceDocument | undefined> {
  const states = [signedState(told, 10), signedState(other, SIZE)] as const;
  const entries = [
    await provenEntry(told, index, 10),
    await provenEntry(other, index, SIZE),
  ] as const;
  return makeEvidence(feed, states, { index, entries });
}

async function documents(): Promise<Readonly<Record<string, EvidenceDocument | undefined>>> {
  const first = bare(signedState(told, 5));
  return {
    "same-sequence": makeEvidence(feed, [first, signedState(told, 6, { seq: 5n })]),
    rewritten: await rewrittenAt(FORKED_AT),
    shrunk: makeEvidence(feed, [signedState(told, 5, { seq: 9n }), signedState(told, 8)]),
    "other-nonce": makeEvidence(feed, [first, signedState(told, 6, { nonce: 2n })]),
    "another Root before": makeEvidence(feed, [first, bare(signedState(told, 6))]),
    "another tree": makeEvidence(feed, [
      signedState(told, 9, { seq: 20n }),
      signedState(other, 9, { seq: 30n }),
    ]),
    "another checkpoint": makeEvidence(feed, [
      signedState(told, 9, { checkpoint: checkpointOver(8) }),
    ]),
  };
}

function checkpointOver(size: number): Uint8Array {
  return utf8(`fleet.skywire/ledger/${feed}\n${size}\n${"A".repeat(43)}=\n\n\u2014 x AAAAAAAA\n`);
}

function proven(document: EvidenceDocument | undefined): EvidenceDocument {
  assert(document !== undefined, "the states contradict each other");
  return document;
}

/** What a text proves: nothing when it is refused. */
function isProved(bytes: Uint8Array): boolean {
  let document: EvidenceDocument;
  try {
    document = parseEvidence(bytes);
  } catch (error) {
    expect(error).toMatchObject({ code: "ledger/evidence", exit: 4 });
    return false;
  }
  return checkEvidence(document).proved;
}

const made = Object.entries(await documents()).map(([name, document]) => ({ name, document }));

describe("evidence", () => {
  test.each([
    { name: "same-sequence", kind: "same-sequence", what: "two different states as number 5" },
    { name: "rewritten", kind: "rewritten", what: "two different entries at index 7" },
    {
      name: "shrunk",
      kind: "shrunk",
      what: "8 entries in state 8, and only 5 in the later state 9",
    },
    { name: "other-nonce", kind: "other-nonce", what: "states of two sequences, 1 and 2" },
    { name: "another Root before", kind: "self-contradiction", what: "another one was before it" },
    {
      name: "another tree",
      kind: "self-contradiction",
      what: "two different trees over 9 entries",
    },
    { name: "another checkpoint", kind: "self-contradiction", what: "with a checkpoint over 8" },
  ])("is made, handed on and checked: $name", ({ name, kind, what }) => {
    const document = proven(made.find((each) => each.name === name)?.document);
    expect(document.kind).toBe(kind);
    const verdict = checkEvidence(parseEvidence(formatEvidence(document)));
    expect(verdict).toMatchObject({ proved: true, feed });
    expect(verdict.what).toContain(what);
    expect(verdict.steps[0]).toContain(`is signed by feed ${feed}`);
  });

  it("has the published form", () => {
    const file = new URL("../../../schemas/ledger-evidence.schema.json", import.meta.url);
    const validate = new Ajv2020({
      strict: true,
      strictRequired: false,
      strictTypes: false,
    }).compile(JSON.parse(readFileSync(file, "utf8")) as object);
    for (const { document } of made) {
      validate(JSON.parse(fromUtf8(formatEvidence(proven(document)))));
      expect(validate.errors ?? []).toEqual([]);
    }
    const [first] = made;
    for (const change of [{ more: 1 }, { index: 1 }, { kind: "rewritten" }, { states: [] }])
      expect(validate({ ...first?.document, ...change })).toBe(false);
  });

  it("does not depend on the order in which the states came", async () => {
    const states = [signedState(other, SIZE), signedState(told, 10)] as const;
    const entries = [
      await provenEntry(other, FORKED_AT, SIZE),
      await provenEntry(told, FORKED_AT, 10),
    ] as const;
    expect(makeEvidence(feed, states, { index: FORKED_AT, entries })).toEqual(
      await rewrittenAt(FORKED_AT),
    );
  });

  it("is not made of states that fit", async () => {
    const first = signedState(told, 5);
    const next = signedState(told, 6, { prev: sha256(first.value) });
    expect(makeEvidence(feed, [first, next])).toBeUndefined();
    expect(makeEvidence(feed, [first, first])).toBeUndefined();
    expect(makeEvidence(feed, [first])).toBeUndefined();
    expect(makeEvidence(feed, [bare(first), bare(signedState(told, 9))])).toBeUndefined();
    expect(await rewrittenAt(FORKED_AT - 1)).toBeUndefined();
    expect(makeEvidence(feed, [first, { ...next, value: utf8("no Root") }])).toBeUndefined();
  });

  it("is not made against a feed that signed nothing of it", () => {
    const states = [bare(signedState(told, 5)), bare(signedState(told, 6, { seq: 5n }))] as const;
    expect(makeEvidence(new MemoryFeed("ben").feed, states)).toBeUndefined();
  });

  it("finds the first entry that differs by the trees alone", async () => {
    const treeOf = (from: MemoryFeed) => async (size: number) => from.treeAt(size);
    expect(await firstDifference(SIZE, treeOf(told), treeOf(other))).toBe(FORKED_AT);
    expect(await firstDifference(FORKED_AT, treeOf(told), treeOf(other))).toBeUndefined();
    expect(await firstDifference(0, treeOf(told), treeOf(other))).toBeUndefined();
    const fork = historyOf(1);
    expect(await firstDifference(SIZE, treeOf(told), treeOf(fork))).toBe(1);
  });
});

describe("evidence that was tampered with", { timeout: 180_000 }, () => {
  test.each(made)("proves nothing: $name", ({ document }) => {
    const bytes = formatEvidence(proven(document));
    expect(isProved(bytes)).toBe(true);
    const stride = Math.ceil(bytes.length / PLACES);
    for (let place = 0; place < bytes.length; place += stride) {
      const changed = bytes.slice();
      changed[place] = (changed[place] ?? 0) ^ (1 << (place % 3));
      expect(isProved(changed), `byte ${place}`).toBe(false);
    }
  });

  test.each<{ name: string; change: (document: EvidenceDocument) => unknown }>([
    { name: "another format", change: (each) => ({ ...each, format: "x" }) },
    { name: "another kind", change: (each) => ({ ...each, kind: "shrunk" }) },
    { name: "a kind of two of one", change: (each) => ({ ...each, states: each.states.slice(1) }) },
    {
      name: "one state twice",
      change: ({ states: [a], ...each }) => ({ ...each, states: [a, a] }),
    },
    { name: "entries that do not belong", change: (each) => ({ ...each, index: 0, entries: [] }) },
    { name: "a further member", change: (each) => ({ ...each, note: "trust me" }) },
    { name: "no object", change: () => [1] },
    {
      name: "a log of another Root",
      change: ({ states: [a, b], ...each }) => ({ ...each, states: [{ ...a, log: "00" }, b] }),
    },
  ])("proves nothing: $name", ({ change }) => {
    const document = change(proven(made[0]?.document));
    expect(isProved(utf8(`${canonicalJson(document as Json)}\n`))).toBe(false);
  });

  it("is read in its one form only, and not at any length", () => {
    const document = proven(made[0]?.document);
    const text = fromUtf8(formatEvidence(document));
    for (const form of [text.trimEnd(), ` ${text}`, `${text}\n`, JSON.stringify(document), "{"])
      expect(isProved(utf8(form))).toBe(false);
    expect(isProved(utf8(text.replace(feed, feed.toUpperCase())))).toBe(false);
    expect(isProved(utf8(" ".repeat(4_194_305)))).toBe(false);
    expect(isProved(Uint8Array.of(0xff))).toBe(false);
  });

  it("cannot be made by hand without what it must hold", () => {
    const { states } = proven(made.find(({ name }) => name === "same-sequence")?.document);
    const base = { format: EVIDENCE_FORMAT, feed, states } as const;
    for (const kind of ["rewritten", "shrunk", "other-nonce", "self-contradiction"] as const)
      expect(checkEvidence({ ...base, kind }).proved, kind).toBe(false);
    expect(checkEvidence({ ...base, kind: "self-contradiction", states: [] }).proved).toBe(false);
    expect(checkEvidence({ ...base, kind: "same-sequence", states: [] }).proved).toBe(false);
  });
});
