import { describe, expect, it } from "vitest";
import { movedDraft } from "../../../src/ledger/keysets/own-rotation.ts";
import { approveKeyset } from "../../../src/ledger/keysets/keyset-change.ts";
import { assert, type Digest } from "../../../src/core/index.ts";
import {
  type AcceptedKeyset,
  createLedger,
  type EntryDraft,
  joinFeeds,
  Keyring,
  KeysetFollower,
  type KeysetPayload,
  type LedgerRecord,
  newEpoch,
  openLedger,
  type OperatorKeys,
  rotateDraft,
  rotatedTerms,
  rotationKeyset,
  UNSEALED,
  verifyLedger,
} from "../../../src/ledger/index.ts";
import {
  allRecords,
  countingRandom,
  FOLDER,
  ledgerOptions,
  testIntent,
  testKeys,
  testVisor,
} from "../../support/ledger-world.ts";
import { MemoryFeed } from "../../support/memory-feed.ts";
import { MemoryFiles } from "../../support/memory-files.ts";

const ann = testKeys("ann");
const ben = testKeys("ben");
const random = countingRandom("own rotation");

function keysetBy(
  names: readonly OperatorKeys[],
  changes: Partial<KeysetPayload> = {},
): Extract<EntryDraft, { readonly kind: "keyset" }> {
  const operators = Object.fromEntries(
    names.map(({ operator, seal, feed }, at) => [
      `operator-${at}`,
      { key: operator, seal, feed, may: ["plan", "apply"] },
    ]),
  );
  const payload = { fleet: "home", operators, controllers: [testVisor("laptop")], policy: {} };
  return { kind: "keyset", payload: { ...payload, ...UNSEALED, ...changes } };
}

function payloadOf(draft: EntryDraft): KeysetPayload {
  assert(draft.kind === "keyset", "a keyset");
  return draft.payload;
}

function follow(...records: readonly LedgerRecord[]): {
  readonly follower: KeysetFollower;
  readonly verdicts: readonly string[];
} {
  const follower = new KeysetFollower();
  const verdicts = records.flatMap((record) => {
    const verdict = follower.next(record);
    if (verdict === undefined) return [];
    if (verdict.kind === "accepted") return [verdict.isChange ? "change" : "same"];
    return [verdict.kind === "refused" ? verdict.fault.code : verdict.kind];
  });
  return { follower, verdicts };
}

function currentOf(...records: readonly LedgerRecord[]): AcceptedKeyset {
  const current = follow(...records).follower.current("home");
  assert(current !== undefined, "there is a keyset");
  return current;
}

