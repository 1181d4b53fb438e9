// What every command takes that changes who signs, and what it is asked for.
import { type LockRequest, lockRequestOf } from "../ledger/operator.ts";
import type { Given } from "../shell/arguments.ts";
import type { OptionSpec } from "../shell/command.ts";
import { type LedgerRequest, ledgerRequestOf } from "../shell/kept-files.ts";
import { JSON_OPTION, LOCK_OPTION, MANIFEST_OPTION, OPERATOR_OPTIONS } from "../shell/options.ts";
import type { World } from "../shell/world.ts";

const DEFAULT_DOCUMENT = "keyset-change.json";

/** What the commands share that change who signs. */
export const CHANGE_OPTIONS: readonly OptionSpec[] = [
  {
    name: "out",
    value: "FILE",
    about: `where the change goes when more operators must sign it (default ${DEFAULT_DOCUMENT})`,
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

/** How a change of who signs is answered, signed and recorded. */
export interface ChangeRequest extends LedgerRequest, LockRequest {
  /** The question whether to go on was answered. */
  readonly isYes: boolean;
  /** One JSON document is printed instead of text. */
  readonly isJson: boolean;
  /** Where a new document for other operators goes, as the user named it. */
  readonly out: string;
  /** The files of changes that others signed. */
  readonly approved: readonly string[];
}

/** Reads {@link CHANGE_OPTIONS}. @throws FleetError cli/usage (exit 64) */
export function changeRequestOf(given: Given, world: World): ChangeRequest {
  return {
    ...ledgerRequestOf(given, world),
    ...lockRequestOf(given),
    isYes: given.flag("yes"),
    isJson: given.flag("json"),
    out: given.text("out") ?? DEFAULT_DOCUMENT,
    approved: given.texts("approved"),
  };
}
