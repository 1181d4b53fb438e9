import { describe, expect, it, test } from "vitest";
import { verifyInDetail } from "../../../src/ledger/check/verify.ts";
import { utf8 } from "../../../src/core/index.ts";
import { type OperatorKeys, verifyLedger, type VerifyReport } from "../../../src/ledger/index.ts";
import { composeEntries } from "../../../src/ledger/log/commit.ts";
import {
  decodeEntry,
  encodeEntry,
  type EntryObject,
} from "../../../src/ledger/log/entries/objects.ts";
import { verifySound } from "../../../src/ledger/check/verify-sound.ts";
import { signEntry, verifyEntry } from "../../../src/ledger/log/entries/signing.ts";
import { encoded, forge, type Forged, HONEST, START } from "../../support/forged-store.ts";
import {
  countingRandom,
  FOLDER,
  plainKeyset,
  testIntent,
  testKeys,
} from "../../support/ledger-world.ts";

const keys = testKeys("owner");
const random = countingRandom("verify");

async function report(forged: Forged): Promise<VerifyReport> {
  const options = {
    files: await forge(forged),
    folder: FOLDER,
    feed: keys.feed,
    trusted: [keys.operator],
  };
  const detailed = await verifyInDetail(options);
  const sound = await verifySound(options);
  expect(sound === undefined || detailed.ok).toBe(true);
  expect(sound ?? detailed).toEqual(detailed);
  return detailed;
}

const replaced = (at: number, entry: EntryObject): readonly Uint8Array[] =>
  encoded(HONEST.map((each, index) => (index === at ? entry : each)));

function entryAt(index: number): EntryObject {
  const entry = HONEST[index];
  if (entry === undefined) throw new Error(`no entry ${index}`);
  return entry;
}

const resigned = (
  at: number,
  change: Partial<EntryObject>,
  by: OperatorKeys = keys,
): readonly Uint8Array[] => replaced(at, signEntry(by, { ...entryAt(at), ...change }));

