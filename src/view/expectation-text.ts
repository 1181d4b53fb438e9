// The manifest's tests of access, as plan, drift and validate print them.
import { counted } from "../core/index.ts";
import type { CheckedExpectation } from "../model/index.ts";
import { type Paint, placeText, printable } from "./text.ts";

/** So many visors of one test are told; the others are counted. */
const ROWS_MAX = 3;

/**
 * What is not met or not known, each with its visors, and how many are met; empty where there are no tests.
 * @param isRefused what is not met is refused, and told there
 */
export function expectationsText(
  checked: readonly CheckedExpectation[] | undefined,
  paint: Paint,
  isRefused: boolean = false,
): string {
  if (checked === undefined) return "";
  const met = checked.filter(({ result }) => result === "met").length;
  const told = checked.filter(
    ({ result }) => result === "unknown" || (result === "failed" && !isRefused),
  );
  return `${told.map((each) => expectationText(each, paint)).join("")}Tests of access: ${met} of ${checked.length} met.\n`;
}

function expectationText({ text, result, rows, place }: CheckedExpectation, paint: Paint): string {
  const glyph = result === "failed" ? paint("danger", "!") : paint("unknown", "?");
  const word = result === "failed" ? "not met" : "not known";
  const own = rows.filter((row) => row.result === result);
  const shown = own.slice(0, ROWS_MAX).map(({ why }) => `    ${printable(why)}\n`);
  const more =
    own.length > ROWS_MAX ? `    and ${counted(own.length - ROWS_MAX, "more visor")}\n` : "";
  return `${glyph} expected: ${printable(text)}: ${word} (${placeText(place)})\n${shown.join("")}${more}`;
}
