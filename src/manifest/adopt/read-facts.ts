// The facts of one visor: trust, settings, ports, apps and the rest.
import type { Json } from "../../core/index.ts";
import {
  ACCESS_PATHS,
  isLoopbackHost,
  keyMembersOf,
  leadingAddress,
  PORT_FIELDS,
  portFieldsOf,
  type SeenVisor,
  settingAt,
  settingFault,
  SETTINGS,
} from "../../model/index.ts";
import { rewardAddressFault } from "../reward-address.ts";
import {
  type AdoptSection,
  type PlanView,
  type Fact,
  type PlainValue,
  plainReadValue,
  type PortFact,
  type VisorFacts,
} from "./facts.ts";
import { isPlainText, keysIn, type FactCollector } from "./fact-collector.ts";
import { readAppFacts } from "./read-app-facts.ts";

/** What a starting visor puts in place of nothing: its .dmsg proxy goes on to its .skynet one. */
const CHAINED = { path: "dmsg_web.upstream_socks", value: "127.0.0.1:4446" };

/** What {@link readFacts} needs. */
export interface ReadFactsInput {
  readonly seen: SeenVisor;
  readonly sections: ReadonlySet<AdoptSection>;
  readonly open: boolean;
  readonly planView: PlanView;
  readonly keyOf: FactCollector["keyOf"];
  readonly revoked: FactCollector["revoked"];
}

/**
 * Reads what a manifest could own of one visor. Everything that is not known exactly, that could be a
 * secret, or that a manifest has no words for is left out with a note.
 */
export function readFacts(input: ReadFactsInput): VisorFacts {
  const { seen, sections, open, planView, keyOf, revoked } = input;
  const facts = new Map<string, Fact>();
  const notes: string[] = [];
  const collector: FactCollector = {
    seen,
    planView,
    open,
    keyOf,
    revoked,
    put: (fact) => void facts.set(fact.path, fact),
    note: (sentence) => void notes.push(sentence),
  };
  if (sections.has("trust")) readTrust(collector);
  if (sections.has("trust")) readRpcExec(collector);
  if (sections.has("apps")) readAppFacts(collector);
  if (sections.has("ports")) readPorts(collector);
  if (sections.has("settings")) readSettings(collector);
  if (sections.has("survey")) readSurvey(collector);
  if (sections.has("reward")) readReward(collector);
  return { key: seen.key, facts: [...facts.values()], notes };
}

function readTrust(collector: FactCollector): void {
  for (const path of ACCESS_PATHS) {
    const found = collector.planView.observedFieldAt(collector.seen, path);
    // Who may copy files is told by releases that have such a list, and missed of no other.
    if (found.kind === "unsupported" && path !== "trust.dmsgscp")
      collector.note(`${path} is left out: ${found.why}`);
    if (found.kind !== "set") continue;
    const keys = keysIn(collector, found.elements);
    if (typeof keys === "string") collector.note(`${path} is left out: ${keys}`);
    else collector.put({ kind: "keys", path, keys, form: "exact" });
  }
}

/** Only what is switched on: off is what visors have, and a manifest would own it for nothing. */
function readRpcExec(collector: FactCollector): void {
  const path = "trust.allow_rpc_exec";
  const found = collector.planView.observedFieldAt(collector.seen, path);
  if (found.kind === "value" && found.raw === true)
    collector.put({ kind: "value", path, value: true });
}

function readSettings(collector: FactCollector): void {
  const hidden: string[] = [];
  for (const { path } of SETTINGS) {
    const found = collector.planView.observedFieldAt(collector.seen, `settings.${path}`);
    if (found.kind === "unsupported") hidden.push(path);
    if (found.kind !== "value" || found.raw === null || found.raw === "") continue;
    const type = settingAt(path)?.type;
    if (type === undefined || settingFault(type, found.raw) !== undefined) continue;
    if (path === CHAINED.path && found.raw === CHAINED.value) {
      collector.note(`settings.${path} is left out: visors fill it in by themselves`);
      continue;
    }
    if (type.kind === "open-host" && typeof found.raw === "string" && !isLoopbackHost(found.raw)) {
      if (collector.open && isTold(collector, path))
        collector.put({ kind: "open-host", path: `settings.${path}`, host: found.raw });
      else
        collector.note(
          `settings.${path} is left out: it is open to everybody there; --open writes whitelist: anyone`,
        );
      continue;
    }
    if (type.kind === "open-host" && !isTold(collector, path)) {
      collector.note(`settings.${path} is left out: the visor does not say whether the proxy runs`);
      continue;
    }
    if (type.kind === "records") {
      readRecords(collector, path, found.raw);
      continue;
    }
    const value = plainReadValue(found.raw);
    if (value !== undefined && [value].flat().every(isPlain)) {
      collector.put({ kind: "value", path: `settings.${path}`, value });
    } else
      collector.note(`settings.${path} is left out: its text could be a secret or cannot be shown`);
  }
  if (hidden.length === 0) return;
  const which =
    hidden.length === 1 ? `settings.${hidden.join("")} is` : `${hidden.length} settings are`;
  collector.note(
    `${which} left out: this release does not show ${hidden.length === 1 ? "it" : "them"}`,
  );
}

