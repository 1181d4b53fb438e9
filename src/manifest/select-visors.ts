// The visors of a fleet that a selection chooses.
import type { Diagnostic } from "../core/index.ts";
import type { DesiredFleet, DesiredVisor } from "../model/index.ts";
import { select } from "./select.ts";
import { parseSelection } from "./selection.ts";

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
  const parsed = parseSelection(expression);
  const at = { file: source, line: 1, column: 1 };
  const text = expression.slice(0, 80);
  if ("fault" in parsed) {
    const { message, next, offset } = parsed.fault;
    const diagnostic: Diagnostic = {
      code: "selection/syntax",
      severity: "error",
      message,
      at: { ...at, column: offset + 1 },
      text,
      next,
    };
    return { visors: [], diagnostics: [diagnostic] };
  }
  const { visors, unknown } = select(parsed.selection, desired.visors);
  const diagnostics: Diagnostic[] = unknown.map((fault) => ({
    code: "selection/unknown-name",
    severity: "error",
    message: fault.message,
    at,
    text,
    next: fault.next,
  }));
  if (visors.length === 0 && diagnostics.length === 0) {
    diagnostics.push({
      code: "selection/nothing",
      severity: "error",
      message: "this selection matches no visor of the manifest",
      at,
      text,
      next: "take a part of it away to see which part leaves nothing over",
    });
  }
  return { visors, diagnostics };
}
