// What came of witnessing the ledgers of others.
import { counted } from "../core/index.ts";
import { type Paint, printable, whenAny } from "./text.ts";

/** Why a ledger was not witnessed. */
export interface WitnessRefusal {
  readonly code: string;
  readonly message: string;
  /** What the refusal proves and of whom: a clause without a period. */
  readonly proves: string;
}

/** What came of witnessing one ledger. */
export type WitnessResult = {
  readonly name: string;
  readonly feed: string;
  readonly size: number;
} & (
  | { readonly kind: "cosigned" | "already"; readonly entry: number }
  | ({ readonly kind: "refused" } & WitnessRefusal)
);

/** What came of witnessing, a line for each ledger. The last line counts. */
export function witnessText(results: readonly WitnessResult[], paint: Paint): string {
  const lines = results.map((result) => {
    const about = `${printable(result.name)}: ${counted(result.size, "entry", "entries")}`;
    if (result.kind === "refused") {
      return (
        `  ${paint("remove", "!")} ${about}, refused: ${printable(result.message)} [${result.code}]\n` +
        `      proves: ${printable(result.proves)}\n`
      );
    }
    const says = result.kind === "cosigned" ? "cosigned in" : "witnessed before, in";
    return `  ${paint("add", "+")} ${about}, ${says} entry ${result.entry}\n`;
  });
  const count = (kind: WitnessResult["kind"]): number =>
    results.filter((result) => result.kind === kind).length;
  const last =
    `Witnessed: ${counted(count("cosigned"), "ledger")}` +
    whenAny(count("already"), "witnessed before") +
    whenAny(count("refused"), "refused");
  return `${lines.join("")}${paint("strong", `${last}.`)}\n`;
}
