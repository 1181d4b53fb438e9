// What a guard refuses, as people read it.
import type { Refusal } from "../model/index.ts";
import { type Paint, placeText, printable } from "./text.ts";
import { keyLabel, type Names } from "./change-text.ts";

/** One refusal: what, which line of the manifest, why, the option that lets it pass, and what to do. */
export function refusalText(refusal: Refusal, names: Names, paint: Paint): string {
  const where = [
    refusal.visor === undefined ? undefined : keyLabel(refusal.visor, names),
    refusal.path,
  ].filter((part) => part !== undefined);
  const lines = [
    `${paint("danger", "!")} ${paint("strong", `refused: ${printable(refusal.guard)}`)}${
      where.length === 0 ? "" : ` on ${printable(where.join(" "))}`
    }`,
    ...(refusal.place === undefined ? [] : [`    at ${placeText(refusal.place)}`]),
    `    why: ${printable(refusal.message)}`,
    `    measured ${printable(refusal.measured)}, limit ${printable(refusal.limit)}`,
    ...(refusal.override === undefined ? [] : [`    to allow it: ${printable(refusal.override)}`]),
    `    next: ${printable(refusal.next)}`,
  ];
  return `${lines.join("\n")}\n`;
}
