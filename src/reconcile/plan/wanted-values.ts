// What plans and records say of leaves that are as wanted, so that a later change of them can be told.
import { canonicalJson } from "../../core/index.ts";
import { digestOfWanted } from "../../ledger/index.ts";
import type { DesiredLeaf, DesiredVisor, SeenVisor, WantedValue } from "../../model/index.ts";
import { foundAt } from "../diff/index.ts";

/** Longer ones, in characters of canonical JSON, are recorded as their digest. */
const RECORDED_LENGTH_MAX = 4_096;

/**
 * What the manifest wants of a leaf. Of arguments and environments, which may hold secrets, only a keyed digest of
 * what is there: `undefined` without a key.
 */
function wantedValue(
  leaf: DesiredLeaf,
  seen: SeenVisor,
  secretDigest: ((text: string) => string) | undefined,
): WantedValue | undefined {
  if (mayHoldSecrets(leaf)) {
    const found = foundAt(seen, leaf.path);
    if (secretDigest === undefined || found.kind !== "value" || found.hidden !== undefined)
      return undefined;
    return { kind: "keyed", keyed: secretDigest(canonicalJson(found.raw)) };
  }
  const wanted = plainWanted(leaf);
  return canonicalJson({ ...wanted }).length <= RECORDED_LENGTH_MAX
    ? wanted
    : { kind: "digest", digest: digestOfWanted(wanted) };
}

/** The same in full, to compare with what a record says in short. */
export function plainWanted(leaf: DesiredLeaf): WantedValue {
  if (leaf.kind === "value") return { kind: "value", value: leaf.value };
  const members = leaf.members.map(({ value }) => value).sort();
  const removed = leaf.removed.map(({ value }) => value).sort();
  return {
    kind: "list",
    members,
    ...(removed.length === 0 ? {} : { removed }),
    ...(leaf.exact ? { exact: true as const } : {}),
  };
}

/** What the manifest wants of these leaves of a visor, by path. */
export function wantedValues(
  desired: DesiredVisor,
  seen: SeenVisor,
  paths: readonly string[],
  secretDigest: ((text: string) => string) | undefined,
): Readonly<Record<string, WantedValue>> {
  return Object.fromEntries(
    paths.flatMap((path) => {
      const leaf = desired.leaves.get(path);
      const wanted = leaf === undefined ? undefined : wantedValue(leaf, seen, secretDigest);
      return wanted === undefined ? [] : [[path, wanted] as const];
    }),
  );
}

function mayHoldSecrets(leaf: DesiredLeaf): boolean {
  const isHiding = leaf.path.endsWith(".args") || leaf.path.endsWith(".env");
  return isHiding || (leaf.kind === "value" && leaf.secrets.length > 0);
}
