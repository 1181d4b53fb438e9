// Whether two manifests want the same of everybody.
import { canonicalJson, type Json } from "../core/index.ts";
import type { DesiredFleet, DesiredField, DesiredVisor } from "../model/index.ts";
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

function visorMeaning({
  key,
  name,
  tags,
  roles,
  rpc,
  leaves: fields,
  ignores = [],
}: DesiredVisor): Json {
  const values = [...fields.values()].map((field) => [field.path, fieldMeaning(field)]);
  const route = rpc === undefined ? {} : { rpc: { ...rpc } };
  const ignored = ignores.map(({ place: _, ...ignore }) => ({ ...ignore }));
  return { key, name, tags: [...tags], roles: [...roles], leaves: values, ...route, ignored };
}

function fieldMeaning(field: DesiredField): Json {
  if (field.kind === "value") return [writtenOpen(field), [...field.secrets]];
  const keys = (elements: readonly { readonly value: string }[]): Json =>
    elements.map(({ value }) => value);
  return [field.exact, field.anyone === true, keys(field.members), keys(field.removed)];
}
