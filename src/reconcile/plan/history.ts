import type { Digest, Json, VisorKey } from "../../core/index.ts";
import {
  latestKeyset,
  latestPlanParts,
  latestSecretReceipt,
  type LedgerRecord,
  type ReadOnlyLedger,
} from "../../ledger/index.ts";
import type { Keyset } from "../../model/index.ts";
import type { SecretReceipt } from "../diff/index.ts";
import { keysetFromRecord } from "./keyset-record.ts";

/** Something that an earlier apply left to a later start of the visor or app. */
export interface Awaiting {
  /** A leaf path, or the name of an app that owes a stop and start. */
  readonly what: string;
  /** The list element, where the leaf is a list. */
  readonly element?: string;
  readonly sinceEntry: number;
  readonly sinceMs: number;
}

/** What the ledger tells a planner. Pure facts: no file is read once this is made. */
export interface KnownHistory {
  readonly known: true;
  /** Number of entries. */
  readonly head: number;
  /** The owned paths of the latest recorded plan, by visor. */
  readonly owned: ReadonlyMap<VisorKey, readonly string[]>;
  /** Owned paths that the latest recorded plan found as wanted, by visor. */
  readonly inSync: ReadonlyMap<VisorKey, ReadonlySet<string>>;
  readonly keyset: Keyset | undefined;
  readonly awaitingRestart: ReadonlyMap<VisorKey, readonly Awaiting[]>;
  readonly owedRestarts: ReadonlyMap<VisorKey, readonly Awaiting[]>;
  /** The value `fleet` last made a leaf or element have, seen on the visor. */
  readonly recorded: (visor: VisorKey, path: string, element?: string) => RecordedValue | undefined;
  readonly secretReceipt: (visor: string, path: string) => SecretReceipt | undefined;
  readonly lastManifest: { readonly digest: Digest; readonly entry: number } | undefined;
}

/** A value seen right after it was written. */
export interface RecordedValue {
  readonly after: Json;
  readonly entry: number;
}

/** The history, or why there is none. */
export type History = KnownHistory | { readonly known: false; readonly why: string };

/** Gathers what the planner needs of one fleet from a ledger that was already verified on opening. */
export function historyOf(
  ledger: ReadOnlyLedger | undefined,
  fleet: string,
  why = "no ledger was read",
): History {
  if (ledger === undefined) return { known: false, why };
  const records = ledger.records;
  const keyset = latestKeyset(records, fleet)?.payload;
  const owned = new Map<VisorKey, readonly string[]>();
  const inSync = new Map<VisorKey, ReadonlySet<string>>();
  for (const [visor, { payload }] of latestPlanParts(records, fleet)) {
    if (payload === undefined) continue;
    const changed = new Set(payload.changes.map(({ path }) => path));
    owned.set(visor, payload.owned);
    inSync.set(visor, new Set(payload.owned.filter((path) => !changed.has(path))));
  }
  const outcomes = gatherOutcomes(records, fleet);
  return {
    known: true,
    head: ledger.head.size,
    owned,
    inSync,
    keyset: keyset === undefined ? undefined : keysetFromRecord(keyset),
    ...outcomes,
    secretReceipt: (visor, path) => latestSecretReceipt(records, visor as VisorKey, path),
  };
}

interface Outcomes {
  readonly awaitingRestart: ReadonlyMap<VisorKey, readonly Awaiting[]>;
  readonly owedRestarts: ReadonlyMap<VisorKey, readonly Awaiting[]>;
  readonly recorded: KnownHistory["recorded"];
  readonly lastManifest: KnownHistory["lastManifest"];
}

/** Walks the entries in order; later ones replace what earlier ones said of the same leaf or app. */
function gatherOutcomes(records: readonly LedgerRecord[], fleet: string): Outcomes {
  const awaiting = new Map<VisorKey, Map<string, Awaiting>>();
  const owed = new Map<VisorKey, Map<string, Awaiting>>();
  const values = new Map<string, RecordedValue>();
  const intents = new Map<number, LedgerRecord<"intent">>();
  let lastManifest: KnownHistory["lastManifest"];
  for (const record of records) {
    if (record.kind === "plan" && record.payload?.fleet === fleet) {
      lastManifest = { digest: record.payload.manifest, entry: record.index };
    } else if (record.kind === "intent" && record.payload?.fleet === fleet) {
      intents.set(record.index, record);
      for (const app of record.payload.restartsOwed) {
        inner(owed, record.payload.visor).set(app, sinceOf(record, app));
      }
    } else if (record.kind === "receipt" && record.payload?.fleet === fleet) {
      noteReceipt(record, intents.get(record.payload.intent), { awaiting, owed, values });
    }
  }
  return {
    awaitingRestart: flatten(awaiting),
    owedRestarts: flatten(owed),
    recorded: (visor, path, element) => values.get(valueKey(visor, path, element)),
    lastManifest,
  };
}

interface Notes {
  readonly awaiting: Map<VisorKey, Map<string, Awaiting>>;
  readonly owed: Map<VisorKey, Map<string, Awaiting>>;
  readonly values: Map<string, RecordedValue>;
}

function noteReceipt(
  record: LedgerRecord<"receipt">,
  intent: LedgerRecord<"intent"> | undefined,
  { awaiting, owed, values }: Notes,
): void {
  const receipt = record.payload;
  if (receipt === undefined) return;
  for (const { path, element, outcome } of receipt.outcomes) {
    // Only what was written anew replaces what waits: a failed write leaves the earlier one waiting.
    if (outcome !== "done" && outcome !== "done-after-restart") continue;
    const waiting = inner(awaiting, receipt.visor);
    const key = `${path} ${element ?? ""}`;
    waiting.delete(key);
    if (outcome === "done-after-restart") {
      waiting.set(key, { ...sinceOf(record, path), ...(element === undefined ? {} : { element }) });
    }
    const app = /^apps\.(.+)\.running$/.exec(path)?.[1];
    if (receipt.step === "b" && app !== undefined) inner(owed, receipt.visor).delete(app);
    const wanted = intent?.payload?.changes.find(
      (change) => change.path === path && change.element === element,
    );
    if (wanted !== undefined) {
      values.set(valueKey(receipt.visor, path, element), {
        after: wanted.after,
        entry: record.index,
      });
    }
  }
}

function sinceOf(record: LedgerRecord, what: string): Awaiting {
  return { what, sinceEntry: record.index, sinceMs: record.timeMs };
}

function valueKey(visor: string, path: string, element: string | undefined): string {
  return `${visor} ${path} ${element ?? ""}`;
}

function inner(map: Map<VisorKey, Map<string, Awaiting>>, visor: VisorKey): Map<string, Awaiting> {
  const found = map.get(visor) ?? new Map<string, Awaiting>();
  map.set(visor, found);
  return found;
}

function flatten(
  map: Map<VisorKey, Map<string, Awaiting>>,
): ReadonlyMap<VisorKey, readonly Awaiting[]> {
  return new Map([...map].map(([visor, items]) => [visor, [...items.values()]]));
}
