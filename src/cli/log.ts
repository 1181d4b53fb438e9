import { type ExitCode, FleetError, type Json } from "../core/index.ts";
import { ENTRY_KINDS, type LedgerRecord, readLedger } from "../ledger/index.ts";
import { logSummary, logText, type Names } from "../view/index.ts";
import type { Given } from "./arguments.ts";
import type { Command } from "./command.ts";
import { outPaint } from "./look.ts";
import { manifestFacts } from "./names-of-manifest.ts";
import { requireOperator } from "./operator.ts";
import { JSON_OPTION, MANIFEST_OPTION, OPERATOR_OPTIONS } from "./options.ts";
import type { World } from "./world.ts";

const PART_LENGTH = 500;

/** `fleet log`: the entries of the operator's ledger. Repairs nothing. */
export const log: Command = {
  name: "log",
  about: "List the entries of your ledger, oldest first. Reads only, repairs nothing.",
  words: [],
  options: [
    { name: "visor", value: "NAME", about: "only entries about this visor" },
    { name: "kind", value: "KIND", about: `only ${ENTRY_KINDS.join(", ")}` },
    { name: "last", value: "N", about: "only the last N entries" },
    MANIFEST_OPTION,
    JSON_OPTION,
    ...OPERATOR_OPTIONS,
  ],
  examples: ["fleet log", "fleet log --visor shop-3 --kind receipt", "fleet log --last 5 --json"],
  async run(given, world): Promise<ExitCode> {
    const { keys, ledgerFolder: folder } = await requireOperator(given, world);
    const { source, names } = await manifestFacts(given, world);
    const ledger = await readLedger({ files: world.files, folder, feed: keys.feed, keys });
    const visor = given.text("visor");
    const key = source?.desired.visors.find((each) => each.name === visor)?.key ?? visor;
    const records = chosen(ledger.records(), key, given);
    if (given.flag("json")) await printLogJson(records, world);
    else await printLog(records, names, world);
    return 0;
  },
};

/** The records that the options let through. */
async function* chosen(
  records: AsyncIterable<LedgerRecord>,
  visor: string | undefined,
  given: Given,
): AsyncIterable<LedgerRecord> {
  const kind = given.text("kind");
  if (kind !== undefined && !ENTRY_KINDS.some((known) => known === kind)) {
    throw new FleetError("cli/usage", `${kind}: no such kind of entry`, {
      next: `choose one of ${ENTRY_KINDS.join(", ")}`,
      exit: 64,
    });
  }
  const last = given.count("last");
  const kept: LedgerRecord[] = [];
  for await (const record of records) {
    if (kind !== undefined && record.kind !== kind) continue;
    if (visor !== undefined && visorOf(record) !== visor) continue;
    if (last === undefined) yield record;
    else kept.push(record);
    if (kept.length > (last ?? 0)) kept.shift();
  }
  yield* kept;
}

function visorOf(record: LedgerRecord): string | undefined {
  const { payload } = record;
  return payload !== undefined && "visor" in payload && typeof payload.visor === "string"
    ? payload.visor
    : undefined;
}

/** Entries are printed in parts, so that a long ledger is never held at once. */
async function printLog(
  records: AsyncIterable<LedgerRecord>,
  names: Names,
  world: World,
): Promise<void> {
  const paint = outPaint(world);
  let part: LedgerRecord[] = [];
  let count = 0;
  for await (const record of records) {
    part.push(record);
    count += 1;
    if (part.length < PART_LENGTH) continue;
    world.terminal.out(logText(part, names, paint));
    part = [];
  }
  world.terminal.out(`${logText(part, names, paint)}${logSummary(count, paint)}`);
}

/** The same bytes as printing the whole document at once. */
async function printLogJson(records: AsyncIterable<LedgerRecord>, world: World): Promise<void> {
  world.terminal.out('{\n  "format": "fleet.skywire/log/v1",\n  "entries": [');
  let count = 0;
  for await (const record of records) {
    const text = JSON.stringify(entryDocument(record), null, 2).replaceAll("\n", "\n    ");
    world.terminal.out(`${count === 0 ? "" : ","}\n    ${text}`);
    count += 1;
  }
  world.terminal.out(count === 0 ? "]\n}\n" : "\n  ]\n}\n");
}

/** One entry as a document. */
export function entryDocument(record: LedgerRecord): Json {
  return {
    index: record.index,
    kind: record.kind,
    time: new Date(record.timeMs).toISOString(),
    operator: record.operator,
    hash: record.hash,
    sealed: record.sealed,
    payload: record.payload as Json | undefined,
  };
}
