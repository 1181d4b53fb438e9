import type { Json } from "../../core/index.ts";
import { type SeenVisor, settingAt, settingFault, SETTINGS } from "../../model/index.ts";
import { rewardAddressFault } from "../reward-address.ts";
import {
  type AdoptSection,
  type Eyes,
  type Fact,
  type PlainValue,
  plainValue,
  type PortFact,
  type VisorFacts,
} from "./facts.ts";
import { isPlainText, keysIn, type Look } from "./look.ts";
import { readAppFacts } from "./read-app-facts.ts";

const TRUST_LISTS = ["hypervisors", "pty"] as const;
const PORT_TEXTS = ["label", "description", "proxy_addr"] as const;
const PORT_FLAGS = [
  ["show_on_landing", false],
  ["skynet", true],
  ["dmsg", true],
  ["udp", false],
  ["preserve_host", false],
  ["inject_pk", false],
] as const;

/** What {@link readFacts} needs. */
export interface ReadFactsInput {
  readonly seen: SeenVisor;
  readonly sections: ReadonlySet<AdoptSection>;
  readonly open: boolean;
  readonly eyes: Eyes;
  readonly keyOf: Look["keyOf"];
  readonly revoked: Look["revoked"];
}

/**
 * Reads what a manifest could own of one visor. Everything that is not known exactly, that could be a
 * secret, or that a manifest has no words for is left out with a note.
 */
export function readFacts(input: ReadFactsInput): VisorFacts {
  const { seen, sections, open, eyes, keyOf, revoked } = input;
  const facts = new Map<string, Fact>();
  const notes: string[] = [];
  const look: Look = {
    seen,
    eyes,
    open,
    keyOf,
    revoked,
    put: (fact) => void facts.set(fact.path, fact),
    note: (sentence) => void notes.push(sentence),
  };
  if (sections.has("trust")) readTrust(look);
  if (sections.has("apps")) readAppFacts(look);
  if (sections.has("ports")) readPorts(look);
  if (sections.has("settings")) readSettings(look);
  if (sections.has("survey")) readSurvey(look);
  if (sections.has("reward")) readReward(look);
  return { key: seen.key, facts: [...facts.values()], notes };
}

function readTrust(look: Look): void {
  for (const list of TRUST_LISTS) {
    const path = `trust.${list}`;
    const found = look.eyes.foundAt(look.seen, path);
    if (found.kind === "unsupported") look.note(`${path} is left out: ${found.why}`);
    if (found.kind !== "set") continue;
    const keys = keysIn(look, found.elements);
    if (typeof keys === "string") look.note(`${path} is left out: ${keys}`);
    else look.put({ kind: "keys", path, keys, form: "exact" });
  }
}

function readSettings(look: Look): void {
  const hidden: string[] = [];
  for (const { path } of SETTINGS) {
    const found = look.eyes.foundAt(look.seen, `settings.${path}`);
    if (found.kind === "unsupported") hidden.push(path);
    if (found.kind !== "value" || found.raw === null || found.raw === "") continue;
    const type = settingAt(path)?.type;
    if (type === undefined || settingFault(type, found.raw) !== undefined) continue;
    const value = plainValue(found.raw);
    if (value !== undefined && [value].flat().every(isPlain)) {
      look.put({ kind: "value", path: `settings.${path}`, value });
    } else look.note(`settings.${path} is left out: its text could be a secret or cannot be shown`);
  }
  if (hidden.length === 0) return;
  const which =
    hidden.length === 1 ? `settings.${hidden.join("")} is` : `${hidden.length} settings are`;
  look.note(`${which} left out: this release does not show ${hidden.length === 1 ? "it" : "them"}`);
}

function isPlain(value: string | number | boolean): boolean {
  return typeof value !== "string" || isPlainText(value);
}

function readSurvey(look: Look): void {
  const found = look.eyes.foundAt(look.seen, "survey");
  if (found.kind === "unsupported") look.note(`survey is left out: ${found.why}`);
  if (found.kind !== "set") return;
  // The list belongs to the deployment as well: only what is in it now is owned, never the whole.
  const others = found.elements.filter((element) => element !== look.seen.key);
  const keys = keysIn(look, others);
  if (typeof keys === "string") look.note(`survey is left out: ${keys}`);
  else if (keys.length > 0) look.put({ kind: "keys", path: "survey", keys, form: "add" });
}

function readReward(look: Look): void {
  const path = "reward_address";
  const found = look.eyes.foundAt(look.seen, path);
  if (found.kind === "unsupported") look.note(`${path} is left out: ${found.why}`);
  if (found.kind !== "value" || typeof found.raw !== "string") return;
  if (rewardAddressFault(found.raw) === undefined)
    look.put({ kind: "value", path, value: found.raw });
  else look.note(`${path} is left out: what the visor shows is no Skycoin address`);
}

function readPorts(look: Look): void {
  const { ports } = look.seen;
  if (ports === undefined) {
    look.note("ports are left out: this release does not list its served ports");
    return;
  }
  const numbers = [...new Set(ports.map(({ port }) => port))].sort((a, b) => a - b);
  for (const port of numbers) {
    const read = readPort(look, port);
    if (typeof read === "string") look.note(`ports.${port} is left out: ${read}`);
    else look.put(read);
  }
}

/** The record of one port, or why it is left out. */
function readPort(look: Look, port: number): PortFact | string {
  if (!isPortNumber(port)) return "no manifest can name this number";
  const at = (field: string): Json => {
    const found = look.eyes.foundAt(look.seen, `ports.${port}.${field}`);
    return found.kind === "value" ? found.raw : null;
  };
  const list = look.eyes.foundAt(look.seen, `ports.${port}.whitelist`);
  const elements = list.kind === "set" ? list.elements : [];
  const whitelist = keysIn(look, elements);
  if (typeof whitelist === "string") return `its whitelist cannot be written: ${whitelist}`;
  if (whitelist.includes(look.seen.key)) return "the visor's own key stands in its whitelist";
  if (whitelist.length === 0 && !look.open) {
    return "its whitelist is empty, which means everybody; --open writes whitelist: anyone";
  }
  const fields: Record<string, PlainValue> = {};
  const local = at("local_port");
  if (!isPortNumber(local)) return "no manifest can name its local port";
  if (local !== port) fields["local_port"] = local;
  for (const field of PORT_TEXTS) {
    const text = at(field);
    if (text === "") continue;
    if (typeof text !== "string" || !isPlainText(text)) {
      return `its ${field} could be a secret or cannot be shown`;
    }
    fields[field] = text;
  }
  for (const [field, usual] of PORT_FLAGS) if (at(field) !== usual) fields[field] = !usual;
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
