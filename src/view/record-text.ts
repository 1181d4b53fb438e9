// Entries of a ledger as `fleet log` and `fleet show` print them.
import { counted, someOf } from "../core/index.ts";
import type {
  FeedKey,
  LedgerRecord,
  PlanPayload,
  RecordRef,
  SieveCounts,
  Unseen,
} from "../ledger/index.ts";
import { type Paint, printable, printableLines, tableText, whenAny } from "./text.ts";
import { keyLabel, type Names, shortKey, valueText } from "./change-text.ts";

/** How feeds and their authors are called. */
export interface FeedNames {
  /** The feed whose entries need no name. */
  readonly own: FeedKey;
  /** What entries of a feed are called by, by feed key. */
  readonly feeds: ReadonlyMap<FeedKey, string>;
  /** Names of operators by key. */
  readonly operators: ReadonlyMap<string, string>;
}

/** One entry of a list, with what its author had not seen. */
export interface LogLine {
  readonly record: LedgerRecord;
  readonly unseen: readonly Unseen[];
}

/** Entries of one or several feeds, one line each; columns as wide as these entries need. */
export function logText(
  lines: readonly LogLine[],
  names: Names,
  feeds: FeedNames,
  paint: Paint,
): string {
  const isJoined = feeds.feeds.size > 1;
  return tableText(
    lines.map(({ record, unseen }) => [
      ...(isJoined ? [unseen.length === 0 ? " " : paint("danger", "!")] : []),
      paint("strong", refText(record, feeds)),
      timeText(record.timeMs),
      ...(isJoined ? [operatorText(record, feeds)] : []),
      record.kind,
      gist(record, names) + unseenText(unseen, feeds, paint),
    ]),
  );
}

/** The last line of `fleet log`. */
export function logSummary(
  counts: SieveCounts & { readonly concurrent: number },
  paint: Paint,
): string {
  const text =
    `Log: ${counted(counts.listed, "entry", "entries")}` +
    whenAny(counts.filteredOut, "filtered out") +
    whenAny(counts.sealed, "sealed to others") +
    whenAny(counts.concurrent, "concurrent with entries of others");
  return `${paint("strong", `${text}.`)}\n`;
}

/** One entry in full. `answeredBy` is the receipt of an intent. */
export function recordText(
  record: LedgerRecord,
  names: Names,
  feeds: FeedNames,
  options: { readonly paint: Paint; readonly answeredBy?: RecordRef },
): string {
  const { paint, answeredBy } = options;
  const rows = [
    ["entry", `${refText(record, feeds)}${record.parts > 1 ? ` (${record.parts} parts)` : ""}`],
    ["kind", record.kind],
    ["time", timeText(record.timeMs)],
    ["feed", record.feed],
    ["signed by", signerText(record.operator, feeds)],
    ["hash", record.hash],
    ["sealed", record.sealed ? "yes" : "no"],
    ["says", gist(record, names)],
    ...(answeredBy === undefined ? [] : [["answered by", refText(answeredBy, feeds)]]),
  ].map(([name = "", value = ""]) => [paint("quiet", name), value]);
  if (record.payload === undefined) return tableText(rows);
  return `${tableText(rows)}${printableLines(JSON.stringify(record.payload, null, 2))}\n`;
}

/** `#12` for an entry of the own feed, `kim:12` for one of another. */
export function refText(
  { feed, index }: Pick<RecordRef, "feed" | "index">,
  feeds: FeedNames,
): string {
  if (feed === feeds.own) return `#${index}`;
  return `${printable(feeds.feeds.get(feed) ?? shortKey(feed))}:${index}`;
}

/** Who wrote a record: the operator's name, or the beginning of the key. */
export function operatorText(
  { operator, feed }: Pick<RecordRef, "operator" | "feed">,
  feeds: FeedNames,
): string {
  const label = feeds.feeds.get(feed);
  // A key that was rotated away has no name any more, but its feed has.
  const named = label === undefined || feed.startsWith(label) ? undefined : label;
  return printable(feeds.operators.get(operator) ?? named ?? shortText(operator));
}

/** `2026-11-25 12:00:00Z`. */
export function timeText(timeMs: number): string {
  return new Date(timeMs)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, "Z");
}

function signerText(key: string, feeds: FeedNames): string {
  const name = feeds.operators.get(key);
  return name === undefined ? key : `${key} (${printable(name)})`;
}

function unseenText(unseen: readonly Unseen[], feeds: FeedNames, paint: Paint): string {
  if (unseen.length === 0) return "";
  const ranges = unseen.map(({ feed, first, last }) => {
    const from = refText({ feed, index: first }, feeds);
    return first === last ? from : `${from}-${last}`;
  });
  return paint("danger", ` (concurrent: had not seen ${ranges.join(", ")})`);
}

function gist(record: LedgerRecord, names: Names): string {
  if (record.payload === undefined) return "sealed, no key for it here";
  switch (record.kind) {
    case "genesis":
      return `ledger of ${shortText(record.payload.ed25519)}`;
    case "keyset":
      return `fleet ${printable(record.payload.fleet)}: ${counted(Object.keys(record.payload.operators).length, "operator")}, ${counted(record.payload.controllers.length, "controller")}`;
    case "plan":
      return `plan ${shortText(record.payload.plan)}${commitGist(record.payload)}`;
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

function commitGist({ commit, dirty, changed }: PlanPayload): string {
  if (commit === undefined) return "";
  const signed =
    changed?.signature.kind === "good" ? `, signed by ${changed.signature.signer}` : "";
  const at = ` at commit ${commit.slice(0, 10)}${signed}`;
  return printable(dirty === true ? `${at}, with changes that are not committed` : at);
}

function visorLabel(key: string, names: Names): string {
  const label = keyLabel(key, names);
  return printable(label === key ? shortKey(key) : label);
}

const PATHS_SHOWN = 3;

function pathsText(changes: readonly { readonly path: string }[]): string {
  const paths = [...new Set(changes.map((change) => change.path))];
  return someOf(
    paths.map((path) => printable(path)),
    PATHS_SHOWN,
  );
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