describe("verification", () => {
  it("passes what is honest and says what it checked", async () => {
    const { ok, faults, checked, notChecked, head } = await report({
      commits: [encoded(HONEST.slice(0, 2)), encoded(HONEST)],
    });
    expect([ok, faults]).toEqual([true, []]);
    expect(head).toMatchObject({ seq: 1, size: 5 });
    expect(Object.fromEntries(checked.map(({ what, count }) => [what, count]))).toMatchObject({
      "Roots in one chain": 2,
      "signature of the newest Root": 1,
      "lists that only grew": 2,
      "genesis: three keys that vouch for each other": 1,
      "the key of the genesis is our own or listed": 1,
      "entries: hash, place, time, signature": 5,
      "the pin is reached": 1,
    });
    expect(notChecked).toEqual(["whether other copies of this ledger say the same"]);
  });

  test.each<{ name: string; forged: Forged; want: readonly Record<string, unknown>[] }>([
    {
      name: "two entries that changed places",
      forged: { commits: [encoded([0, 1, 3, 2, 4].map(entryAt))] },
      want: [
        { code: "ledger/reordered", entry: 2 },
        { code: "ledger/reordered", entry: 3 },
      ],
    },
    {
      name: "an entry left out",
      forged: { commits: [encoded([0, 1, 3, 4].map(entryAt))] },
      want: [
        { code: "ledger/reordered", entry: 2 },
        { code: "ledger/reordered", entry: 3 },
      ],
    },
    {
      name: "an entry moved to another place and signed by nobody",
      forged: {
        commits: [replaced(3, { ...entryAt(3), time: entryAt(3).time })].map((list) => [
          ...list.slice(0, 3),
          encodeEntry({ ...entryAt(2), index: 3n }),
          ...list.slice(4),
        ]),
      },
      want: [{ code: "ledger/reordered", entry: 3 }],
    },
    {
      name: "an entry relabelled",
      forged: { commits: [replaced(3, { ...entryAt(3), kind: "receipt" })] },
      want: [{ code: "ledger/signature", entry: 3 }],
    },
    {
      name: "an entry that only the feed's holder made",
      forged: { commits: [resigned(3, {}, testKeys("other"))] },
      want: [{ code: "ledger/signature", entry: 3 }],
    },
    {
      name: "an entry without signature",
      forged: { commits: [replaced(3, { ...entryAt(3), signatures: [] })] },
      want: [{ code: "ledger/signature", entry: 3 }],
    },
    {
      name: "a second signature that does not hold",
      forged: {
        commits: [
          replaced(3, {
            ...entryAt(3),
            signatures: [
              ...entryAt(3).signatures,
              { keyId: testKeys("x").operator, signature: new Uint8Array(64) },
            ],
          }),
        ],
      },
      want: [{ code: "ledger/signature", entry: 3 }],
    },
    {
      name: "a time that goes back",
      forged: { commits: [resigned(3, { time: START })] },
      want: [{ code: "ledger/reordered", entry: 3 }],
    },
    {
      name: "a payload that is not canonical",
      forged: { commits: [resigned(3, { payload: utf8('{ "a": 1 }') })] },
      want: [{ code: "ledger/payload", entry: 3 }],
    },
    {
      name: "a payload of another shape",
      forged: { commits: [resigned(3, { payload: utf8('{"fleet":"home"}') })] },
      want: [{ code: "ledger/payload", entry: 3 }],
    },
    {
      name: "a payload that nests too deep",
      forged: {
        commits: [resigned(3, { payload: utf8(`${"[".repeat(60_000)}${"]".repeat(60_000)}`) })],
      },
      want: [{ code: "ledger/payload", entry: 3 }],
    },
    {
      name: "a kind of a newer release",
      forged: {
        commits: [
          resigned(3, {
            kind: "canary",
            payloadType: "application/vnd.skywire-fleet.canary.v1+json",
          }),
        ],
      },
      want: [{ code: "ledger/version", entry: 3 }],
    },
    {
      name: "a payload type of another kind",
      forged: {
        commits: [resigned(3, { payloadType: "application/vnd.skywire-fleet.plan.v1+json" })],
      },
      want: [{ code: "ledger/entry", entry: 3 }],
    },
    {
      name: "a part without its others",
      forged: {
        commits: [
          resigned(4, { payloadType: "application/vnd.skywire-fleet.intent.v1+json; part=1/2" }),
        ],
      },
      want: [{ code: "ledger/entry", entry: 4 }],
    },
    {
      name: "a sealed keyset",
      forged: {
        commits: [
          resigned(1, {
            payloadType: `application/vnd.skywire-fleet.keyset.v1+json; sealed=${"0".repeat(16)}`,
          }),
        ],
      },
      want: [{ code: "ledger/entry", entry: 1 }],
    },
    {
      name: "bytes that are no entry",
      forged: { commits: [[...encoded(HONEST.slice(0, 4)), utf8("not an entry")]] },
      want: [{ code: "ledger/malformed", entry: 4 }],
    },
    {
      name: "a list that was rewritten between commits",
      forged: {
        commits: [
          resigned(1, { time: START + 1n, payload: plainBytes("other") }).slice(0, 2),
          encoded(HONEST),
        ],
      },
      want: [{ code: "ledger/rewritten", commit: 0 }],
    },
    {
      name: "a list that became shorter",
      forged: { commits: [encoded(HONEST), encoded(HONEST.slice(0, 2))] },
      want: [{ code: "ledger/rewritten", commit: 0 }],
    },
    {
      name: "Roots of another feed key",
      forged: { commits: [encoded(HONEST)], feedKeys: testKeys("other") },
      want: [{ code: "ledger/malformed", commit: 0 }],
    },
  ])("names $name", async ({ forged, want }) => {
    const { faults, ok } = await report(forged);
    expect(ok).toBe(false);
    expect(faults).toMatchObject(want);
  });

  it(
    "accepts no entry with any bit flipped, and names it though every hash and Root fits",
    { timeout: 180_000 },
    async () => {
      const honest = encodeEntry(entryAt(2));
      expect(verifyEntry(honest, keys.feed, keys.operator).index).toBe(2n);
      for (let bit = 0; bit < honest.length * 8; bit += 1) {
        const flipped = honest.map((byte, index) =>
          index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte,
        );
        const refused = expect.objectContaining({
          code: expect.stringMatching(/^ledger\//) as string,
        }) as unknown;
        expect(() => verifyEntry(flipped, keys.feed, keys.operator), `bit ${bit}`).toThrow(refused);
        // A whole forged store for every bit would only take longer: some are enough.
        if (bit % 61 !== 0) continue;
        const { faults } = await report({ commits: [[...encoded(HONEST.slice(0, 2)), flipped]] });
        expect(
          faults.map(({ entry }) => entry),
          `bit ${bit}`,
        ).toContain(2);
      }
    },
  );

  it("believes nobody's genesis when the manifest lists other keys", async () => {
    const files = await forge({ commits: [encoded(HONEST)] });
    const { faults } = await verifyLedger({
      files,
      folder: FOLDER,
      feed: keys.feed,
      trusted: [testKeys("other").operator],
    });
    expect(faults).toEqual([expect.objectContaining({ code: "ledger/not-trusted", entry: 0 })]);
    const unasked = await verifyLedger({ files, folder: FOLDER, feed: keys.feed });
    expect(unasked.ok).toBe(true);
    expect(unasked.notChecked.join()).toContain("whose ledger this is");
  });

  it("does not take another ledger's entries", async () => {
    const other = testKeys("other");
    const theirs = composeEntries(
      testIntent("home", "z") as never,
      { index: 2n, time: START + 2n },
      undefined,
      other,
      random,
    );
    const { faults } = await report({
      commits: [[...encoded(HONEST.slice(0, 2)), ...theirs.map(({ object }) => object.bytes)]],
    });
    expect(faults).toEqual([expect.objectContaining({ code: "ledger/signature", entry: 2 })]);
  });

  it("reads back an entry as it was encoded", () => {
    for (const entry of HONEST) expect(decodeEntry(encodeEntry(entry))).toEqual(entry);
  });
});

function plainBytes(fleet: string): Uint8Array {
  const [made] = composeEntries(
    plainKeyset(fleet) as never,
    { index: 1n, time: START + 1n },
    undefined,
    keys,
    random,
  );
  return made?.entry.payload ?? new Uint8Array();
}