/** Takes a list of records over, when all of it can be shown and every key in it is one. */
function readRecords(collector: FactCollector, path: string, raw: Json): void {
  const records = (Array.isArray(raw) ? raw : []) as readonly Readonly<Record<string, string>>[];
  const keyMembers = keyMembersOf(path);
  const texts = records.flatMap((record) =>
    Object.entries(record).flatMap(([name, text]) => (keyMembers.includes(name) ? [] : [text])),
  );
  const keys = keysIn(
    collector,
    records.flatMap((record) => keyMembers.map((name) => record[name] ?? "")),
  );
  if (typeof keys === "string" || !texts.every(isPlain)) {
    const why = typeof keys === "string" ? keys : "its text could be a secret or cannot be shown";
    collector.note(`settings.${path} is left out: ${why}`);
    return;
  }
  collector.put({ kind: "records", path: `settings.${path}`, records, keys, keyMembers });
}

/** True for a web proxy's address where the visor says whether it runs: a manifest needs both. */
function isTold(collector: FactCollector, path: string): boolean {
  const enable = path.replace(/\.[^.]+$/, ".enable");
  const found = collector.planView.observedFieldAt(collector.seen, `settings.${enable}`);
  return found.kind === "value" && typeof found.raw === "boolean";
}

function isPlain(value: string | number | boolean): boolean {
  return typeof value !== "string" || isPlainText(value);
}

function readSurvey(collector: FactCollector): void {
  const found = collector.planView.observedFieldAt(collector.seen, "survey");
  if (found.kind === "unsupported") collector.note(`survey is left out: ${found.why}`);
  if (found.kind !== "set") return;
  // The list belongs to the deployment as well: only what is in it now is owned, never the whole.
  const others = found.elements.filter((element) => element !== collector.seen.key);
  const keys = keysIn(collector, others);
  if (typeof keys === "string") collector.note(`survey is left out: ${keys}`);
  else if (keys.length > 0) collector.put({ kind: "keys", path: "survey", keys, form: "add" });
}

function readReward(collector: FactCollector): void {
  const path = "reward_address";
  const found = collector.planView.observedFieldAt(collector.seen, path);
  if (found.kind === "unsupported") collector.note(`${path} is left out: ${found.why}`);
  if (found.kind !== "value" || typeof found.raw !== "string") return;
  if (rewardAddressFault(found.raw) === undefined)
    collector.put({ kind: "value", path, value: found.raw });
  else collector.note(`${path} is left out: what the visor shows is no Skycoin address`);
}

function readPorts(collector: FactCollector): void {
  const { ports } = collector.seen;
  if (ports === undefined) {
    collector.note("ports are left out: this release does not list its served ports");
    return;
  }
  const numbers = [...new Set(ports.map(({ port }) => port))].sort((a, b) => a - b);
  for (const port of numbers) {
    const read = readPort(collector, port);
    if (typeof read === "string") collector.note(`ports.${port} is left out: ${read}`);
    else collector.put(read);
  }
}

/** The record of one port, or why it is left out. */
function readPort(collector: FactCollector, port: number): PortFact | string {
  if (!isPortNumber(port)) return "no manifest can name this number";
  const at = (field: string): Json => {
    const found = collector.planView.observedFieldAt(collector.seen, `ports.${port}.${field}`);
    return found.kind === "value" ? found.raw : null;
  };
  if (at("open") !== true)
    return "it is shut for everybody but the visor itself, as a port that is being closed until the visor restarts";
  const list = collector.planView.observedFieldAt(collector.seen, `ports.${port}.whitelist`);
  const elements = list.kind === "set" ? list.elements : [];
  const whitelist = keysIn(collector, elements);
  if (typeof whitelist === "string") return `its whitelist cannot be written: ${whitelist}`;
  if (whitelist.includes(collector.seen.key)) return "the visor's own key stands in its whitelist";
  if (whitelist.length === 0 && !collector.open) {
    return "its whitelist is empty, which means everybody; --open writes whitelist: anyone";
  }
  const fields: Record<string, PlainValue> = {};
  const local = at("local_port");
  if (!isPortNumber(local)) return "no manifest can name its local port";
  if (local !== port) fields["local_port"] = local;
  for (const field of portFieldsOf("text")) {
    const text = at(field);
    if (text === "" || text === leadingAddress({ port, local_port: local })) continue;
    if (typeof text !== "string" || !isPlainText(text)) {
      return `its ${field} could be a secret or cannot be shown`;
    }
    fields[field] = text;
  }
  for (const field of portFieldsOf("flag")) {
    const { usual } = PORT_FIELDS[field];
    if (at(field) !== usual) fields[field] = !usual;
  }
  return {
    kind: "port",
    path: `ports.${port}`,
    whitelist: whitelist.length === 0 ? "anyone" : whitelist,
    fields,
  };
}

function isPortNumber(value: Json): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 65_535;
}
