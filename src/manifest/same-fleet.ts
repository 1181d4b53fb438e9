// Whether two manifests want the same of everybody.
import { canonicalJson, type Json } from "../core/index.ts";
import type { DesiredFleet, DesiredLeaf, DesiredVisor } from "../model/index.ts";
import { writtenOpen } from "./reading.ts";

/** True when two manifests want the same of everybody, wherever it is written in each. */
export function isSameFleet(left: DesiredFleet, right: DesiredFleet): boolean {
  return meaningOf(left) === meaningOf(right);
}

function meaningOf(desired: DesiredFleet): string {
  const { fleet, operators, controllers, policy, ledger, rules, visors, keyNames } = desired;
  return canonicalJson({
    fleet,
    operators: operators.map(({ place: _, git = [], ...operator }) => ({
      ...operator,
      git: [...git],
    })),
    controllers: [...controllers],
    policy: { ...policy },
    ledger: { ...ledger },
    rules: Object.fromEntries(rules.map(({ path, value }) => [path, value])),
    visors: visors.map(visorMeaning),
    keyNames: Object.fromEntries(keyNames),
  });
}

function visorMeaning({ key, name, tags, roles, rpc, leaves, ignores = [] }: DesiredVisor): Json {
  const values = [...leaves.values()].map((leaf) => [leaf.path, leafMeaning(leaf)]);
  const route = rpc === undefined ? {} : { rpc: { ...rpc } };
  const ignored = ignores.map(({ place: _, ...ignore }) => ({ ...ignore }));
  return { key, name, tags: [...tags], roles: [...roles], leaves: values, ...route, ignored };
}

function leafMeaning(leaf: DesiredLeaf): Json {
  if (leaf.kind === "value") return [writtenOpen(leaf), [...leaf.secrets]];
  const keys = (elements: readonly { readonly value: string }[]): Json =>
    elements.map(({ value }) => value);
  return [leaf.exact, leaf.anyone === true, keys(leaf.members), keys(leaf.removed)];
}
