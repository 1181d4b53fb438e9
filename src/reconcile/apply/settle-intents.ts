// Gives each intent that a cut-off run left open its receipt, by looking at the visor; writes to none.
import { canonicalJson, type Clock, defined, type Json, type VisorKey } from "../../core/index.ts";
import {
  intentsWithoutReceipt,
  type Ledger,
  type LedgerRecord,
  type ReceiptOutcome,
  type SeenHead,
} from "../../ledger/index.ts";
import type { Route, SeenVisor } from "../../model/index.ts";
import type { VisorReader } from "../../skywire/visor/index.ts";
import { CLOSING, observedFieldAt, parseFieldPath, writerOf } from "../diff/index.ts";
import type { Emit } from "../event.ts";
import { toSeenVisor, wantsOf } from "../observe/index.ts";
import { isInConf } from "./in-conf.ts";
import { closesPort } from "./read-back.ts";

/** What settling needs. */
export interface SettleInput {
  readonly ledger: Ledger;
  readonly fleet: string;
  readonly reader: VisorReader;
  readonly clock: Clock;
  readonly parallel: number;
  readonly routeOf: (visor: VisorKey) => Route;
  readonly emit?: Emit;
  /** Intents without receipt, where they are known already; read from the ledger otherwise. */
  readonly open?: readonly LedgerRecord<"intent">[];
  /** What was seen of other operators' ledgers. */
  readonly heads?: readonly SeenHead[];
}

/** What settling did. */
export interface Settled {
  /** Intents that have a receipt now. */
  readonly count: number;
  /** The records that were appended. */
  readonly records: readonly LedgerRecord[];
}

/**
 * Gives every intent that has no receipt one, by looking at the visor: a run was cut off between the two.
 * What cannot be reached stays open. Nothing is written to any visor.
 */
export async function settleIntents(input: SettleInput): Promise<Settled> {
  const open = input.open ?? (await intentsWithoutReceipt(input.ledger.records(), input.fleet));
  const settled = await mapLimited(
    [...groupByVisor(open)],
    input.parallel,
    async ([visor, intents]) => {
      const route = input.routeOf(visor);
      const paths = intents.flatMap(
        ({ payload }) => payload?.changes.map(({ path }) => path) ?? [],
      );
      const atMs = input.clock.now();
      // Asking for the file writes in its folder, so it is asked only where something was to be put into it.
      const skyenv = intents.some(({ payload }) => payload?.changes.some(lastsInConf) === true);
      const wants = { ...wantsOf(paths), skyenv };
      const reading = await input.reader.read({ key: visor, route }, wants);
      if (reading.kind !== "seen") return [];
      const seen = toSeenVisor(reading, route, atMs);
      const conf = reading.skyenv?.exists === true ? reading.skyenv.values : undefined;
      return intents.map((intent) => ({ intent, seen, conf }));
    },
  );
  const receipts = settled.flat();
  if (receipts.length === 0) return { count: 0, records: [] };
  const records = await input.ledger.append(
    receipts.flatMap(({ intent, seen, conf }) => {
      const { payload, index } = intent;
      if (payload === undefined) return [];
      const { fleet, plan, visor, step } = payload;
      const facts = { sinceMs: intent.timeMs, beside: payload.changes };
      const outcomes = payload.changes.map((change) =>
        withConf(settleChange(change, seen, facts), change, conf),
      );
      return [
        {
          kind: "receipt" as const,
          payload: {
            fleet,
            intent: index,
            plan,
            visor,
            step,
            outcomes,
            visorStartedAtMs: seen.startedAtMs,
          },
        },
      ];
    }),
    { heads: input.heads ?? [] },
  );
  for (const { intent } of receipts) {
    const message = `settled entry ${intent.index}, which an earlier run left open`;
    input.emit?.({ type: "receipt", level: "info", message, ...visorOf(intent) });
  }
  tellNotInConf(records, input.emit);
  return { count: receipts.length, records };
}

/** Says of each visor which of the settled values are not where they would last. */
function tellNotInConf(records: readonly LedgerRecord[], emit: Emit | undefined): void {
  for (const record of records) {
    if (record.kind !== "receipt" || record.payload === undefined) continue;
    const { visor, outcomes } = record.payload;
    const lost = outcomes.filter(({ note }) => note?.endsWith(NOT_IN_CONF) === true);
    const paths = [...new Set(lost.map(({ path }) => path))].join(", ");
    if (paths !== "")
      emit?.({ type: "diagnostic", level: "warn", message: `${paths}: ${NOT_IN_CONF}`, visor });
  }
}

function visorOf(intent: LedgerRecord<"intent">): { readonly visor?: VisorKey } {
  return intent.payload === undefined ? {} : { visor: intent.payload.visor };
}

