// What was checked of a proof, and what it is worth.
import { type Paint, printable } from "./text.ts";

/** What was checked of a proof, and what it is worth. */
export interface CheckedProof {
  readonly proved: boolean;
  /** What is proved, or why nothing is: a clause without a period. */
  readonly what: string;
  /** What was checked and held, in order. */
  readonly steps: readonly string[];
}

/** What was checked and held, line by line, then what to know beside it. The last line is the verdict. */
export function proofText(
  { proved, what, steps }: CheckedProof,
  paint: Paint,
  notes: readonly string[] = [],
): string {
  const lines = [
    ...steps.map((step) => `  ${paint("add", "+")} ${printable(step)}\n`),
    ...notes.map((note) => `  ${paint("unknown", "?")} ${printable(note)}\n`),
  ];
  const verdict = `${proved ? "Proved" : "Not proved"}: ${printable(what)}.`;
  return `${lines.join("")}${paint("strong", verdict)}\n`;
}
