import { canonicalJson, type JsonObject } from "../../core/index.ts";
import type { DesiredFleet, Keyset, Policy } from "../../model/index.ts";
import { type History, policyToJson } from "./history.ts";

/** Who may do what, as the manifest says. */
export function keysetOf(desired: DesiredFleet): Keyset {
  return {
    operators: desired.operators
      .map(({ name, key, seal, may }) => ({
        name,
        key,
        ...(seal === undefined ? {} : { seal }),
        may: may.toSorted(),
      }))
      .toSorted((left, right) => (left.name < right.name ? -1 : 1)),
    controllers: desired.controllers.toSorted(),
    policy: desired.policy,
  };
}

/** How the manifest's keyset differs from the recorded one, a sentence each; empty without a recorded one. */
export function keysetChanges(wanted: Keyset, history: History): readonly string[] {
  const recorded = history.known ? history.keyset : undefined;
  if (recorded === undefined) return [];
  const changes: string[] = [];
  const before = new Map(recorded.operators.map((operator) => [operator.name, operator]));
  for (const operator of wanted.operators) {
    const earlier = before.get(operator.name);
    before.delete(operator.name);
    if (earlier === undefined)
      changes.push(`operator ${operator.name} is added (${operator.may.join(", ")})`);
    else if (text(earlier) !== text(operator)) changes.push(`operator ${operator.name} changes`);
  }
  for (const name of before.keys()) changes.push(`operator ${name} is removed`);
  const controllers = new Set(recorded.controllers);
  for (const key of wanted.controllers) {
    if (!controllers.delete(key)) changes.push(`controller ${key} is added`);
  }
  for (const key of controllers) changes.push(`controller ${key} is removed`);
  const [was, is] = [policyToJson(recorded.policy), policyToJson(wanted.policy)];
  if (was.max_removals !== is.max_removals) {
    changes.push(`policy.max_removals changes from ${was.max_removals} to ${is.max_removals}`);
  }
  return changes;
}

/** The policies in force: both, while they differ, so that a manifest cannot loosen the rules it is judged by. */
export function policiesInForce(wanted: Keyset, history: History): readonly Policy[] {
  const recorded = history.known ? history.keyset?.policy : undefined;
  const differs =
    recorded !== undefined && text(policyToJson(recorded)) !== text(policyToJson(wanted.policy));
  return differs ? [wanted.policy, recorded] : [wanted.policy];
}

function text(value: object): string {
  return canonicalJson(sortedMay(value) as JsonObject);
}

/** Two operators are equal whatever the order of what they may do. */
function sortedMay(value: object): object {
  return "may" in value && Array.isArray(value.may)
    ? { ...value, may: value.may.map(String).toSorted() }
    : value;
}
