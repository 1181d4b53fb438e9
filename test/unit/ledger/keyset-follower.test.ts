import { describe, expect, it, test } from "vitest";
import { approveKeyset } from "../../../src/ledger/keysets/keyset-change.ts";
import type { Digest, JsonObject } from "../../../src/core/index.ts";
import {
  type EntryDraft,
  type KeysetChange,
  KeysetFollower,
  type KeysetPayload,
  type LedgerRecord,
  type OperatorKeys,
} from "../../../src/ledger/index.ts";
import { testKeys, testVisor } from "../../support/ledger-world.ts";
import { MemoryFeed } from "../../support/memory-feed.ts";

const ann = testKeys("ann");
const ben = testKeys("ben");
const cid = testKeys("cid");

type Terms = Pick<KeysetPayload, "operators" | "controllers" | "policy">;

function terms(names: Readonly<Record<string, readonly string[]>>, policy: JsonObject = {}): Terms {
  const operators = Object.fromEntries(
    Object.entries(names).map(([name, may]) => {
      const { operator, seal, feed } = testKeys(name);
      return [name, { key: operator, seal, feed, may }];
    }),
  );
  return { operators, controllers: [testVisor("laptop")], policy };
}

const APPLY = ["plan", "apply"];
const ALONE = terms({ ann: APPLY });
const PAIR = terms({ ann: APPLY, ben: APPLY });
const PAIR_BOTH = terms({ ann: APPLY, ben: APPLY }, { keyset_signatures: 2 });
const THREE = terms({ ann: APPLY, ben: APPLY, cid: APPLY }, { keyset_signatures: 2 });
const OTHER_THREE = terms({ ann: APPLY, ben: APPLY, eve: APPLY }, { keyset_signatures: 2 });

function digest(record: LedgerRecord): Digest {
  return `sha256:${record.hash}`;
}

interface Extra {
  readonly previous?: LedgerRecord;
  readonly approvedBy?: readonly OperatorKeys[];
  readonly epoch?: number;
}

function keyset(given: Terms, { previous, approvedBy = [], epoch = 0 }: Extra = {}): EntryDraft {
  const change: KeysetChange = {
    fleet: "home",
    previous: digest(previous ?? ({ hash: "" } as never)),
    ...given,
  };
  return {
    kind: "keyset",
    payload: {
      fleet: "home",
      ...given,
      epoch,
      epochKeys: [],
      ...(previous === undefined ? {} : { previous: digest(previous) }),
      ...(approvedBy.length === 0
        ? {}
        : { approvals: approvedBy.map((keys) => approveKeyset(keys, change)) }),
    },
  };
}

/** What a follower says to the keysets in the order in which they were written. */
function verdicts(...records: readonly LedgerRecord[]): readonly string[] {
  const follower = new KeysetFollower();
  return records.map((record) => {
    const verdict = follower.next(record);
    if (verdict?.kind === "accepted") return verdict.isChange ? "change" : "same";
    return verdict?.kind === "refused" ? verdict.fault.code : String(verdict?.kind);
  });
}

const feeds = (): Record<"a" | "b" | "c" | "e", MemoryFeed> => ({
  a: new MemoryFeed("ann"),
  b: new MemoryFeed("ben"),
  c: new MemoryFeed("cid"),
  e: new MemoryFeed("eve"),
});

