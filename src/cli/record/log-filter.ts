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
import { type LedgerRequest, ledgerRequestOf } from "../shell/kept-files.ts";
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

/** Which entries are asked for, from which ledgers, and how they are given. */
export interface LogRequest
  extends LedgerRequest, Pick<LogFilter, "path" | "commit" | "sinceMs" | "untilMs"> {
  /** All kinds when empty, and so with what follows. */
  readonly kinds: readonly EntryKind[];
  /** Visors as the user calls them. */
  readonly visors: readonly string[];
  /** Operators as the user calls them. */
  readonly operators: readonly string[];
  /** Only so many, the newest. */
  readonly last?: number;
  readonly isJson: boolean;
}

/**
 * Reads which entries the options ask for, as far as that can be checked before anything is read.
 * @throws FleetError cli/usage (exit 64)
 */
export function logRequestOf(given: Given, world: World): LogRequest {
  const kinds = given.texts("kind").map((kind) => kindOf(kind));
  const nowMs = world.clock.now();
  const sinceMs = timeOf("since", given.text("since"), nowMs);
  const untilMs = timeOf("until", given.text("until"), nowMs);
  const path = given.text("path");
  const commit = given.text("commit");
  if (commit !== undefined && !/^[0-9a-f]{4,64}$/i.test(commit)) {
    throw usage(
      `--commit takes at least four digits of a git commit, not ${commit}`,
      "write its first digits, such as --commit 1f3a; `git log` lists commits",
    );
  }
  const last = given.count("last");
  return {
    ...ledgerRequestOf(given, world),
    kinds,
    visors: given.texts("visor"),
    operators: given.texts("operator"),
    ...defined({ path, commit, sinceMs, untilMs, last }),
    isJson: given.flag("json"),
  };
}

/**
 * What was asked for, by the names that the records know.
 * @throws FleetError cli/usage, cli/unknown-visor (exit 64)
 */
export function logFilterOf(
  { kinds, visors, operators, path, commit, sinceMs, untilMs }: LogRequest,
  source: RecordsSource,
): LogFilter {
  return {
    ...(visors.length === 0
      ? {}
      : { visors: visors.map((word) => visorKeyOf(word, source.manifest)) }),
    ...(operators.length === 0
      ? {}
      : { operators: operators.flatMap((word) => operatorKeys(word, source)) }),
    ...(kinds.length === 0 ? {} : { kinds }),
    ...defined({ path, commit, sinceMs, untilMs }),
  };
}

function kindOf(text: string): EntryKind {
  const kind = ENTRY_KINDS.find((known) => known === text);
  if (kind !== undefined) return kind;
  throw usage(`${text}: no such kind of entry`, `choose one of ${ENTRY_KINDS.join(", ")}`);
}

function timeOf(name: string, text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined;
  const timeMs = parseTime(text, nowMs);
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
