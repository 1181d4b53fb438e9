// A visor never stands in its own lists: where many visors get each other's keys, no two of them get the same ones.
// Such changes are found here, so that a report says them once.
import type { VisorKey } from "../core/index.ts";
import type { Change } from "../model/index.ts";
import { changeLikeness } from "./change-text.ts";
import { namesText } from "./names-text.ts";
import { keyLabel, type Names } from "./value-text.ts";

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
