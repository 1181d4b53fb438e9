// Which entries of the record are asked for: the same options wherever entries are listed.
import { defined } from "../../core/index.ts";
import {
  ENTRY_KINDS,
  type EntryKind,
  type FeedKey,
  type LogFilter,
  parseTime,
} from "../../ledger/index.ts";
import type { Given } from "../shell/arguments.ts";
import type { OptionSpec } from "../shell/command.ts";
import { visorKeyOf } from "../manifest/named-visor.ts";
import type { RecordsSource } from "./records-source.ts";
import { usage } from "../shell/usage.ts";
import type { World } from "../shell/world.ts";

/** Only what these operators recorded. */
export const BY_OPERATOR_OPTION: OptionSpec = {
  name: "operator",
  value: "NAME",
  many: true,
  about: "only entries of this operator",
};

/** Only what was recorded between two times. */
export const TIME_OPTIONS: readonly OptionSpec[] = [
  { name: "since", value: "TIME", about: "from this time on: RFC 3339, or a while ago as 3d" },
  { name: "until", value: "TIME", about: "up to this time" },
];

/**
 * Which entries the options ask for. Checks at once what can be checked before anything is read.
 * @throws FleetError cli/usage, cli/unknown-visor (exit 64)
 */
export function logFilterOf(given: Given, world: World): (source: RecordsSource) => LogFilter {
  const kinds = given.texts("kind").map((kind) => kindOf(kind));
  const sinceMs = timeOf("since", given, world);
  const untilMs = timeOf("until", given, world);
  const path = given.text("path");
  const commit = given.text("commit");
  if (commit !== undefined && !/^[0-9a-f]{4,64}$/i.test(commit)) {
    throw usage(
      `--commit takes at least four digits of a git commit, not ${commit}`,
      "write its first digits, such as --commit 1f3a; `git log` lists commits",
    );
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
    ...defined({ path, commit, sinceMs, untilMs }),
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
