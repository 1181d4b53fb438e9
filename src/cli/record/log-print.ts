// The entries that `fleet log` lists, printed piece by piece: a ledger is never held whole for it.
import { entryDocument } from "../../ledger/index.ts";
import { type LogLine, logSummary, logText } from "../../view/index.ts";
import { outPaint } from "../shell/screen.ts";
import type { LogReading } from "./log-reading.ts";
import type { RecordsSource } from "./records-source.ts";
import type { World } from "../shell/world.ts";

/** Lines in one table: enough for even columns, few enough to hold. */
const PART_LENGTH = 500;
const LOG_FORMAT = "fleet.skywire/log/v1";
const LOG_EVENTS_FORMAT = "fleet.skywire/log-events/v1";

/** Prints entries as text, in parts, so that a long ledger is never held at once; at the end the counts. */
export async function printLog(
  lines: AsyncIterable<LogLine>,
  reading: LogReading,
  { names, feeds }: RecordsSource,
  world: World,
  options: { readonly atOnce?: true } = {},
): Promise<void> {
  const paint = outPaint(world);
  const most = options.atOnce === true ? 1 : PART_LENGTH;
  let part: LogLine[] = [];
  for await (const line of lines) {
    part.push(line);
    if (part.length < most) continue;
    world.terminal.out(logText(part, names, feeds, paint));
    part = [];
  }
  world.terminal.out(`${logText(part, names, feeds, paint)}${logSummary(reading.counts, paint)}`);
}

/** Prints one document, entry by entry: the same bytes as printing it whole. */
export async function printLogJson(
  lines: AsyncIterable<LogLine>,
  reading: LogReading,
  { feeds, notes }: RecordsSource,
  world: World,
): Promise<void> {
  world.terminal.out(`{\n  "format": "${LOG_FORMAT}",\n  "entries": [`);
  let count = 0;
  for await (const { record, unseen } of lines) {
    const document = entryDocument(record, { operators: feeds.operators, unseen });
    world.terminal.out(`${count === 0 ? "" : ","}\n    ${indented(document, 4)}`);
    count += 1;
  }
  const tail = { counts: reading.counts, notes };
  world.terminal.out(`${count === 0 ? "]" : "\n  ]"},\n  ${indented(tail, 0).slice(4)}\n`);
}

/** Prints entries as JSON lines, as they come: what follows a ledger has no end that a document could have. */
export async function printLogEvents(
  lines: AsyncIterable<LogLine>,
  reading: LogReading,
  { feeds, notes }: RecordsSource,
  world: World,
): Promise<void> {
  const print = (type: string, facts: object): void =>
    world.terminal.out(
      `${JSON.stringify({ ts: new Date(world.clock.now()).toISOString(), type, ...facts })}\n`,
    );
  print("version", { level: "info", message: LOG_EVENTS_FORMAT });
  for await (const { record, unseen } of lines) {
    print("entry", { entry: entryDocument(record, { operators: feeds.operators, unseen }) });
  }
  print("log_end", { counts: reading.counts, notes });
}

function indented(value: object, depth: number): string {
  return JSON.stringify(value, null, 2).replaceAll("\n", `\n${" ".repeat(depth)}`);
}
