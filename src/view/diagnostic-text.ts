// What is wrong with the text of a manifest, as a compiler shows it.
import { counted, type Diagnostic } from "../core/index.ts";
import { excerptText } from "./excerpt-text.ts";
import { type Paint, placeText, printable } from "./text.ts";

/** What is wrong with the user's text: where, what, why and what to do, in the order of the text. */
export function diagnosticsText(diagnostics: readonly Diagnostic[], paint: Paint): string {
  return diagnostics.map((diagnostic) => diagnosticText(diagnostic, paint)).join("");
}

/** `2 errors, 1 warning`. */
export function diagnosticCounts(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error").length;
  const warnings = diagnostics.length - errors;
  return `${counted(errors, "error")}${warnings === 0 ? "" : `, ${counted(warnings, "warning")}`}`;
}

function diagnosticText(diagnostic: Diagnostic, paint: Paint): string {
  const where = diagnostic.at === undefined ? "" : `${placeText(diagnostic.at)}: `;
  const severity = paint(
    diagnostic.severity === "error" ? "remove" : "change",
    diagnostic.severity,
  );
  const text = diagnostic.text === undefined ? "" : `  written: ${printable(diagnostic.text)}\n`;
  const related = (diagnostic.related ?? [])
    .map((other) => `  see ${placeText(other.at)}: ${printable(other.message)}\n`)
    .join("");
  const code = paint("quiet", `[${diagnostic.code}]`);
  return (
    `${where}${severity}: ${printable(diagnostic.message)} ${code}\n` +
    `${excerptText(diagnostic, paint)}${text}${related}  next: ${printable(diagnostic.next)}\n`
  );
}
