// The options that several commands share, each written once, and what is read from them.
import { defined } from "../../core/index.ts";
import type { Overrides } from "../../model/index.ts";
import type { Given } from "./arguments.ts";
import type { OptionSpec } from "./command.ts";
import { usage } from "./usage.ts";
import type { World } from "./world.ts";

// The options that several commands share, each written once.

/** Options that several commands share, each written once. */
export const JSON_OPTION: OptionSpec = {
  name: "json",
  about: "print one JSON document instead of text",
};

export const EVENTS_OPTION: OptionSpec = {
  name: "events",
  about: "print what happens as JSON lines on standard output, as it happens",
};

export const OUTPUT_OPTION: OptionSpec = {
  name: "output",
  value: "KIND[=FILE]",
  many: true,
  about:
    "print, or write to FILE, for CI: text, json, github, summary, markdown, gitlab, sarif, junit; may be repeated",
};

export const EXPECT_DECISION_OPTION: OptionSpec = {
  name: "expect-decision",
  value: "DIGEST",
  about: "apply only this decision, as the plan or its comment names it: sha256:…",
};

export const ALLOW_REPEAT_OPTION: OptionSpec = {
  name: "allow-repeat",
  value: "N",
  about: "the decision was approved again after exactly N applies of it",
};

export const MANIFEST_OPTION: OptionSpec = {
  name: "manifest",
  value: "FILE",
  about: "the manifest (default fleet.yaml)",
};

export const ON_OPTION: OptionSpec = {
  name: "on",
  value: "SELECTION",
  about: "only these visors: NAME, tag:T, role:R, all; with ! & , and parentheses",
  joins: true,
};

export const ONLY_OPTION: OptionSpec = {
  name: "only",
  value: "FIELD",
  many: true,
  about: "only this value: VISOR/PATH, such as desk/apps.skychat.running; may be repeated",
};

/** Keeping a plan to apply it later. */
export const PLAN_FILE_OPTIONS: readonly OptionSpec[] = [
  {
    name: "out",
    value: "FILE",
    about: "keep the plan for `fleet apply FILE`; signed when there is a key",
  },
  { name: "expires", value: "TIME", about: "how long the plan may be applied (default 1h)" },
];

export const DETAILED_EXITCODE_OPTION: OptionSpec = {
  name: "detailed-exitcode",
  about: "exit with 2 when there are changes",
  aliases: ["exit-code"],
};

/** How much of a big fleet is shown, and for which screen. */
export const LOOK_OPTIONS: readonly OptionSpec[] = [
  {
    name: "by",
    value: "visor",
    about: "show each visor by itself, also what several have alike",
  },
  { name: "summary", about: "show counts only, and in full what decides who reaches a visor" },
  {
    name: "columns",
    value: "N",
    about: "break lines between words at N columns (default: the screen's width, if there is one)",
  },
];

/** How visors are reached. */
export const ACCESS_OPTIONS: readonly OptionSpec[] = [
  {
    name: "rpc",
    value: "ADDRESS",
    about: "RPC of the local visor (default 127.0.0.1:3435; also SKYWIRE_RPC)",
  },
  { name: "via", value: "SCHEME", about: "reach other visors over dmsg (default) or skynet" },
  { name: "timeout", value: "TIME", about: "longest wait for one answer, such as 10s" },
  { name: "parallelism", value: "N", about: "visors read or written to at once (default 64)" },
  {
    name: "dials",
    value: "N",
    about: "connections that wait for a visor's first answer at once (default 256)",
  },
];

/** How long to wait for another writer of our ledger. */
export const LOCK_OPTION: OptionSpec = {
  name: "lock-timeout",
  value: "TIME",
  about: "how long to wait for another writer of the ledger (default 10s)",
};

/** Who signs, and where the ledger is. */
export const OPERATOR_OPTIONS: readonly OptionSpec[] = [
  {
    name: "operator-secret-file",
    value: "FILE",
    about: "the operator's secret, for robots (default: this machine's own)",
  },
];

/** The clock as an input, for plans that come out the same. */
export const NOW_OPTION: OptionSpec = {
  name: "now",
  value: "TIME",
  about: "the time to go by, such as 2026-11-23T12:00:00Z (default: the clock)",
};

/** Planning without any visor. */
export const OBSERVATION_OPTIONS: readonly OptionSpec[] = [
  {
    name: "from-observation",
    value: "FILE",
    about: "plan by a file of `fleet observe`, without network, key or visor",
  },
  {
    name: "base",
    value: "REF",
    about: "with --from-observation: the commit whose manifest says who may sign, and its policy",
  },
  {
    name: "trust",
    value: "FILE",
    about: "with --from-observation: the same, by a manifest that is in force",
  },
];

/** Each allows one thing by name; there is no general force. */
export const OVERRIDE_OPTIONS: readonly OptionSpec[] = [
  {
    name: "allow-removals",
    value: "N",
    about: "allow up to N removals of list elements, apps and ports",
  },
  { name: "allow-trust-removals", value: "N", about: "allow exactly N removals from trust lists" },
  {
    name: "allow-released",
    value: "N",
    about: "allow exactly N trust fields that the manifest lets go",
  },
  {
    name: "allow-trust-loss",
    value: "NAME",
    many: true,
    about: "allow a controller to lose its way into this visor; may be repeated",
  },
  {
    name: "allow-keyset-change",
    about: "allow a change of operators, controllers or policy without being asked",
  },
];

/** What every command takes, whatever else it does. */
export const COMMON_OPTIONS: readonly OptionSpec[] = [
  { name: "verbose", short: "v", about: "say on standard error what is done, line by line" },
  { name: "concise", about: "no progress on standard error" },
];

// What the user allowed by name, one option for each thing.

/** What the user allowed by name on the command line or in the environment. */
export function overridesOf(given: Given): Overrides {
  const removals = given.count("allow-removals");
  const trustRemovals = given.count("allow-trust-removals");
  const released = given.count("allow-released");
  return {
    ...defined({
      allowRemovals: removals,
      allowTrustRemovals: trustRemovals,
      allowReleased: released,
    }),
    allowTrustLoss: [...new Set(given.texts("allow-trust-loss"))].sort(),
    ...(given.flag("allow-keyset-change") ? { allowKeysetChange: true as const } : {}),
  };
}

// The time to go by, where `--now` gives one.

/** `--now`, if it was given. @throws FleetError cli/usage (exit 64) */
export function nowOf(given: Given, world: World): number | undefined {
  const text = given.text("now");
  if (text === undefined) return undefined;
  const nowMs = /^\d{4}-\d\d-\d\d(T[\d:.]+Z)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(nowMs)) return nowMs;
  throw usage(
    `--now takes a time in UTC, not ${JSON.stringify(text)}`,
    `write it as ${new Date(world.clock.now()).toISOString()}`,
  );
}
