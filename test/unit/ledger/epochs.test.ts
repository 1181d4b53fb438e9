import { describe, expect, it } from "vitest";
import { verifyGenesis } from "../../../src/ledger/log/entries/genesis.ts";
import {
  adoptEpochs,
  type EntryDraft,
  type Epoch,
  Keyring,
  type KeysetPayload,
  type LedgerRecord,
  newEpoch,
  type OperatorKeys,
  UNSEALED,
} from "../../../src/ledger/index.ts";
import { sealingKeyOf, keepsEpoch } from "../../../src/ledger/keysets/epochs.ts";
import { RecordReader } from "../../../src/ledger/log/entries/records.ts";
import { countingRandom, testIntent, testKeys } from "../../support/ledger-world.ts";
import { MemoryFeed } from "../../support/memory-feed.ts";

const ann = testKeys("ann");
const ben = testKeys("ben");
const cid = testKeys("cid");
const random = countingRandom("epochs");

function operatorsOf(...all: readonly OperatorKeys[]): KeysetPayload["operators"] {
  return Object.fromEntries(
    all.map(({ operator, seal }, at) => [`op-${at}`, { key: operator, seal, may: ["apply"] }]),
  );
}

function keysetOf(operators: KeysetPayload["operators"], epoch: Epoch): KeysetPayload {
  return { fleet: "home", operators, controllers: [], policy: {}, ...epoch };
}

/** Begins an epoch in a feed, by what its writer knows of all feeds. */
function begin(
  feed: MemoryFeed,
  all: readonly MemoryFeed[],
  ...to: readonly OperatorKeys[]
): KeysetPayload {
  const keyring = Keyring.of(
    feed.keys,
    all.flatMap(({ records }) => records),
  );
  const operators = operatorsOf(...to);
  const epoch = newEpoch({ fleet: "home", operators, keyring, keys: feed.keys, random });
  const payload = keysetOf(operators, epoch);
  feed.append({ kind: "keyset", payload });
  return payload;
}

function write(feed: MemoryFeed, keyset: KeysetPayload, path: string): void {
  const sealWith = sealingKeyOf(keyset, feed.keys);
  if (sealWith === undefined) throw new Error("the writer can seal");
  feed.append(testIntent("home", "laptop", path), { sealWith });
}

/** The paths of the intents that an operator can read in feeds, with the keysets of all of them. */
function pathsRead(keys: OperatorKeys, ...feeds: readonly MemoryFeed[]): readonly string[] {
  const keyring = Keyring.of(
    keys,
    feeds.flatMap(({ records }) => records),
  );
  return feeds.flatMap((feed) =>
    readWith(feed, keyring).flatMap((record) =>
      record.kind === "intent" ? [record.payload?.changes[0]?.path ?? "closed"] : [],
    ),
  );
}

function readWith(
  { records, entries, feed }: MemoryFeed,
  keyring: Keyring,
): readonly LedgerRecord[] {
  const [genesis] = records;
  if (genesis?.kind !== "genesis" || genesis.payload === undefined) throw new Error("no genesis");
  const reader = RecordReader.of(verifyGenesis(genesis.payload, feed), keyring);
  return entries.map((entry) => reader.next(entry)).filter((record) => record !== undefined);
}

