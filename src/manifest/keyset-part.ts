// The part of a manifest that says who may do what.
import type { Entry, MapTree, Tree } from "./source.ts";

/** Sections that say nothing of who may do what. What this release does not know stays, and is refused. */
const ELSEWHERE: ReadonlySet<string> = new Set(["roles", "whitelists", "watch", "expect"]);

/** The part of a manifest that says who may do what: of visors only the names and keys, for `controllers`. */
export function keysetPart(root: MapTree): MapTree {
  const kept = [...root.entries.values()].filter(({ key }) => !ELSEWHERE.has(key));
  return withEntries(
    root,
    kept.map((entry) => (entry.key === "visors" ? { ...entry, value: keysOnly(entry) } : entry)),
  );
}

function keysOnly({ value }: Entry): Tree {
  if (value.kind !== "map") return value;
  return withEntries(
    value,
    [...value.entries.values()].map((visor) => ({ ...visor, value: keyOnly(visor.value) })),
  );
}

function keyOnly(visor: Tree): Tree {
  if (visor.kind !== "map") return visor;
  const key = visor.entries.get("key");
  return withEntries(visor, key === undefined ? [] : [key]);
}

function withEntries(map: MapTree, entries: readonly Entry[]): MapTree {
  return { ...map, entries: new Map(entries.map((entry) => [entry.key, entry])) };
}
