// The options of every command that changes who signs.
import type { OptionSpec } from "../shell/command.ts";
import { JSON_OPTION, LOCK_OPTION, MANIFEST_OPTION, OPERATOR_OPTIONS } from "../shell/options.ts";

/** What the commands share that change who signs. */
export const CHANGE_OPTIONS: readonly OptionSpec[] = [
  {
    name: "out",
    value: "FILE",
    about: "where the change goes when more operators must sign it (default keyset-change.json)",
  },
  {
    name: "approved",
    value: "FILE",
    many: true,
    about: "record the change that the others signed in this file",
  },
  { name: "yes", short: "y", about: "do it without asking" },
  LOCK_OPTION,
  MANIFEST_OPTION,
  JSON_OPTION,
  ...OPERATOR_OPTIONS,
];