describe("keysets", () => {
  it("begin with an operator who lists himself", () => {
    const { a, e } = feeds();
    expect(verdicts(a.append(keyset(ALONE)))).toEqual(["change"]);
    expect(verdicts(e.append(keyset(ALONE)))).toEqual(["ledger/keyset-not-operator"]);
    expect(verdicts(a.append(keyset(terms({ ann: ["plan"] }))))).toEqual([
      "ledger/keyset-not-operator",
    ]);
  });

  it("change with one signature of the operators before, unless their policy asks for more", () => {
    const { a, b } = feeds();
    const one = a.append(keyset(ALONE));
    const two = a.append(keyset(PAIR_BOTH, { previous: one }));
    const alone = a.append(keyset(THREE, { previous: two }));
    const both = b.append(keyset(THREE, { previous: two, approvedBy: [ann] }));
    expect(verdicts(one, two, alone, both)).toEqual([
      "change",
      "change",
      "ledger/keyset-not-approved",
      "change",
    ]);
  });

  test.each<{ name: string; approvedBy: readonly OperatorKeys[]; want: string }>([
    { name: "the writer twice", approvedBy: [ann, ann], want: "ledger/keyset-not-approved" },
    {
      name: "somebody who is not an operator before",
      approvedBy: [cid],
      want: "ledger/keyset-not-approved",
    },
    { name: "another operator", approvedBy: [ben], want: "change" },
    { name: "another operator and a new one", approvedBy: [ben, cid], want: "change" },
  ])("count as signatures distinct operators of before: $name", ({ approvedBy, want }) => {
    const { a } = feeds();
    const one = a.append(keyset(PAIR_BOTH));
    expect(verdicts(one, a.append(keyset(THREE, { previous: one, approvedBy })))).toEqual([
      "change",
      want,
    ]);
  });

  it("are refused with an approval of another change, though enough others signed", () => {
    const { a } = feeds();
    const one = a.append(keyset(PAIR));
    const draft = keyset(THREE, { previous: one, approvedBy: [ben] });
    const other = keyset(OTHER_THREE, { previous: one, approvedBy: [ben] });
    if (draft.kind !== "keyset" || other.kind !== "keyset") throw new Error("a keyset");
    const { approvals = [] } = other.payload;
    const mixed: EntryDraft = { kind: "keyset", payload: { ...draft.payload, approvals } };
    expect(verdicts(one, a.append(mixed))).toEqual(["change", "ledger/keyset-not-approved"]);
  });

  it("are refused behind a refused one, and not judged behind one that is not here", () => {
    const { a, e } = feeds();
    const one = a.append(keyset(ALONE));
    const bad = e.append(keyset(terms({ eve: APPLY }), { previous: one }));
    const behind = e.append(keyset(terms({ eve: APPLY }), { previous: bad }));
    const unknown = a.append(keyset(PAIR, { previous: { hash: "ab".repeat(32) } as never }));
    expect(verdicts(one, bad, behind, unknown)).toEqual([
      "change",
      "ledger/keyset-not-approved",
      "ledger/keyset-not-approved",
      "not-seen-here",
    ]);
  });

  it("are taken over by each operator into his own feed, by nobody else", () => {
    const { a, b, e } = feeds();
    const one = a.append(keyset(PAIR));
    const adopted = b.append(keyset(PAIR, { previous: one }));
    const foreign = e.append(keyset(PAIR, { previous: one }));
    expect(verdicts(one, adopted, foreign)).toEqual([
      "change",
      "same",
      "ledger/keyset-not-operator",
    ]);
    expect(verdicts(adopted)).toEqual(["change"]);
  });

  it("can be followed while they are in force, in whichever feed they stand", () => {
    const { a, b } = feeds();
    const first = a.append(keyset(PAIR));
    const taken = b.append(keyset(PAIR, { previous: first }));
    const follower = new KeysetFollower();
    for (const record of [first, taken]) follower.next(record);
    const places = (): readonly string[] =>
      [first, taken].map((record) => follower.placeOf("home", digest(record)));
    expect(places()).toEqual(["in-force", "in-force"]);
    follower.next(a.append(keyset(ALONE, { previous: first })));
    expect(places()).toEqual(["earlier", "earlier"]);
    expect(follower.placeOf("home", `sha256:${"0".repeat(64)}`)).toBe("not-seen-here");
    expect(follower.placeOf("shop", digest(first))).toBe("not-seen-here");
  });

  it("that change the same one in two ways are a fork, whose first stands", () => {
    const { a, b } = feeds();
    const one = a.append(keyset(PAIR));
    const three = a.append(keyset(THREE, { previous: one }));
    const other = b.append(keyset(OTHER_THREE, { previous: one }));
    const same = b.append(keyset(THREE, { previous: one }));
    expect(verdicts(one, three, other, same)).toEqual([
      "change",
      "change",
      "ledger/keyset-fork",
      "same",
    ]);
    const follower = new KeysetFollower();
    const [, , fork] = [one, three, other].map((record) => follower.next(record));
    expect(fork).toMatchObject({
      fault: { feed: ben.feed, entry: 1, other: { feed: ann.feed, entry: 2 } },
    });
    expect(follower.current("home")).toMatchObject({ digest: digest(three), writer: ann.operator });
    expect(follower.changes("home").map(({ index, feed }) => [feed, index])).toEqual([
      [ann.feed, 1],
      [ann.feed, 2],
    ]);
  });

  it("give no say in the next epoch to somebody who was removed", () => {
    const { a, b } = feeds();
    const one = a.append(keyset(PAIR));
    const without = a.append(keyset(ALONE, { previous: one }));
    const late = b.append(keyset(ALONE, { previous: one, epoch: 9 }));
    const old = b.append(keyset(PAIR, { previous: one, epoch: 9 }));
    expect(verdicts(one, without, late, old)).toEqual([
      "change",
      "change",
      "ledger/keyset-not-operator",
      "same",
    ]);
    const follower = new KeysetFollower();
    for (const record of [one, without, late, old]) follower.next(record);
    expect(follower.current("home")?.digest).toBe(digest(without));
  });

  it("of ledgers without these members follow one another", () => {
    const { a } = feeds();
    expect(
      verdicts(
        a.append(keyset(ALONE)),
        a.append(keyset(PAIR)),
        a.append(keyset(PAIR, { epoch: 2 })),
      ),
    ).toEqual(["change", "change", "same"]);
  });

  it("name the new key before it signs: then a rotation goes on", () => {
    const { a } = feeds();
    const next = ann.nextKeys(["ed25519"]);
    const one = a.append(keyset(ALONE));
    const renamed: Terms = {
      ...ALONE,
      operators: { ann: { key: next.operator, seal: next.seal, may: APPLY } },
    };
    const two = a.append(keyset(renamed, { previous: one }));
    a.rotate("ed25519");
    const three = a.append(keyset({ ...renamed, policy: { max: 1 } }, { previous: two }));
    expect(verdicts(one, two, three)).toEqual(["change", "change", "change"]);
    expect(verdicts(one, three)).toEqual(["change", "not-seen-here"]);
  });
});
