import {
  type Clock,
  type Digest,
  type Files,
  parseVisorKey,
  type Random,
  sha256,
  toHex,
  utf8,
  type VisorKey,
} from "../../src/core/index.ts";
import {
  type EntryDraft,
  type LedgerOptions,
  type LedgerRecord,
  OperatorKeys,
  type ReadOnlyLedger,
} from "../../src/ledger/index.ts";
import { publicKeyOf } from "../../src/skywire/cxo/index.ts";

/** Where test ledgers stand. */
export const FOLDER = "/state/ledger";

/** Random bytes that are the same in every run. */
export function countingRandom(seed: string): Random {
  let count = 0;
  return (size) => {
    const bytes = new Uint8Array(size);
    for (let at = 0; at < size; at += 32) {
      bytes.set(sha256(utf8(`${seed}/${(count += 1)}`)).subarray(0, Math.min(32, size - at)), at);
    }
    return bytes;
  };
}

/** A clock that stands still but for waiting: timers run at once and move it on. */
function testClock(startMs = 1_790_000_000_000): Clock {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    after: (delayMs, run) => {
      const timer = setImmediate(() => {
        nowMs += delayMs;
        run();
      });
      return () => clearImmediate(timer);
    },
  };
}

const derived = new Map<string, OperatorKeys>();

/** Keys of a test operator; derived once a name, because that is slow. */
export function testKeys(name: string): OperatorKeys {
  const keys = derived.get(name) ?? OperatorKeys.derive(sha256(utf8(`operator ${name}`)));
  derived.set(name, keys);
  return keys;
}

/** The key of a test visor. */
export function testVisor(name: string): VisorKey {
  return parseVisorKey(toHex(publicKeyOf(sha256(utf8(`visor ${name}`)))));
}

/** The digest of a text. */
export function testDigest(text: string): Digest {
  return `sha256:${toHex(sha256(utf8(text)))}`;
}

/** Everything a ledger needs, in memory. */
export function ledgerOptions(files: Files, changes: Partial<LedgerOptions> = {}): LedgerOptions {
  return {
    files,
    folder: FOLDER,
    keys: testKeys("owner"),
    clock: testClock(),
    random: countingRandom("ledger"),
    process: { pid: 1, host: "here", owner: "tester", isAlive: () => true },
    lockTimeoutMs: 0,
    ...changes,
  };
}

/** A keyset that seals nothing. */
export function plainKeyset(fleet: string): EntryDraft {
  const { operator, seal } = testKeys("owner");
  return {
    kind: "keyset",
    payload: {
      fleet,
      operators: { owner: { key: operator, seal, may: ["plan", "apply"] } },
      controllers: [testVisor("laptop")],
      policy: {},
      epoch: 0,
      epochKeys: [],
    },
  };
}

/** An intent about one field. */
export function testIntent(fleet: string, visor: string, path = "settings.log_level"): EntryDraft {
  return {
    kind: "intent",
    payload: {
      fleet,
      plan: testDigest("plan"),
      visor: testVisor(visor),
      step: "a",
      changes: [{ path, before: "debug", after: "info", lifetime: "config" }],
      restartsOwed: [],
    },
  };
}

/** A receipt that answers an intent. */
export function testReceipt(fleet: string, visor: string, intent: number): EntryDraft {
  return {
    kind: "receipt",
    payload: {
      fleet,
      intent,
      plan: testDigest("plan"),
      visor: testVisor(visor),
      step: "a",
      outcomes: [{ path: "settings.log_level", outcome: "done", found: "info" }],
    },
  };
}

/** All records of a ledger at once. */
export async function allRecords(ledger: ReadOnlyLedger): Promise<readonly LedgerRecord[]> {
  const records: LedgerRecord[] = [];
  for await (const record of ledger.records()) records.push(record);
  return records;
}
