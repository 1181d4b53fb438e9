// A plan in short: which fields change on how many visors; what decides who reaches a visor stays in full.
import { counted } from "../core/index.ts";
import { type Change, changesOf, type Plan, type PlanVisor } from "../model/index.ts";
import { partAlike } from "./alike.ts";
import { alikeText, isDangerous, likenessAmong, saidLikeness } from "./alike-text.ts";
import { compareChanges, GLYPHS } from "./change-text.ts";
import { type Paint, printable, tableText } from "./text.ts";
import { type Said, saidOf } from "./visor-text.ts";

/**
 * The fields of a plan, most dangerous first, and on how many visors each changes. Changes of trust and reachability,
 * and visors that could not be read, are said in full, whatever the number of visors.
 */
export function visorsSummary(
  visors: readonly PlanVisor[],
  plan: Plan,
  paint: Paint,
): readonly string[] {
  const inFull = partAlike(
    visors,
    (visor) => saidOf(visor, plan.names, paint).filter(isSaidInFull),
    saidLikeness(likenessAmong(visors, changesOf, plan.names)),
    1,
  );
  return [
    inFull.alike.map((group) => alikeText(group, plan, paint)).join(""),
    fieldsText(visors, paint),
  ];
}

function isSaidInFull(said: Said): boolean {
  return "unseen" in said || ("change" in said && isDangerous(said.change));
}

function fieldsText(visors: readonly PlanVisor[], paint: Paint): string {
  const fields = new Map<string, { readonly change: Change; readonly visors: Set<string> }>();
  const changes = visors.flatMap((visor) =>
    changesOf(visor)
      .filter((change) => !isDangerous(change))
      .map((change) => ({ change, key: visor.key })),
  );
  for (const { change, key } of changes.toSorted((left, right) =>
    compareChanges(left.change, right.change),
  )) {
    const like = `${change.op} ${change.path}`;
    const field = fields.get(like) ?? { change, visors: new Set<string>() };
    field.visors.add(key);
    fields.set(like, field);
  }
  return tableText(
    [...fields.values()].map(({ change: { op, path }, visors: on }) => [
      paint(op, GLYPHS[op]),
      printable(path),
      `on ${counted(on.size, "visor")}`,
    ]),
    " ",
  );
}