function groupByVisor(
  open: readonly LedgerRecord<"intent">[],
): ReadonlyMap<VisorKey, readonly LedgerRecord<"intent">[]> {
  const groups = new Map<VisorKey, LedgerRecord<"intent">[]>();
  for (const intent of open) {
    const visor = intent.payload?.visor;
    if (visor !== undefined) groups.set(visor, [...(groups.get(visor) ?? []), intent]);
  }
  return groups;
}

type IntentChange = NonNullable<LedgerRecord<"intent">["payload"]>["changes"][number];

function lastsInConf({ lifetime }: IntentChange): boolean {
  return lifetime === "conf";
}

/**
 * Says of what was done that it is not in /etc/skywire.conf: a call that ends in an error is not copied there, and the
 * run was cut off before it repeated it.
 */
function withConf(
  outcome: ReceiptOutcome,
  change: IntentChange,
  conf: ReadonlyMap<string, string> | undefined,
): ReceiptOutcome {
  const isDone = outcome.outcome === "done" || outcome.outcome === "done-after-restart";
  if (!isDone || conf === undefined || !lastsInConf(change)) return outcome;
  return isInConf(change, conf) === false
    ? { ...outcome, note: `${outcome.note ?? ""}; ${NOT_IN_CONF}` }
    : outcome;
}

const NOT_IN_CONF =
  "it is not in /etc/skywire.conf, and lost at the next package update where the visor's configuration comes from that file: write it otherwise, apply, then write it so again";

/** When an intent was written, and all that it meant to write. */
interface IntentFacts {
  readonly sinceMs: number;
  readonly beside: readonly IntentChange[];
}

/** Done when the visor shows the wanted value, failed when it shows the old one, stale when neither. */
function settleChange(change: IntentChange, seen: SeenVisor, intent: IntentFacts): ReceiptOutcome {
  const { path, element, before, after } = change;
  const base = {
    path,
    ...defined({ element }),
    note: "settled after an interrupted run",
  };
  const found = observedFieldAt(seen, path);
  const done = waitsForRestart(change, seen, intent)
    ? ("done-after-restart" as const)
    : ("done" as const);
  if (element !== undefined) {
    if (found.kind !== "set") return { ...base, outcome: "unverified" };
    const isMember = found.elements.includes(element);
    return { ...base, outcome: isMember === (after === true) ? done : "failed" };
  }
  const hidden = path.endsWith(".env") || path.endsWith(".args");
  if (found.kind !== "value" || hidden || isEqual(before, after)) {
    // A restart leaves no trace, and masked values cannot be compared: the next plan looks again.
    return { ...base, outcome: "unverified" };
  }
  // Shut, and its record stays until the visor has restarted: the first part of closing was done.
  const isShut = closesPort(change) && found.shown === CLOSING && before !== CLOSING;
  if (isEqual(found.shown, after) || isShut) return { ...base, outcome: done };
  return {
    ...base,
    outcome: isEqual(found.shown, before) ? "failed" : "stale",
    found: found.shown,
  };
}

/** True for what this release takes up only when it starts, on a visor that has not started since. */
function waitsForRestart(
  { path, element, after }: IntentChange,
  seen: SeenVisor,
  { sinceMs, beside }: IntentFacts,
): boolean {
  if (seen.startedAtMs > sinceMs) return false;
  if (closesPort({ path, after })) return isRecordThere(seen, path);
  if (leadsListener(path, beside)) return true;
  const writer = writerOf(
    seen,
    path,
    element === undefined ? "change" : after === true ? "add" : "remove",
  );
  return writer.kind === "writer" && writer.restart === "visor";
}

function isRecordThere(seen: SeenVisor, path: string): boolean {
  const field = parseFieldPath(path);
  return field.section === "ports" && seen.ports?.some(({ port }) => port === field.port) === true;
}

/** A local port that moves together with the proxy address is one whose old dmsg listener lives on. */
function leadsListener(path: string, beside: readonly IntentChange[]): boolean {
  const proxy = path.replace(/\.local_port$/, ".proxy_addr");
  return proxy !== path && beside.some((other) => other.path === proxy && other.after !== "");
}

function isEqual(left: Json, right: Json): boolean {
  return canonicalJson(left) === canonicalJson(right);
}

// Runs work over many items, some at a time.

/**
 * Runs `work` over all items, at most `limit` at a time, and gives the results in the order of the items.
 * The first rejection rejects the whole, once what is under way has ended; items not started by then are not
 * started.
 */
async function mapLimited<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  let next = 0;
  let failure: { readonly error: unknown } | undefined;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < items.length && failure === undefined; index = next++) {
      const item = items[index];
      if (item === undefined) continue;
      try {
        results[index] = await work(item, index);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
  if (failure !== undefined) throw failure.error;
  return results;
}
