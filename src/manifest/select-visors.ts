// The visors of a fleet that a selection chooses.
import type { Diagnostic } from "../core/index.ts";
import type { DesiredFleet, DesiredVisor } from "../model/index.ts";
import { chosenBy } from "./select.ts";

/**
 * The visors that a selection such as `tag:shop & !shop-2` chooses, in the fleet's order. Names, tags
 * and roles that nothing has are errors, and so is a selection that chooses nothing; then `visors` is
 * empty. `source` is what a diagnostic calls the text: an option's name.
 */
export function selectVisors(
  expression: string,
  desired: DesiredFleet,
  source = "--on",
): { readonly visors: readonly DesiredVisor[]; readonly diagnostics: readonly Diagnostic[] } {
  const { visors, faults } = chosenBy(expression, desired.visors);
  const diagnostics = faults.map(({ kind, message, next, offset }): Diagnostic => ({
    code: `selection/${kind}`,
    severity: "error",
    message,
    at: { file: source, line: 1, column: offset + 1 },
    text: expression.slice(0, 80),
    next,
  }));
  return { visors, diagnostics };
}
