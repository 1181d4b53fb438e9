import type { Plan, Refusal, Risk } from "../../model/index.ts";

/** The stable name of what a finding is about; reports are filtered and muted by it. */
export type RuleId =
  | `guard/${Refusal["guard"]}`
  | `change/${Risk}`
  | "change/keyset"
  | "visor/impostor"
  | "visor/unread"
  | "leaf/released-trust"
  | "leaf/released"
  | "leaf/unsupported"
  | "leaf/not-compared"
  | "leaf/awaiting-restart";

/** How much a finding matters: a guard says no, trust is concerned, or neither. */
export type FindingLevel = "refusal" | "trust" | "remark";

/** One kind of finding. */
export interface Rule {
  readonly id: RuleId;
  readonly level: FindingLevel;
  /** A few words. */
  readonly title: string;
  /** One sentence. */
  readonly about: string;
}

/** A guard, and when it judges. Those that judge while applying say nothing in a plan. */
interface Guard {
  readonly guard: Refusal["guard"];
  readonly judges: "planning" | "applying";
  readonly about: string;
}

/** Every guard, worst first. */
export const GUARDS: readonly Guard[] = [
  {
    guard: "lock-out",
    judges: "planning",
    about: "A controller, or everybody, would lose the way into a visor.",
  },
  {
    guard: "would-open",
    judges: "planning",
    about: "Taking the last key off a list would open it to everybody.",
  },
  {
    guard: "open-exit",
    judges: "planning",
    about: "An exit would start with an empty whitelist and serve everybody.",
  },
  {
    guard: "removals",
    judges: "planning",
    about: "The plan would remove more than policy.max_removals allows.",
  },
  {
    guard: "argument-size",
    judges: "planning",
    about: "An app would need an argument longer than a program can be given.",
  },
  {
    guard: "trust-removals",
    judges: "applying",
    about: "Keys lose trust, which has a question of its own.",
  },
  {
    guard: "released",
    judges: "applying",
    about: "Leaves of risk trust are no longer managed, which has a question of its own.",
  },
  {
    guard: "keyset-change",
    judges: "applying",
    about: "Operators, controllers or policy change, which has a question of its own.",
  },
  {
    guard: "operator",
    judges: "applying",
    about: "Whoever applies must be listed as an operator that may apply.",
  },
  {
    guard: "not-controller",
    judges: "applying",
    about: "A plan is applied through the controller it was made through.",
  },
  { guard: "expired", judges: "applying", about: "A plan may be applied until it expires." },
  {
    guard: "stale-observation",
    judges: "applying",
    about: "What a plan goes by must have been read lately.",
  },
];

/** Every rule, most dangerous first; the order is the order of findings. */
export const RULES: readonly Rule[] = [
  ...GUARDS.map(({ guard, about }): Rule => ({
    id: `guard/${guard}`,
    level: "refusal",
    title: `refused: ${guard}`,
    about,
  })),
  rule(
    "change/keyset",
    "trust",
    "who may sign changes",
    "Operators, controllers or policy differ from what was recorded last.",
  ),
  rule(
    "change/trust",
    "trust",
    "trust change",
    "A key gains or loses a way into a visor, or may see or use more.",
  ),
  rule(
    "visor/impostor",
    "trust",
    "another key answered",
    "Something answered at the visor's address with another key.",
  ),
  rule(
    "leaf/released-trust",
    "trust",
    "trust no longer managed",
    "The manifest lets go of a leaf that concerns trust; it keeps its value.",
  ),
  rule(
    "change/reachability",
    "remark",
    "reachability change",
    "A change of how a visor is reached, or through which ways.",
  ),
  rule(
    "visor/unread",
    "remark",
    "visor not read",
    "The visor could not be read: it is not judged.",
  ),
  rule("change/app", "remark", "app change", "A change of an app or a served port."),
  rule("change/label", "remark", "change", "A change that neither trust nor reachability needs."),
  rule(
    "leaf/unsupported",
    "remark",
    "unsupported here",
    "This visor's release cannot show or take the leaf; it is never written.",
  ),
  rule(
    "leaf/released",
    "remark",
    "no longer managed",
    "The manifest lets go of a leaf; it keeps its value.",
  ),
  rule("leaf/not-compared", "remark", "secret not compared", "A secret could not be compared."),
  rule(
    "leaf/awaiting-restart",
    "remark",
    "awaits a restart",
    "Written earlier, in force once the visor restarts.",
  ),
];

const INDEX_OF_RULE: ReadonlyMap<RuleId, number> = new Map(
  RULES.map(({ id }, index) => [id, index]),
);

/** The place of a rule in {@link RULES}. */
export function ruleIndex(id: RuleId): number {
  return INDEX_OF_RULE.get(id) ?? RULES.length;
}

/** What a plan knows of one guard's answer: it refuses, it had nothing against the plan, or its time is later. */
export function guardVerdict(
  guard: Guard,
  plan: Pick<Plan, "refusals">,
): "refuses" | "passes" | "later" {
  if (plan.refusals.some((refusal) => refusal.guard === guard.guard)) return "refuses";
  return guard.judges === "planning" ? "passes" : "later";
}

function rule(id: RuleId, level: FindingLevel, title: string, about: string): Rule {
  return { id, level, title, about };
}
