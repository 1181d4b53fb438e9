import { type ExitCode, FleetError, type Json } from "../core/index.ts";
import { ENTRY_KINDS, type LedgerRecord, readLedger } from "../ledger/index.ts";
import { logText } from "../view/index.ts";
import type { Given } from "./arguments.ts";
import type { Command } from "./command.ts";
import { outPaint } from "./look.ts";
import { manifestFacts } from "./names-of-manifest.ts";
import { requireOperator } from "./operator.ts";
import { JSON_OPTION, MANIFEST_OPTION, OPERATOR_OPTIONS } from "./options.ts";
import { printJson } from "./print.ts";

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
    const records = chosen(ledger.records, key, given);
    if (given.flag("json")) printJson(world, logDocument(records));
    else world.terminal.out(logText(records, names, outPaint(world)));
    return 0;
  },
};

function chosen(
  records: readonly LedgerRecord[],
  visor: string | undefined,
  given: Given,
): readonly LedgerRecord[] {
  const kind = given.text("kind");
  if (kind !== undefined && !ENTRY_KINDS.some((known) => known === kind)) {
    throw new FleetError("cli/usage", `${kind}: no such kind of entry`, {
      next: `choose one of ${ENTRY_KINDS.join(", ")}`,
      exit: 64,
    });
  }
  const matching = records.filter(
    (record) =>
      (kind === undefined || record.kind === kind) &&
      (visor === undefined || visorOf(record) === visor),
  );
  const last = given.count("last");
  return last === undefined ? matching : matching.slice(Math.max(0, matching.length - last));
}

function visorOf(record: LedgerRecord): string | undefined {
  const { payload } = record;
  return payload !== undefined && "visor" in payload && typeof payload.visor === "string"
    ? payload.visor
    : undefined;
}

/** Entries as a document. */
function logDocument(records: readonly LedgerRecord[]): Json {
  return {
    format: "fleet.skywire/log/v1",
    entries: records.map((record) => entryDocument(record)),
  };
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
