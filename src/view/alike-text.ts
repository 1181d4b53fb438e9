// What a plan says of many visors at once: each thing that they have alike on one row, also where each leaves itself out of its list.
import { compareNames, compareTexts, counted, type VisorKey } from "../core/index.ts";
import { type Change, changesOf, type Plan, type PlanVisor } from "../model/index.ts";
import { type Alike, earliestEntry, partAlike, type Parted, withoutPlace } from "./alike.ts";
import { alikeNotes, changeLikeness, changeRows, keyLabel, type Names } from "./change-text.ts";
import { DANGER_NAMES_LENGTH_MAX, NAMES_LENGTH_MAX, namesText } from "./names-text.ts";
import type { Paint } from "./text.ts";
import { type Said, saidOf } from "./visor-text.ts";

// A visor never stands in its own lists: where many visors get each other's keys, no two of them get the same ones.
// Such changes are found here, so that a report says them once.

/** A visor that changes are of. */
interface Owner {
  readonly key: VisorKey;
}

/** Tells what reads alike: the same text for changes that a report says on one row. */
export type Likeness = (change: Change) => string;

/** Fewer keys than this are said one by one. */
const KEYS_MIN = 2;

/**
 * The likeness of changes among visors: by what they say ({@link changeLikeness}), and one for elements of one list
 * that each of the very same visors gets, or loses, all but its own key.
 */
export function likenessAmong<Visor extends Owner>(
  visors: readonly Visor[],
  changesOf: (visor: Visor) => readonly Change[],
  names: Names,
): Likeness {
  const memo = new Map<Change, string>();
  const plain = (change: Change): string => {
    const known = memo.get(change) ?? changeLikeness(change, names);
    memo.set(change, known);
    return known;
  };
  const places = new Map<string, number>(visors.map(({ key }, at) => [key, at]));
  const listed = new Map<string, { readonly change: Change; readonly owners: number[] }>();
  visors.forEach((visor, at) => {
    for (const change of changesOf(visor)) {
      if (change.element === undefined || !places.has(change.element)) continue;
      const like = plain(change);
      const found = listed.get(like) ?? { change, owners: [] };
      found.owners.push(at);
      listed.set(like, found);
    }
  });
  const circles = new Map<string, string[]>();
  for (const [like, { change, owners }] of listed) {
    const own = places.get(change.element ?? "") ?? -1;
    if (owners.includes(own)) continue;
    const circle = `${kindOf(change, names)} ${[...owners, own].toSorted((a, b) => a - b).join()}`;
    const likes = circles.get(circle) ?? [];
    likes.push(like);
    circles.set(circle, likes);
  }
  const joined = new Map<string, string>();
  for (const [circle, likes] of circles) {
    if (likes.length >= KEYS_MIN) for (const like of likes) joined.set(like, circle);
  }
  return (change) => {
    const like = plain(change);
    return joined.get(like) ?? like;
  };
}

/** What a change of a list is, whichever element it is about. */
function kindOf(change: Change, names: Names): string {
  const { element: _, ...others } = change;
  return changeLikeness(others, names);
}

/**
 * What visors get that are alike but for their own key; `undefined` for changes that are the same one.
 * @param changes those of all visors that share a row
 */
export function circleText(
  changes: readonly Change[],
  owners: readonly Owner[],
  names: Names,
): string | undefined {
  const elements = new Set(changes.flatMap(({ element }) => element ?? []));
  if (elements.size < KEYS_MIN) return undefined;
  const own = owners.filter(({ key }) => elements.has(key));
  if (own.length === owners.length) {
    const others = owners.length - 1;
    return others === 1 ? "the other one" : `the other ${others} of these visors`;
  }
  const labels = own.map(({ key }) => keyLabel(key, names));
  const who = namesText(labels, { lengthMax: Number.POSITIVE_INFINITY, more: "" });
  return `${who} (a visor's own key aside)`;
}

// What a plan says of many visors at once: each thing that they have alike on one row, then their names.

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