describe("an own rotation", () => {
  const next = ann.nextKeys(["ed25519", "seal"]);
  const rotation = { keys: ann, next, keyring: new Keyring(ann), random };

  it("is a keyset that names the next keys and a rotation, followed through joined feeds", async () => {
    const [a, b] = [new MemoryFeed("ann"), new MemoryFeed("ben")];
    const first = a.append(keysetBy([ann, ben]));
    b.append(
      { kind: "keyset", payload: { ...payloadOf(keysetBy([ann, ben])), previous: digest(first) } },
      { heads: [a.head()] },
    );
    const draft = rotationKeyset(currentOf(first), rotation);
    const second = a.append(draft);
    a.rotate("ed25519", "seal");
    b.append(
      { kind: "keyset", payload: { ...payloadOf(draft), previous: digest(second) } },
      { heads: [a.head()] },
    );
    const third = a.append(
      keysetBy([next, ben], { policy: { max: 1 }, previous: digest(second) }),
      { heads: [b.head()] },
    );
    const joined: LedgerRecord[] = [];
    const onFinding = (finding: unknown): void => expect(finding).toBeUndefined();
    const feeds = [a, b].map((feed) => ({ feed: feed.feed, records: feed.stream() }));
    for await (const record of joinFeeds(feeds, { onFinding })) joined.push(record);
    const { follower, verdicts } = follow(...joined);
    expect(verdicts).toEqual(["change", "same", "change", "same", "change"]);
    expect(follower.current("home")).toMatchObject({
      digest: digest(third),
      writer: next.operator,
    });
  });

  it("may be taken over from another's keyset by the old key, right before the rotation", () => {
    const [a, b] = [new MemoryFeed("ann"), new MemoryFeed("ben")];
    const first = a.append(keysetBy([ann, ben]));
    const byBen = b.append(keysetBy([next, ben], { previous: digest(first) }));
    const adopted = a.append(keysetBy([next, ben], { previous: digest(byBen) }));
    expect(adopted.operator).toBe(ann.operator);
    expect(follow(first, byBen, adopted).verdicts).toEqual(["change", "change", "same"]);
    expect(follow(adopted).verdicts).toEqual(["change"]);
    const stranger = new MemoryFeed("eve").append(
      keysetBy([next, ben], { previous: digest(byBen) }),
    );
    expect(follow(first, byBen, stranger).verdicts).toEqual([
      "change",
      "change",
      "ledger/keyset-not-operator",
    ]);
  });

  it("changes nothing in the keyset but our keys", () => {
    const { payload } = keysetBy([ann, ben]);
    const terms = rotatedTerms(payload, { keys: ann, next });
    expect(terms).toEqual({
      operators: {
        "operator-0": {
          key: next.operator,
          seal: next.seal,
          feed: ann.feed,
          may: ["plan", "apply"],
        },
        "operator-1": payload.operators["operator-1"],
      },
      controllers: payload.controllers,
      policy: payload.policy,
    });
    const bare = { a: { key: ann.operator, may: [] } };
    expect(rotatedTerms({ ...payload, operators: bare }, { keys: ann, next }).operators).toEqual({
      a: { key: next.operator, may: [] },
    });
    expect(() => rotatedTerms(payload, { keys: testKeys("eve"), next })).toThrow(
      expect.objectContaining({ code: "ledger/keyset-not-operator", exit: 4 }),
    );
  });

  it("carries the approvals that the keyset asks for, which name these terms only", () => {
    const a = new MemoryFeed("ann");
    const first = a.append(keysetBy([ann, ben], { policy: { keyset_signatures: 2 } }));
    const current = currentOf(first);
    const terms = rotatedTerms(current.payload, rotation);
    const approval = approveKeyset(ben, { fleet: "home", previous: current.digest, ...terms });
    const alone = a.append(rotationKeyset(current, rotation));
    const both = a.append(rotationKeyset(current, { ...rotation, approvals: [approval] }));
    expect(follow(first, alone).verdicts).toEqual(["change", "ledger/keyset-not-approved"]);
    expect(follow(first, both).verdicts).toEqual(["change", "change"]);
    for (let place = 0; place < approval.signature.length; place += 1) {
      const digit = approval.signature[place] === "0" ? "1" : "0";
      const { signature: text } = approval;
      const signature = `${text.slice(0, place)}${digit}${text.slice(place + 1)}`;
      const draft = rotationKeyset(current, {
        ...rotation,
        approvals: [{ ...approval, signature }],
      });
      const changed = { ...both, payload: payloadOf(draft) } as LedgerRecord;
      expect(follow(first, changed).verdicts, `digit ${place}`).toEqual([
        "change",
        "ledger/keyset-not-approved",
      ]);
    }
  });

  it("keeps the epoch only while its author and all seal keys stay", () => {
    const epoch = newEpoch({
      fleet: "home",
      operators: payloadOf(keysetBy([ann, ben])).operators,
      keyring: new Keyring(ann),
      keys: ann,
      random,
    });
    const { payload } = keysetBy([ann, ben], epoch);
    const fleet = { digest: "sha256:ab" as Digest, payload };
    const signing = { ...rotation, next: ann.nextKeys(["ed25519"]) };
    const byBen = payloadOf(rotationKeyset({ ...fleet, writer: ben.operator }, signing));
    expect(byBen).toMatchObject(epoch);
    const ring = new Keyring(ann);
    ring.add(payload);
    const own = { ...signing, keyring: ring };
    expect(payloadOf(rotationKeyset({ ...fleet, writer: ann.operator }, own)).epoch).toBe(2);
    const seal = { ...own, next: ann.nextKeys(["seal"]) };
    expect(payloadOf(rotationKeyset({ ...fleet, writer: ben.operator }, seal)).epoch).toBe(2);
  });

  it("is recorded in one commit of a real, sealed ledger, which goes on", async () => {
    const files = new MemoryFiles();
    const options = ledgerOptions(files, { keys: ann });
    const ledger = await createLedger(options);
    const keyring = new Keyring(ann);
    const { payload } = keysetBy([ann, ben]);
    const { operators } = payload;
    const epoch = newEpoch({ fleet: "home", operators, keyring, keys: ann, random });
    const [first] = await ledger.append([keysetBy([ann, ben], epoch)]);
    assert(first !== undefined, "a record");
    keyring.add(payloadOf(keysetBy([ann, ben], epoch)));
    await ledger.append([testIntent("home", "before")]);
    const draft = rotationKeyset(currentOf(first), { ...rotation, keyring });
    await ledger.append([draft, rotateDraft(rotation)], { next });
    await ledger.append([testIntent("home", "behind")]);
    await ledger.close();
    const again = await openLedger({ ...options, keys: next });
    await again.append([testIntent("home", "later")]);
    const records = await allRecords(again);
    await again.close();
    expect(records.map(({ kind, sealed }) => `${kind}${sealed ? " sealed" : ""}`)).toEqual([
      "genesis",
      "keyset",
      "intent sealed",
      "keyset",
      "rotate",
      "intent sealed",
      "intent sealed",
    ]);
    expect(records.every(({ payload: read }) => read !== undefined)).toBe(true);
    expect(records.slice(-2).map(({ operator }) => operator)).toEqual([
      next.operator,
      next.operator,
    ]);
    expect(follow(...records).verdicts).toEqual(["change", "change"]);
    const report = await verifyLedger({ files, folder: FOLDER, feed: ann.feed });
    expect(report.faults).toEqual([]);
  });

  it("that moves the feed ends the ledger", async () => {
    const files = new MemoryFiles();
    const ledger = await createLedger(ledgerOptions(files, { keys: ann }));
    await ledger.append([movedDraft({ keys: ann, next: ann.nextKeys(["cxo-feed"]) })]);
    await expect(ledger.append([keysetBy([ann])])).rejects.toMatchObject({ code: "ledger/moved" });
    await ledger.close();
  });
});

function digest(record: LedgerRecord): Digest {
  return `sha256:${record.hash}`;
}
