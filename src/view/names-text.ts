// Many names in few words.
import { counted } from "../core/index.ts";
import { printable } from "./text.ts";

/** A run of numbered names is worth a range from this length. */
const RANGE_MIN = 3;
/** How long a list of names may be before the rest is only counted, in characters. */
export const NAMES_LENGTH_MAX = 100;
/** The same where what is said of them decides who reaches a visor. */
export const DANGER_NAMES_LENGTH_MAX = 220;

/**
 * Names in the order given. Numbered ones that follow each other are a range, which leaves none out:
 * `shop-1 to shop-47`. What does not fit is counted, and `more` says where it is named.
 */
export function namesText(
  names: readonly string[],
  { lengthMax = NAMES_LENGTH_MAX, more }: { readonly lengthMax?: number; readonly more: string },
): string {
  const parts = rangesOf(names);
  const shown: string[] = [];
  let length = 0;
  let left = names.length;
  for (const { text, size } of parts) {
    length += text.length + ", ".length;
    if (shown.length > 0 && length > lengthMax) break;
    shown.push(text);
    left -= size;
  }
  return shown.join(", ") + (left === 0 ? "" : ` and ${counted(left, "more visor")} (${more})`);
}

function rangesOf(
  names: readonly string[],
): readonly { readonly text: string; readonly size: number }[] {
  const runs: string[][] = [];
  for (const name of names) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (last !== undefined && successorOf(last) === name) run?.push(name);
    else runs.push([name]);
  }
  return runs.flatMap((run) => {
    const [first = "", last = ""] = [run[0], run.at(-1)].map((name) => printable(name ?? ""));
    return run.length < RANGE_MIN
      ? run.map((name) => ({ text: printable(name), size: 1 }))
      : [{ text: `${first} to ${last}`, size: run.length }];
  });
}

/** `shop-10` after `shop-9`, `shop-10` after `shop-09`; `undefined` for a name without a number at its end. */
function successorOf(name: string): string | undefined {
  const [, digits] = /(\d{1,12})$/.exec(name) ?? [];
  if (digits === undefined) return undefined;
  const next = String(Number(digits) + 1);
  const padded = digits.startsWith("0") ? next.padStart(digits.length, "0") : next;
  return name.slice(0, -digits.length) + padded;
}
