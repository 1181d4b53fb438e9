// `fleet log`: the entries of all ledgers on this machine, oldest first.
import type { ExitCode } from "../../core/index.ts";
import { ENTRY_KINDS, LogSieve } from "../../ledger/index.ts";
import type { Command } from "../shell/command.ts";
import { BY_OPERATOR_OPTION, logFilterOf, logRequestOf, TIME_OPTIONS } from "./log-filter.ts";
import { followRecords, LogReading } from "./log-reading.ts";
import { printLog, printLogEvents, printLogJson } from "./log-print.ts";
import { JSON_OPTION, MANIFEST_OPTION, OPERATOR_OPTIONS } from "../shell/options.ts";
import { errLine } from "../shell/print.ts";
import { openRecords } from "./records-source.ts";

/** `fleet log`: what is recorded, of all operators whose feeds are here. Repairs nothing. */
export const log: Command = {
  name: "log",
  about: "List what is recorded, oldest first, with filters. Reads only, repairs nothing.",
  words: [],
  options: [
    {
      name: "visor",
      value: "NAME",
      many: true,
      about: "only entries about this visor (name or key); may be repeated",
    },
    { name: "path", value: "PATH", about: "only entries about this field, or fields below it" },
    BY_OPERATOR_OPTION,
    { name: "kind", value: "KIND", many: true, about: `only ${ENTRY_KINDS.join(", ")}` },
    ...TIME_OPTIONS,
    { name: "commit", value: "COMMIT", about: "all entries of plans made from this git commit" },
    { name: "last", value: "N", about: "only the last N entries" },
    { name: "follow", short: "f", about: "go on printing new entries until interrupted" },
    MANIFEST_OPTION,
    JSON_OPTION,
    ...OPERATOR_OPTIONS,
  ],
  examples: [
    "fleet log",
    "fleet log --visor shop-3 --kind receipt",
    "fleet log --path apps.skysocks --since 3d",
    "fleet log --commit 1f3a",
    "fleet log --last 5 -f",
  ],
  async run(given, world): Promise<ExitCode> {
    const request = logRequestOf(given, world);
    const source = await openRecords(request, world);
    for (const note of source.notes) errLine(world, `note: ${note}`);
    const reading = new LogReading(new LogSieve(logFilterOf(request, source)));
    const past = reading.lines(source.records(), request.last);
    const { isJson } = request;
    if (!given.flag("follow")) {
      if (isJson) await printLogJson(past, reading, source, world);
      else await printLog(past, reading, source, world);
      return 0;
    }
    const stop = world.stopSoftly();
    const lines = async function* (): ReturnType<LogReading["lines"]> {
      yield* past;
      yield* reading.lines(followRecords(source, world, reading, stop));
    };
    if (isJson) await printLogEvents(lines(), reading, source, world);
    else await printLog(lines(), reading, source, world, { atOnce: true });
    return 0;
  },
};