describe("epochs", () => {
  it("let one who joins read all history, and one who left nothing later", () => {
    const a = new MemoryFeed("ann");
    write(a, begin(a, [a], ann, ben), "one");
    write(a, begin(a, [a], ann, ben, cid), "two");
    write(a, begin(a, [a], ann, cid), "three");
    expect(pathsRead(ann, a)).toEqual(["one", "two", "three"]);
    expect(pathsRead(cid, a)).toEqual(["one", "two", "three"]);
    expect(pathsRead(ben, a)).toEqual(["one", "two", "closed"]);
    expect(pathsRead(testKeys("eve"), a)).toEqual(["closed", "closed", "closed"]);
  });

  it("begun by two operators at once are both read, and carried into the next", () => {
    const [a, b] = [new MemoryFeed("ann"), new MemoryFeed("ben")];
    const first = begin(a, [a], ann, ben);
    b.append({
      kind: "keyset",
      payload: keysetOf(
        first.operators,
        adoptEpochs(first, { keyring: b.keyring, keys: ben, random }),
      ),
    });
    const ofAnn = begin(a, [a, b], ann, ben, cid);
    const ofBen = begin(b, [b], ann, ben, cid);
    expect([ofAnn.epoch, ofBen.epoch]).toEqual([2, 2]);
    write(a, ofAnn, "of ann");
    write(b, ofBen, "of ben");
    expect(pathsRead(cid, a, b)).toEqual(["of ann", "of ben"]);
    expect(pathsRead(cid, a)).toEqual(["of ann"]);
    const next = begin(a, [a, b], ann, ben, cid);
    expect(next.epoch).toBe(3);
    write(a, next, "next");
    const dan = new MemoryFeed("dan");
    begin(a, [a, b], ann, ben, cid, dan.keys);
    expect(pathsRead(dan.keys, a, b)).toEqual(["of ann", "next", "of ben"]);
  });

  it("keep to the key of the keyset that was taken over, though another has its number", () => {
    const [a, b] = [new MemoryFeed("ann"), new MemoryFeed("ben")];
    const wide = begin(a, [a], ann, ben, cid);
    const narrow = begin(b, [b], ann, ben);
    expect([wide.epoch, narrow.epoch]).toEqual([1, 1]);
    const keyring = Keyring.of(ann, [...a.records, ...b.records]);
    const adopted = keysetOf(narrow.operators, adoptEpochs(narrow, { keyring, keys: ann, random }));
    a.append({ kind: "keyset", payload: adopted });
    expect(sealingKeyOf(adopted, ann)?.id).toBe(sealingKeyOf(narrow, ben)?.id);
    write(a, adopted, "narrow");
    expect(pathsRead(ben, a)).toEqual(["narrow"]);
    expect(pathsRead(cid, a)).toEqual(["closed"]);
  });

  it("taken over make a feed readable without the other", () => {
    const [a, b] = [new MemoryFeed("ann"), new MemoryFeed("ben")];
    write(a, begin(a, [a], ann, ben), "old");
    const second = begin(a, [a], ann, ben, cid);
    const keyring = Keyring.of(ben, a.records);
    const payload = keysetOf(second.operators, adoptEpochs(second, { keyring, keys: ben, random }));
    b.append({ kind: "keyset", payload });
    write(b, payload, "mine");
    for (const keys of [ann, ben, cid]) expect(pathsRead(keys, b)).toEqual(["mine"]);
    expect(payload.epochKeys).toHaveLength(6);
    expect(() => adoptEpochs(second, { keyring, keys: testKeys("eve"), random })).toThrow(
      expect.objectContaining({ code: "ledger/seal", exit: 4 }),
    );
    expect(adoptEpochs(keysetOf({}, UNSEALED), { keyring, keys: ben, random })).toBe(UNSEALED);
  });

  it("close to a seal key that was rotated away, and stay open to the new one", () => {
    const a = new MemoryFeed("ann");
    write(a, begin(a, [a], ann, ben), "before");
    const next = ann.nextKeys(["seal"]);
    const keyring = Keyring.of(ann, a.records);
    const operators = operatorsOf(next, ben);
    const payload = keysetOf(
      operators,
      newEpoch({ fleet: "home", operators, keyring, keys: next, random }),
    );
    a.append({ kind: "keyset", payload });
    a.rotate("seal");
    write(a, payload, "after");
    expect(pathsRead(next, a)).toEqual(["before", "after"]);
    expect(pathsRead(ann, a)).toEqual(["before", "closed"]);
  });

  it("of another fleet are not handed on", () => {
    const a = new MemoryFeed("ann");
    begin(a, [a], ann);
    const operators = operatorsOf(ann, ben);
    const epoch = newEpoch({ fleet: "work", operators, keyring: a.keyring, keys: ann, random });
    expect(epoch.epochKeys.map(({ epoch: number }) => number)).toEqual([1, 1]);
  });

  it("are begun anew whenever who can read is another", () => {
    const a = new MemoryFeed("ann");
    const keyset = begin(a, [a], ann, ben);
    const keeps = (changes: Partial<Parameters<typeof keepsEpoch>[1]>, of = keyset): boolean =>
      keepsEpoch(of, {
        writer: ann.operator,
        operators: keyset.operators,
        own: ann.seal,
        ...changes,
      });
    expect(keeps({})).toBe(true);
    expect(keeps({ operators: operatorsOf(ann) })).toBe(false);
    expect(keeps({ operators: operatorsOf(ann, ben, cid) })).toBe(false);
    expect(keeps({ operators: operatorsOf(ann, ben.nextKeys(["seal"])) })).toBe(false);
    expect(keeps({ operators: operatorsOf(ann, ben.nextKeys(["ed25519"])) })).toBe(true);
    expect(keeps({ writer: cid.operator })).toBe(false);
    expect(keeps({}, { ...keyset, ...UNSEALED })).toBe(false);
  });

  it("name one key only, or none that can be used", () => {
    const a = new MemoryFeed("ann");
    const one = begin(a, [a], ann);
    const other = newEpoch({
      fleet: "home",
      operators: one.operators,
      keyring: new Keyring(ann),
      keys: ann,
      random,
    });
    const both: EntryDraft = {
      kind: "keyset",
      payload: { ...one, epochKeys: [...one.epochKeys, ...other.epochKeys] },
    };
    expect(sealingKeyOf(one, ann)).toBeDefined();
    expect(sealingKeyOf(both.payload, ann)).toBeUndefined();
    expect(sealingKeyOf(keysetOf({}, UNSEALED), ann)).toBeUndefined();
  });
});
