import fc from "fast-check";
import { PAYLOAD_SIZE_MAX } from "../../src/ledger/log/commit.ts";
import { expect, it } from "vitest";
import { canonicalJsonBytes, type Json, sha256, toHex, utf8 } from "../../src/core/index.ts";
import {
  createLedger,
  Keyring,
  newEpoch,
  openLedger,
  type PlanPayload,
  verifyLedger,
} from "../../src/ledger/index.ts";
import { parsePayload } from "../../src/ledger/log/entries/payload-type.ts";
import {
  allRecords,
  countingRandom,
  FOLDER,
  ledgerOptions,
  testDigest,
  testKeys,
} from "../support/ledger-world.ts";
import { MemoryFiles } from "../support/memory-files.ts";

const SETTINGS = { seed: 20_261_130, numRuns: 25 } as const;
const FLEET = "home";
const owner = testKeys("owner");

/** Texts of every sign there is, some longer than an entry may be. */
const texts = fc
  .tuple(
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.constantFrom(1, 1, 1, PAYLOAD_SIZE_MAX / 64, PAYLOAD_SIZE_MAX / 16),
  )
  .map(([text, times]) => text.repeat(times));

function planOf(text: string): PlanPayload {
  return {
    fleet: FLEET,
    plan: testDigest("plan"),
    decision: testDigest("decision"),
    manifest: `sha256:${toHex(sha256(utf8(text)))}`,
    counts: {},
    overrides: [],
    text,
  };
}

it("5.2: every text comes back from the entries that keep it, sealed, however many they are", async () => {
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      const files = new MemoryFiles();
      const options = ledgerOptions(files);
      const ledger = await createLedger(options);
      const operators = {
        owner: { key: owner.operator, seal: owner.seal, may: ["plan", "apply"] },
      };
      const sealing = { keyring: new Keyring(owner), keys: owner, random: countingRandom("epoch") };
      const epoch = newEpoch({ fleet: FLEET, operators, ...sealing });
      const keyset = { fleet: FLEET, operators, controllers: [], policy: {}, ...epoch };
      await ledger.append([
        { kind: "keyset", payload: keyset },
        { kind: "plan", payload: planOf(text) },
      ]);
      await ledger.close();
      const again = await openLedger(options);
      const record = (await allRecords(again)).at(-1);
      await again.close();
      expect(record).toMatchObject({ sealed: true, payload: planOf(text) });
      const least = Math.ceil(utf8(text).length / PAYLOAD_SIZE_MAX);
      expect(record?.parts).toBeGreaterThanOrEqual(least);
      const trusted = [owner.operator];
      const report = await verifyLedger({ files, folder: FOLDER, feed: owner.feed, trusted });
      expect(report.ok).toBe(true);
    }),
    SETTINGS,
  );
});

it("5.2: a member that a release does not know makes no plan wrong: earlier releases read entries that keep a text", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.jsonValue(), (name, value) => {
      const known = planOf("text");
      fc.pre(
        !Object.hasOwn(known, name) &&
          !["commit", "dirty", "file", "changed", "only"].includes(name),
      );
      const payload = { ...known, [name]: value } as unknown as Json;
      expect(parsePayload("plan", canonicalJsonBytes(payload))).toHaveProperty([name]);
    }),
  );
});
