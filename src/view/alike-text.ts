// What a plan says of many visors at once: each thing that they have alike on one row, then their names.
import { compareNames, compareTexts, counted, type VisorKey } from "../core/index.ts";
import { type Change, changesOf, type Plan, type PlanVisor } from "../model/index.ts";
import { type Alike, earliestEntry, partAlike, type Parted, withoutPlace } from "./alike.ts";
import { circleText, type Likeness, likenessAmong } from "./but-itself.ts";
import { alikeNotes, changeRows } from "./change-text.ts";
import { DANGER_NAMES_LENGTH_MAX, NAMES_LENGTH_MAX, namesText } from "./names-text.ts";
import type { Paint } from "./paint.ts";
import type { Names } from "./value-text.ts";
import { type Said, saidOf } from "./visor-text.ts";

/** How much of a plan is shown, and in which order. */
export interface PlanLook {
  /** `visor`: each visor by itself, whatever it has alike with others. */
  readonly by?: "visor";
  /** Fields and counts only; what decides who reaches a visor is in full. Wins over `by`. */
  readonly isSummary?: boolean;
  /** Visors in the manifest's order; those not in it come last, by name. */
  readonly order?: readonly VisorKey[];
}

/** Where every visor is named whatever is said of it. */
export const NAMED_BY_VISOR = "--by visor names all";

/** Risks of changes whose visors are named as far as that fits. */
export function isDangerous({ risk }: Change): boolean {
  return risk === "trust" || risk === "reachability";
}

/** What the visors of a plan have alike, groups with changes of trust first, and what is left of each. */
export function partPlan(
  visors: readonly PlanVisor[],
  names: Names,
  paint: Paint,
): Parted<PlanVisor, Said> {
  const { alike, restOf } = partAlike(
    visors,
    (visor) => saidOf(visor, names, paint),
    saidLikeness(likenessAmong(visors, changesOf, names)),
  );
  const isTrust = (group: Alike<PlanVisor, Said>): boolean =>
    alikeChanges(group).some(([change]) => change?.risk === "trust");
  return {
    alike: alike.toSorted((left, right) => Number(isTrust(right)) - Number(isTrust(left))),
    restOf,
  };
}

/** The visors of a plan in the order of the keys given, then by name: `shop-2` before `shop-10`. */
export function inReadingOrder<Visor extends Pick<PlanVisor, "key" | "name">>(
  visors: readonly Visor[],
  order: readonly string[] = [],
): readonly Visor[] {
  const at = new Map(order.map((key, index) => [key, index]));
  const rank = ({ key }: Visor): number => at.get(key) ?? order.length;
  return visors.toSorted(
    (left, right) =>
      rank(left) - rank(right) ||
      compareNames(left.name, right.name) ||
      compareTexts(left.key, right.key),
  );
}

/** One group as text: a row for each thing that its visors have alike, why, and who they are. */
export function alikeText(group: Alike<PlanVisor, Said>, plan: Plan, paint: Paint): string {
  const count = counted(group.owners.length, "visor");
  const names = group.owners.map(({ name }) => name);
  const changes = alikeChanges(group);
  const lengthMax = changes.some(([change]) => change !== undefined && isDangerous(change))
    ? DANGER_NAMES_LENGTH_MAX
    : NAMES_LENGTH_MAX;
  const rows = alikeRows(group, plan.names, paint).map(
    ([glyph = "", path = "", what = "", notes = ""]) =>
      `${glyph.trim()} ${paint("strong", count)}: ${path} ${what}\n${notes === "" ? "" : `      ${notes}\n`}`,
  );
  const unseen = group.things.flatMap(([first]) =>
    first !== undefined && "unseen" in first
      ? [
          `${paint("unknown", "?")} ${paint("strong", count)}: ${first.unseen[0]}\n      next: ${first.unseen[1]}\n`,
        ]
      : [],
  );
  const who = namesText(names, { lengthMax, more: NAMED_BY_VISOR });
  return `${rows.join("")}${unseen.join("")}    on ${who}\n`;
}

/** The changes of a group, of each kind every visor's own. */
function alikeChanges(group: Alike<PlanVisor, Said>): readonly (readonly Change[])[] {
  return group.things
    .map((said) => said.flatMap((each) => ("change" in each ? [each.change] : [])))
    .filter((changes) => changes.length > 0);
}

/** Rows of cells, as of one visor. */
function alikeRows(
  group: Alike<PlanVisor, Said>,
  names: Names,
  paint: Paint,
): readonly (readonly string[])[] {
  const kinds = alikeChanges(group);
  const notes = new Map(kinds.map((changes) => [changes[0], alikeNotes(changes)]));
  const whats = new Map(
    kinds.map((changes) => [changes[0], circleText(changes, group.owners, names)]),
  );
  const remarks = group.things.flatMap((said) => {
    const cells = said.flatMap((each) => ("remark" in each ? [each.remark] : []));
    const [first] = cells;
    if (first === undefined) return [];
    return [first.map((_, column) => earliestEntry(cells.map((row) => row[column] ?? "")))];
  });
  const firsts = kinds.flatMap((changes) => changes.slice(0, 1));
  const words = {
    notesOf: (change: Change) => notes.get(change) ?? "",
    whatOf: (change: Change) => whats.get(change),
  };
  return [...changeRows(firsts, names, paint, words), ...remarks];
}

/** The same text for what reads alike. */
export function saidLikeness(likenessOf: Likeness): (said: Said) => string {
  return (said) =>
    "change" in said
      ? likenessOf(said.change)
      : withoutPlace(JSON.stringify("remark" in said ? said.remark : said.unseen));
}
