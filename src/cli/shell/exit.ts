// The exit codes: what each says, and which of several is told.
import type { ExitCode } from "../../core/index.ts";

/** What each exit code of a command says; docs/exit-codes.md is about the same rows. */
export const EXIT_CODES: readonly { readonly code: ExitCode; readonly meaning: string }[] = [
  { code: 0, meaning: "done, or in sync" },
  { code: 1, meaning: "unexpected error" },
  {
    code: 2,
    meaning: "changes pending (only with --detailed-exitcode or --check), or findings of lint",
  },
  { code: 3, meaning: "incomplete: some visors or relays could not be reached, the rest is done" },
  {
    code: 4,
    meaning: "refused: by a guard, a declined prompt, a key, a ledger, or a failed verify",
  },
  {
    code: 5,
    meaning:
      "stale: a visor changed since it was planned, somebody wrote to it since, the decision is not the expected one, or an approval was used",
  },
  { code: 6, meaning: "applied in part: something failed or could not be verified" },
  { code: 64, meaning: "bad usage, or an invalid manifest" },
  { code: 130, meaning: "interrupted by ^C, after a clean stop" },
  { code: 143, meaning: "ended by SIGTERM, after a clean stop" },
];

/** Worst first: of several codes the first one found here is told. */
const PRECEDENCE: readonly ExitCode[] = [1, 64, 143, 130, 4, 6, 5, 3, 2, 0];

/** Joins what several parts of one command say. A refusal after something was written counts as 6. */
export function worstExit(
  codes: readonly ExitCode[],
  options: { readonly wrote?: boolean } = {},
): ExitCode {
  const counted = codes.map((code) => (code === 4 && options.wrote === true ? 6 : code));
  return PRECEDENCE.find((code) => counted.includes(code)) ?? 0;
}
