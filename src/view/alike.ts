// What many visors have alike: found once, so that a report can say it once.

/** So many visors have a thing alike before a report says it of them together. */
export const ALIKE_MIN = 3;

/** Visors with the very same things, in the order in which both were given. */
export interface Alike<Owner, Thing> {
  readonly owners: readonly Owner[];
  /** Of each kind of thing every owner's own. */
  readonly things: readonly (readonly Thing[])[];
}

/** What several have alike, and what is left to say of each by itself. */
export interface Parted<Owner, Thing> {
  readonly alike: readonly Alike<Owner, Thing>[];
  readonly restOf: (owner: Owner) => readonly Thing[];
}

/**
 * Parts things by whether at least {@link ALIKE_MIN} owners have them. Kinds that the very same owners have stand
 * together. The order is that of the first owner, then of its things.
 * @param likeness the same text for things that a report says alike
 */
export function partAlike<Owner, Thing>(
  owners: readonly Owner[],
  thingsOf: (owner: Owner) => readonly Thing[],
  likeness: (thing: Thing) => string,
  ownersMin: number = ALIKE_MIN,
): Parted<Owner, Thing> {
  const byLikeness = new Map<string, Map<number, Thing[]>>();
  const own = owners.map((owner) => thingsOf(owner));
  own.forEach((things, at) => {
    for (const thing of things) {
      const like = likeness(thing);
      const found = byLikeness.get(like) ?? new Map<number, Thing[]>();
      const here = found.get(at) ?? [];
      here.push(thing);
      byLikeness.set(like, found.set(at, here));
    }
  });
  const byOwners = new Map<
    string,
    { readonly at: readonly number[]; readonly things: Thing[][] }
  >();
  for (const found of byLikeness.values()) {
    if (found.size < ownersMin) continue;
    const at = [...found.keys()];
    const group = byOwners.get(at.join()) ?? { at, things: [] };
    group.things.push([...found.values()].flat());
    byOwners.set(at.join(), group);
  }
  const grouped = new Set([...byOwners.values()].flatMap(({ things }) => things.flat()));
  const rest = new Map(
    owners.map((owner, at) => [owner, (own[at] ?? []).filter((thing) => !grouped.has(thing))]),
  );
  return {
    alike: [...byOwners.values()]
      .toSorted((left, right) => (left.at[0] ?? 0) - (right.at[0] ?? 0))
      .map(({ at, things }) => ({
        owners: at.flatMap((index) => owners.slice(index, index + 1)),
        things,
      })),
    restOf: (owner) => rest.get(owner) ?? [],
  };
}

/** The same text for sentences that differ in the ledger's entry only. */
export function withoutPlace(text: string): string {
  return text.replace(/\bentry \d+/g, "entry");
}

/** One sentence for several that differ in the ledger's entry at most: the first entry, `or later`. */
export function earliestEntry(texts: readonly string[]): string {
  const [first = ""] = texts;
  if (texts.every((text) => text === first)) return first;
  const entries = texts.flatMap((text) =>
    [...text.matchAll(/\bentry (\d+)/g)].map(([, n]) => Number(n)),
  );
  return first.replace(/\bentry \d+/, `entry ${Math.min(...entries)} or later`);
}
