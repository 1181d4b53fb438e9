import { type ExitCode, FleetError } from "../core/index.ts";
import {
  ENTRY_KINDS,
  type EntryKind,
  type FeedKey,
  type LogFilter,
  LogSieve,
  parseTime,
} from "../ledger/index.ts";
import type { Given } from "./arguments.ts";
import type { Command } from "./command.ts";
import { followRecords, LogReading } from "./log-reading.ts";
import { printLog, printLogEvents, printLogJson } from "./log-print.ts";
import { visorKeyOf } from "./named-visor.ts";
import { JSON_OPTION, MANIFEST_OPTION, OPERATOR_OPTIONS } from "./options.ts";
import { openRecords, type RecordsSource } from "./records-source.ts";
import type { World } from "./world.ts";
import { errLine } from "./print.ts";

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
    { name: "path", value: "PATH", about: "only entries about this leaf, or leaves below it" },
    { name: "operator", value: "NAME", many: true, about: "only entries of this operator" },
    { name: "kind", value: "KIND", many: true, about: `only ${ENTRY_KINDS.join(", ")}` },
    { name: "since", value: "TIME", about: "from this time on: RFC 3339, or a while ago as 3d" },
    { name: "until", value: "TIME", about: "up to this time" },
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
    const filter = filterOf(given, world);
    const source = await openRecords(given, world);
    for (const note of source.notes) errLine(world, `note: ${note}`);
    const reading = new LogReading(new LogSieve(filter(source)));
    const past = reading.lines(source.records(), given.count("last"));
    const isJson = given.flag("json");
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

/** Checks what can be checked before anything is read. */
function filterOf(given: Given, world: World): (source: RecordsSource) => LogFilter {
  const kinds = given.texts("kind").map((kind) => kindOf(kind));
  const sinceMs = timeOf("since", given, world);
  const untilMs = timeOf("until", given, world);
  const path = given.text("path");
  const commit = given.text("commit");
  if (commit !== undefined && !/^[0-9a-f]{4,64}$/i.test(commit)) {
    throw usage(`--commit takes at least four digits of a git commit, not ${commit}`);
  }
  const visors = given.texts("visor");
  const operators = given.texts("operator");
  return (source) => ({
    ...(visors.length === 0
      ? {}
      : { visors: visors.map((word) => visorKeyOf(word, source.manifest)) }),
    ...(operators.length === 0
      ? {}
      : { operators: operators.flatMap((word) => operatorKeys(word, source)) }),
    ...(kinds.length === 0 ? {} : { kinds }),
    ...(path === undefined ? {} : { path }),
    ...(commit === undefined ? {} : { commit }),
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(untilMs === undefined ? {} : { untilMs }),
  });
}

function kindOf(text: string): EntryKind {
  const kind = ENTRY_KINDS.find((known) => known === text);
  if (kind !== undefined) return kind;
  throw usage(`${text}: no such kind of entry`, `choose one of ${ENTRY_KINDS.join(", ")}`);
}

function timeOf(name: string, given: Given, world: World): number | undefined {
  const text = given.text(name);
  if (text === undefined) return undefined;
  const timeMs = parseTime(text, world.clock.now());
  if (timeMs !== undefined) return timeMs;
  throw usage(
    `--${name} takes a time, not ${JSON.stringify(text)}`,
    "write 2026-11-25, 2026-11-25T12:00:00Z, or a while ago such as 90s, 3h, 2d, 1w",
  );
}

/** The keys of an operator: by name, by key, or of a feed by the beginning of its key. */
function operatorKeys(word: string, { feeds }: RecordsSource): NonNullable<LogFilter["operators"]> {
  const keys = [...feeds.operators].flatMap(([key, name]) =>
    name === word || key === word ? [key] : [],
  );
  const own = [...feeds.feeds].flatMap(([feed, name]) =>
    name === word || (word.length >= 8 && feed.startsWith(word)) ? [feed] : [],
  );
  const isKey = /^ed25519:[0-9a-f]{64}$/.test(word);
  const found = [...keys, ...own, ...(isKey ? [word] : [])];
  if (found.length > 0) return found as (FeedKey & NonNullable<LogFilter["operators"]>[number])[];
  throw usage(`no operator is named "${word}"`, "name an operator of the manifest, or give a key");
}

function usage(message: string, next = "read `fleet log --help`"): FleetError {
  return new FleetError("cli/usage", message, { next, exit: 64 });
}
