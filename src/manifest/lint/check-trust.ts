// Keys that keep a way in because nothing in the manifest takes them out.
import { type Place, someOf } from "../../core/index.ts";
import {
  type DesiredVisor,
  type GoneKey,
  letsIn,
  takesOut,
  TRUST_PATHS,
} from "../../model/index.ts";
import { finding, type Linted, type LintFinding } from "./finding.ts";

/** More visors than these are told by their number. */
const NAMED_MAX = 5;

/** A key that is no longer wanted, and where to say so. */
interface Gone extends GoneKey {
  readonly key: string;
  /** As it is written in `remove`. */
  readonly word: string;
  readonly at?: Place;
}

/** Finds keys that are no longer wanted and that some list of a visor may hold still: no line takes them out. */
export function checkKeysThatStay({ desired, goneKeys }: Linted): readonly LintFinding[] {
  const revoked = [...(desired.revoked ?? [])].map(([key, { name, place }]): Gone => ({
    key,
    word: name,
    why: "is revoked",
    at: place,
  }));
  const known = new Set(revoked.map(({ key }) => key));
  const others = [...(goneKeys ?? [])]
    .filter(([key]) => !known.has(key))
    .map(([key, each]): Gone => ({ ...each, key, word: desired.keyNames.get(key) ?? key }));
  return [...revoked, ...others].flatMap((gone) => {
    const left = desired.visors.flatMap((visor) => {
      const lists = listsThatMayHold(visor, gone);
      return lists.length === 0 ? [] : [{ visor, lists }];
    });
    const [first] = left;
    return first === undefined ? [] : [stays(gone, left, gone.at ?? first.visor.place)];
  });
}

function listsThatMayHold(visor: DesiredVisor, { key, visors }: Gone): readonly string[] {
  if (visor.key === key || letsIn(visor, key) || visors?.has(visor.key) === false) return [];
  return TRUST_PATHS.filter((path) => !takesOut(visor.leaves.get(path), key)).map(nameOf);
}

function stays(
  { word, why }: Gone,
  left: readonly { readonly visor: DesiredVisor; readonly lists: readonly string[] }[],
  at: Place,
): LintFinding {
  const places = left.map(({ visor, lists }) => `${visor.name} (${lists.join(", ")})`);
  const where = someOf(places, NAMED_MAX, "visor");
  const lists = [...new Set(left.flatMap((each) => each.lists))];
  const line = lists.map((list) => `${list}: { remove: [${word}] }`).join(", ");
  return finding("key-stays", {
    message: `${word} ${why}, and no line takes it out of the trust lists of ${where}: it may have a way in there`,
    at,
    text: word,
    next: `write trust: { ${line} } there or in a role they have; \`fleet plan\` tells where the key really is`,
  });
}

/** Finds visors, or their roles, that own one trust list whole and leave the other to itself. */
export function checkHalfOwnedTrust({ desired }: Linted): readonly LintFinding[] {
  const found = new Map<string, LintFinding>();
  for (const visor of desired.visors) {
    const owned = TRUST_PATHS.flatMap((path) => visor.leaves.get(path) ?? []);
    const other = TRUST_PATHS.find((path) => !visor.leaves.has(path));
    const [only] = owned;
    if (owned.length !== 1 || only?.kind !== "set" || !only.exact || other === undefined) continue;
    const { place, role } = only.origin;
    const id = `${place.line}:${place.column}`;
    if (found.has(id)) continue;
    const whose = role === undefined ? `of ${visor.name}` : `of role ${role}`;
    found.set(
      id,
      finding("half-owned-trust", {
        message: `${only.path} ${whose} is exact, and nothing is said of ${other}: a key that is taken out of the one keeps its way in by the other`,
        at: place,
        text: nameOf(only.path),
        next: `own the other list too, as in ${nameOf(other)}: [${nameOf(only.path) === "pty" ? "those who are its hypervisors" : "those who may open its terminal"}]; \`fleet show --live ${visor.name} --yaml\` prints what it holds`,
      }),
    );
  }
  return [...found.values()];
}

function nameOf(path: string): string {
  return path.replace("trust.", "");
}
