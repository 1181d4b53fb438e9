import { describe, expect, it } from "vitest";
import { PAYLOAD_SIZE_MAX } from "../../../src/ledger/log/commit.ts";
import { concatBytes, toHex, utf8 } from "../../../src/core/index.ts";
import {
  createLedger,
  type EntryDraft,
  Keyring,
  type KeysetOperator,
  type Ledger,
  isRecordOf,
  newEpoch,
  openLedger,
  type OperatorKeys,
  readLedger,
  verifyLedger,
} from "../../../src/ledger/index.ts";
import { EpochKey } from "../../../src/ledger/log/entries/sealing.ts";
import {
  allRecords,
  countingRandom,
  FOLDER,
  ledgerOptions,
  testIntent,
  testKeys,
  testVisor,
} from "../../support/ledger-world.ts";
import { MemoryFiles } from "../../support/memory-files.ts";

const owner = testKeys("owner");
const friend = testKeys("friend");
const random = countingRandom("sealing");
const FLEET = "home";

function operatorsOf(...keys: readonly OperatorKeys[]): Record<string, KeysetOperator> {
  return Object.fromEntries(
    keys.map(({ operator, seal }, index) => [
      `op-${index}`,
      { key: operator, seal, may: ["plan", "apply"] },
    ]),
  );
}

async function sealedKeyset(ledger: Ledger, ...keys: readonly OperatorKeys[]): Promise<EntryDraft> {
  const operators = operatorsOf(...keys);
  const keyring = Keyring.of(owner, await allRecords(ledger));
  const epoch = newEpoch({ keyring, fleet: FLEET, operators, keys: owner, random });
  return {
    kind: "keyset",
    payload: { fleet: FLEET, operators, controllers: [testVisor("laptop")], policy: {}, ...epoch },
  };
}

async function readAs(files: MemoryFiles, keys?: OperatorKeys): Promise<readonly boolean[]> {
  const read = await readLedger({
    files,
    folder: FOLDER,
    feed: owner.feed,
    ...(keys === undefined ? {} : { keys }),
  });
  return (await allRecords(read)).map(({ payload }) => payload !== undefined);
}

describe("sealed entries", () => {
  it("are read by operators and verified by everybody", async () => {
    const files = new MemoryFiles();
    const ledger = await createLedger(ledgerOptions(files));
    await ledger.append([
      await sealedKeyset(ledger, owner, friend),
      testIntent(FLEET, "a", "secret-looking.path"),
    ]);
    await ledger.close();
    expect((await allRecords(ledger)).map(({ sealed }) => sealed)).toEqual([false, false, true]);
    expect(await readAs(files, owner)).toEqual([true, true, true]);
    expect(await readAs(files, friend)).toEqual([true, true, true]);
    expect(await readAs(files, testKeys("stranger"))).toEqual([true, true, false]);
    expect(await readAs(files)).toEqual([true, true, false]);
    const all = toHex(concatBytes(...[...files.files.values()].map(({ bytes }) => bytes)));
    expect(all).not.toContain(toHex(utf8("secret-looking")));
    const report = await verifyLedger({
      files,
      folder: FOLDER,
      feed: owner.feed,
      trusted: [owner.operator],
    });
    expect(report).toMatchObject({ ok: true, operator: owner.operator, faults: [] });
    expect(report.notChecked.join()).toContain("what 1 sealed entries say");
  });

  it("stay readable over closing, and split when they are long", async () => {
    const options = ledgerOptions(new MemoryFiles());
    const first = await createLedger(options);
    await first.append([
      await sealedKeyset(first, owner),
      testIntent(FLEET, "a", "x".repeat(PAYLOAD_SIZE_MAX)),
    ]);
    await first.close();
    const second = await openLedger(options);
    expect(await allRecords(second)).toEqual(await allRecords(first));
    const [record] = await second.append([testIntent(FLEET, "b")]);
    expect(record).toMatchObject({ sealed: true, index: 4, parts: 1 });
    expect(record?.payload).toEqual(testIntent(FLEET, "b").payload);
    await second.close();
  });

  it("open to a new operator with all before, and close to one who left", async () => {
    const files = new MemoryFiles();
    const ledger = await createLedger(ledgerOptions(files));
    await ledger.append([await sealedKeyset(ledger, owner), testIntent(FLEET, "one")]);
    await ledger.append([await sealedKeyset(ledger, owner, friend), testIntent(FLEET, "two")]);
    await ledger.append([await sealedKeyset(ledger, owner), testIntent(FLEET, "three")]);
    const keysets = (await allRecords(ledger)).filter((record) =>
      isRecordOf(record, "keyset", FLEET),
    );
    expect(keysets.at(-1)?.payload?.epoch).toBe(3);
    await ledger.close();
    expect(await readAs(files, owner)).toEqual([true, true, true, true, true, true, true]);
    expect(await readAs(files, friend)).toEqual([true, true, true, true, true, true, false]);
  });

  it("are refused where we hold no key", async () => {
    const files = new MemoryFiles();
    const ledger = await createLedger(ledgerOptions(files));
    const operators = operatorsOf(friend);
    const { epoch, epochKeys } = newEpoch({
      keyring: new Keyring(friend),
      fleet: FLEET,
      operators,
      keys: friend,
      random,
    });
    const keyset: EntryDraft = {
      kind: "keyset",
      payload: { fleet: FLEET, operators, controllers: [], policy: {}, epoch, epochKeys },
    };
    await ledger.append([keyset]);
    await expect(ledger.append([testIntent(FLEET, "a")])).rejects.toMatchObject({
      code: "ledger/seal",
      exit: 4,
    });
  });

  it("belong to one place", () => {
    const key = new EpochKey(1, new Uint8Array(32).fill(7));
    const place = { kind: "intent", index: 5n, time: 9n } as const;
    const sealed = key.seal(utf8("{}"), place, random);
    expect(key.open(sealed, place)).toEqual(utf8("{}"));
    for (const other of [
      { ...place, kind: "receipt" } as const,
      { ...place, index: 6n },
      { ...place, time: 10n },
    ]) {
      expect(() => key.open(sealed, other)).toThrow(
        expect.objectContaining({ code: "ledger/seal" }),
      );
    }
    expect(() => new EpochKey(1, new Uint8Array(32)).open(sealed, place)).toThrow(
      expect.objectContaining({ code: "ledger/seal" }),
    );
  });

  it("have keys that open only for their recipient and epoch", () => {
    const key = new EpochKey(3, new Uint8Array(32).fill(9));
    const wrapped = key.wrapFor(friend.seal, random);
    expect(EpochKey.unwrap(wrapped, friend).id).toBe(key.id);
    const bad = [
      () => EpochKey.unwrap(wrapped, owner),
      () => EpochKey.unwrap({ ...wrapped, epoch: 4 }, friend),
      () => EpochKey.unwrap({ ...wrapped, sealed: "00".repeat(80) }, friend),
      () => EpochKey.unwrap({ ...wrapped, sealed: "zz" }, friend),
      () => key.wrapFor(`x25519:${"00".repeat(32)}` as never, random),
    ];
    for (const open of bad) expect(open).toThrow(expect.objectContaining({ code: "ledger/seal" }));
  });
});
