// Where a value of a manifest comes from, as `fleet explain` prints it.
import type { Explanation } from "../manifest/index.ts";
import type { Origin } from "../model/index.ts";
import { lineText, type Paint, printable } from "./text.ts";
import { ignoredNotes, untilText } from "./ignored-text.ts";
import { keyWithName, type Names, valueText } from "./change-text.ts";

/** What a manifest wants at a path, where it comes from, and what it overrode. */
export function explanationText(explanation: Explanation, names: Names, paint: Paint): string {
  if (explanation.kind === "rules")
    return explanation.leaves.map((field) => fieldText(field, names, paint)).join("");
  const roles =
    explanation.roles.length === 0
      ? "no roles"
      : `roles ${explanation.roles.map(printable).join(", ")}`;
  const head = `${paint("strong", printable(explanation.visor))}  ${explanation.key}  ${lineText(explanation.place)}, ${roles}\n`;
  if (!explanation.owned) {
    return `${head}  ${explanation.path === "" ? "nothing" : printable(explanation.path)} is not named for this visor: fleet does not touch it\n`;
  }
  return head + explanation.leaves.map((field) => fieldText(field, names, paint)).join("");
}

type Leaf = Explanation["leaves"][number];

function fieldText(field: Leaf, names: Names, paint: Paint): string {
  return wantedText(field, names, paint) + ignoredText(field, paint);
}

function ignoredText({ ignored }: Leaf, paint: Paint): string {
  if (ignored === undefined) return "";
  const text = `left alone until ${untilText(ignored.until)} (${ignoredNotes(ignored)})`;
  return `      ${paint("quiet", text)}\n`;
}

function wantedText(field: Leaf, names: Names, paint: Paint): string {
  if (field.kind === "value") {
    const value = `  ${printable(field.path)}: ${paint("strong", valueText(field.value, names))}  ${originText(field.origin, paint)}\n`;
    return value + overrodeText(field.origin, names, paint);
  }
  const manner =
    field.anyone === true ? "anyone" : field.exact ? "exactly these" : "these elements only";
  const members = field.members.map(
    (member) => `    + ${keyWithName(member.value, names)}  ${originText(member.origin, paint)}\n`,
  );
  const removed = field.removed.map(
    (member) => `    - ${keyWithName(member.value, names)}  ${originText(member.origin, paint)}\n`,
  );
  const head = `  ${printable(field.path)}: ${paint("strong", manner)}  ${originText(field.origin, paint)}\n`;
  return head + members.join("") + removed.join("") + overrodeText(field.origin, names, paint);
}

function originText(origin: Origin, paint: Paint): string {
  const parts = [lineText(origin.place)];
  if (origin.role !== undefined) parts.push(`role ${origin.role}`);
  if (origin.via !== undefined) parts.push(`through ${origin.via}`);
  if (origin.byDefault === true) parts.push("not written, the default");
  return paint("quiet", `(${parts.map(printable).join(", ")})`);
}

function overrodeText(origin: Origin, names: Names, paint: Paint): string {
  return (origin.overrode ?? [])
    .map((lost) => {
      const role = lost.role === undefined ? "" : `, role ${printable(lost.role)}`;
      return `      ${paint("quiet", `overrode ${valueText(lost.value, names)} (${lineText(lost.place)}${role})`)}\n`;
    })
    .join("");
}
