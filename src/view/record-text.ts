import type { LedgerRecord } from "../ledger/index.ts";
import { counted } from "./count-text.ts";
import type { Paint } from "./paint.ts";
import { printable } from "./printable.ts";
import { tableText } from "./table-text.ts";
import { keyLabel, type Names, shortKey, valueText } from "./value-text.ts";

/** Entries of a ledger, one line each, oldest first; columns as wide as these entries need. */
export function logText(records: readonly LedgerRecord[], names: Names, paint: Paint): string {
  const rows = records.map((record) => [
    paint("strong", `#${record.index}`),
    timeText(record.timeMs),
    record.kind,
    gist(record, names),
  ]);
  return tableText(rows);
}

/** The last line of `fleet log`. */
export function logSummary(count: number, paint: Paint): string {
  return `${paint("strong", `Log: ${counted(count, "entry", "entries")}.`)}\n`;
}

/** One entry in full. */
export function recordText(record: LedgerRecord, names: Names, paint: Paint): string {
  const rows = [
    ["entry", `#${record.index}${record.parts > 1 ? ` (${record.parts} parts)` : ""}`],
    ["kind", record.kind],
    ["time", timeText(record.timeMs)],
    ["signed by", record.operator],
    ["hash", record.hash],
    ["sealed", record.sealed ? "yes" : "no"],
    ["says", gist(record, names)],
  ].map(([name = "", value = ""]) => [paint("quiet", name), value]);
  if (record.payload === undefined) return tableText(rows);
  return `${tableText(rows)}${printableLines(JSON.stringify(record.payload, null, 2))}\n`;
}

function printableLines(text: string): string {
  return text
    .split("\n")
    .map((line) => printable(line))
    .join("\n");
}

function timeText(timeMs: number): string {
  return new Date(timeMs)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, "Z");
}

function gist(record: LedgerRecord, names: Names): string {
  if (record.payload === undefined) return "sealed, no key for it here";
  switch (record.kind) {
    case "genesis":
      return `ledger of ${shortText(record.payload.ed25519)}`;
    case "keyset":
      return `fleet ${printable(record.payload.fleet)}: ${counted(Object.keys(record.payload.operators).length, "operator")}, ${counted(record.payload.controllers.length, "controller")}`;
    case "plan":
      return `plan ${shortText(record.payload.plan)}${record.payload.commit === undefined ? "" : ` at commit ${record.payload.commit.slice(0, 10)}`}`;
    case "plan-part":
      return `${visorLabel(record.payload.visor, names)}: ${counted(record.payload.changes.length, "change")}, owns ${record.payload.owned.length}`;
    case "intent":
      return `${visorLabel(record.payload.visor, names)} step ${record.payload.step}: will write ${pathsText(record.payload.changes)}`;
    case "receipt":
      return `${visorLabel(record.payload.visor, names)} step ${record.payload.step}: ${outcomesText(record.payload.outcomes)} (intent #${record.payload.intent})`;
    case "observation":
    case "adopt":
    case "revert":
    case "freeze":
    case "operation":
      return valueText(record.payload);
    case "heartbeat":
      return `fleet ${printable(record.payload.fleet)}: still here`;
    case "rotate":
      return `from the next entry on ${shortText(record.payload.ed25519)} signs`;
    case "moved":
      return `the ledger goes on in feed ${shortKey(record.payload.feed)}`;
    case "witness":
      return `saw ${counted(record.payload.size, "entry", "entries")} of feed ${shortKey(record.payload.feed)}`;
  }
}

function visorLabel(key: string, names: Names): string {
  const label = keyLabel(key, names);
  return printable(label === key ? shortKey(key) : label);
}

const PATHS_SHOWN = 3;

function pathsText(changes: readonly { readonly path: string }[]): string {
  const paths = [...new Set(changes.map((change) => change.path))];
  const shown = paths
    .slice(0, PATHS_SHOWN)
    .map((path) => printable(path))
    .join(", ");
  return paths.length > PATHS_SHOWN ? `${shown} and ${paths.length - PATHS_SHOWN} more` : shown;
}

function outcomesText(outcomes: readonly { readonly outcome: string }[]): string {
  const counts = new Map<string, number>();
  for (const { outcome } of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(", ");
}

function shortText(text: string): string {
  const [kind = "", digits = ""] = text.split(":");
  return `${kind}:${digits.slice(0, 12)}…`;
}
