// What reading the facts of one visor works with: the visor, its keys, and where a fact is put.
import { checkVisorKey, hasUnseen, type VisorKey } from "../../core/index.ts";
import type { SeenVisor } from "../../model/index.ts";
import { looksSecret } from "../check-values.ts";
import type { PlanView, Fact } from "./facts.ts";

/** What reading the facts of one visor needs. */
export interface FactCollector {
  readonly seen: SeenVisor;
  readonly planView: PlanView;
  /** Lists that are open to everybody may be written so. */
  readonly open: boolean;
  /** The key that a text is; `undefined` when a manifest could not write it as the visor shows it. */
  readonly keyOf: (text: string) => VisorKey | undefined;
  /** Names of keys that no list may use. */
  readonly revoked: ReadonlyMap<VisorKey, string>;
  readonly put: (fact: Fact) => void;
  readonly note: (sentence: string) => void;
}

/** Letters that only some machines can show. */
const UNKNOWN = /[\p{Private_Use}\p{Unassigned}]/u;
const REFERENCE = /^(env|file):/;

/** Makes the check of keys that all visors of one adoption share: checking the curve is what takes time. */
export function keyChecker(): FactCollector["keyOf"] {
  const known = new Map<string, VisorKey | undefined>();
  return (text) => {
    if (known.has(text)) return known.get(text);
    const checked = checkVisorKey(text);
    const key = "key" in checked && checked.key === text ? checked.key : undefined;
    known.set(text, key);
    return key;
  };
}

/** True for a text that can stand in a manifest as it is. */
export function isPlainText(text: string): boolean {
  return (
    text !== "" &&
    !hasUnseen(text) &&
    !UNKNOWN.test(text) &&
    !looksSecret(text) &&
    !REFERENCE.test(text)
  );
}

/** The members of a list, sorted, or why no manifest can say them. */
export function keysIn(
  collector: FactCollector,
  elements: readonly string[],
): readonly VisorKey[] | string {
  const keys = elements.map((element) => collector.keyOf(element));
  const good = keys.filter((key) => key !== undefined);
  if (good.length < keys.length) return "a member of it is no visor key";
  const revoked = good.flatMap((key) => collector.revoked.get(key) ?? []);
  const [name] = revoked;
  return name === undefined
    ? [...new Set(good)].sort()
    : `${name} is revoked and stands in it; take it out first`;
}
