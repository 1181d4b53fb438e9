// Names for found roles, by what they hold.
import { EXIT_PROGRAMS, isTrustField } from "../../model/index.ts";
import type { Fact } from "./facts.ts";

/** Where a role stands among the others. */
export interface RoleRank {
  /** No role has more visors. */
  readonly isWidest: boolean;
  /** More than half of the visors list it. */
  readonly isMost: boolean;
}

/** A name for a role by what it holds. A person will find a better one; this one says what is inside. */
export function nameOfRole(facts: readonly Fact[], { isWidest, isMost }: RoleRank): string {
  if (isWidest && isMost) return "base";
  const apps = namesIn(facts, "apps");
  const running = apps.filter((app) =>
    facts.some(
      (fact) => fact.kind === "value" && fact.path === `apps.${app}.running` && fact.value === true,
    ),
  );
  const [exit] = running.filter((app) => EXIT_PROGRAMS.includes(app));
  if (exit !== undefined) return running.length === 1 ? exit : "exit";
  const [only, another] = running.length > 0 ? running : apps;
  if (only !== undefined) return another === undefined ? only : "apps";
  const [port] = namesIn(facts, "ports");
  if (port !== undefined) return `port-${port}`;
  if (facts.some(({ path }) => isTrustField(path))) return "trusted";
  if (facts.some(({ path }) => path.startsWith("settings."))) return "settings";
  return facts.some(({ path }) => path === "survey") ? "surveyed" : "rewarded";
}

function namesIn(facts: readonly Fact[], section: "apps" | "ports"): readonly string[] {
  const names = facts.flatMap(({ path }) => {
    const [first, name] = path.split(".");
    return first === section && name !== undefined ? [name] : [];
  });
  return [...new Set(names)].sort();
}
