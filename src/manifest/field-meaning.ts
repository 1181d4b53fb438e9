// What a resolved value means, apart from where it is written.
import { canonicalJson, type Json } from "../core/index.ts";
import { writtenOpen } from "./reading.ts";
import type { DesiredFleet, DesiredField, DesiredVisor } from "../model/index.ts";

/** The meaning of a field, without where it is written; the empty text for a field that is not owned. */
export function fieldMeaning(field: DesiredField | undefined): string {
  if (field === undefined) return "";
  if (field.kind === "value") return canonicalJson([writtenOpen(field), [...field.secrets]]);
  const keys = (elements: readonly { readonly value: string }[]): Json =>
    elements.map(({ value }) => value);
  return canonicalJson([
    field.exact,
    field.anyone === true,
    keys(field.members),
    keys(field.removed),
  ]);
}

/** What two states of a manifest differ in, without where it is written. */
export interface MeaningDifference {
  /** Absent for what is said of the whole fleet. */
  readonly visor?: string;
  /** The path of a field, or `name`, `tags`, `roles`, `rpc`, `ignore`; of the fleet the name of a section. */
  readonly path: string;
}

/** Everything in which two manifests of the same visors differ, in the order of the visors. */
export function meaningDifferences(
  before: DesiredFleet,
  after: DesiredFleet,
): readonly MeaningDifference[] {
  const byKey = new Map(after.visors.map((visor) => [visor.key, visor]));
  const differences: MeaningDifference[] = [];
  const [one, other] = [fleetMeaning(before), fleetMeaning(after)];
  for (const [path, meaning] of Object.entries(one)) {
    if (meaning !== other[path]) differences.push({ path });
  }
  for (const visor of before.visors) {
    const now = byKey.get(visor.key);
    if (now === undefined) differences.push({ visor: visor.name, path: "key" });
    else
      for (const path of visorDifferences(visor, now)) {
        differences.push({ visor: visor.name, path });
      }
  }
  const known = new Set(before.visors.map(({ key }) => key));
  for (const { key, name } of after.visors) {
    if (!known.has(key)) differences.push({ visor: name, path: "key" });
  }
  return differences;
}

/** The paths in which two records of one visor differ. */
export function visorDifferences(before: DesiredVisor, after: DesiredVisor): readonly string[] {
  const facts = (["name", "tags", "roles", "rpc"] as const).filter(
    (name) => factMeaning(before[name]) !== factMeaning(after[name]),
  );
  const paths = new Set([...before.leaves.keys(), ...after.leaves.keys()]);
  const fields = [...paths].filter(
    (path) => fieldMeaning(before.leaves.get(path)) !== fieldMeaning(after.leaves.get(path)),
  );
  const isSameIgnored = ignoresMeaning(before) === ignoresMeaning(after);
  return [...facts, ...fields, ...(isSameIgnored ? [] : ["ignore"])];
}

function ignoresMeaning({ ignores = [] }: DesiredVisor): string {
  return canonicalJson(ignores.map(({ path, untilMs, because = "" }) => [path, untilMs, because]));
}

function factMeaning(fact: DesiredVisor["name" | "tags" | "roles" | "rpc"]): string {
  if (fact === undefined) return "";
  if (typeof fact === "string") return fact;
  return "scheme" in fact ? `${fact.scheme} ${fact.port}` : canonicalJson([...fact]);
}

function fleetMeaning(desired: DesiredFleet): Readonly<Record<string, string>> {
  const { operators, policy, ledger, controllers, rules, keyNames } = desired;
  return {
    fleet: desired.fleet,
    operators: canonicalJson(
      operators.map(({ name, key, seal = "", feed = "", git = [], may }) => [
        name,
        key,
        seal,
        feed,
        [...git],
        [...may],
      ]),
    ),
    controllers: controllers.join(),
    policy: canonicalJson({ ...policy, maxRemovals: { ...policy.maxRemovals } }),
    ledger: canonicalJson({ ...ledger, relays: [...ledger.relays] }),
    rules: canonicalJson(rules.map(({ path, value }) => [path, value])),
    keys: canonicalJson([...keyNames].map(([key, name]) => [key, name])),
  };
}
