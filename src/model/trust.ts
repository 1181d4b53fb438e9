// Who has a way into a visor by what a manifest says of its trust lists.
import type { DesiredLeaf, DesiredVisor } from "./desired.ts";

/** The leaves whose members have a way into a visor. */
export const TRUST_PATHS = ["trust.hypervisors", "trust.pty"] as const;

/** One of {@link TRUST_PATHS}. */
export type TrustPath = (typeof TRUST_PATHS)[number];

/** The leaves whose members reach into a visor: besides {@link TRUST_PATHS} who may copy files to it and from it. */
export const ACCESS_PATHS = ["trust.hypervisors", "trust.pty", "trust.dmsgscp"] as const;

/** One of {@link ACCESS_PATHS}. */
export type AccessPath = (typeof ACCESS_PATHS)[number];

/** True for every field of the `trust` section: who may manage a visor, copy files, or run commands by its RPC. */
export function isTrustField(path: string): boolean {
  return path.startsWith("trust.");
}

/** True when a list of a manifest says that a key must not be in it: an exact list of others, or one that removes it. */
export function takesOut(leaf: DesiredLeaf | undefined, key: string): boolean {
  if (leaf?.kind !== "set") return false;
  const has = (elements: readonly { readonly value: string }[]): boolean =>
    elements.some(({ value }) => value === key);
  return leaf.exact ? leaf.anyone !== true && !has(leaf.members) : has(leaf.removed);
}

/** True when a manifest wants a key in any trust list of a visor. */
export function letsIn({ leaves }: Pick<DesiredVisor, "leaves">, key: string): boolean {
  return TRUST_PATHS.some((path) => {
    const leaf = leaves.get(path);
    return leaf?.kind === "set" && leaf.members.some(({ value }) => value === key);
  });
}
