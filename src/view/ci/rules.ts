// The stable names of what a plan says, by which reports are filtered.
import { type Guard, GUARDS, type Plan, type Risk } from "../../model/index.ts";

/** The stable name of what a finding is about; reports are filtered and muted by it. */
export type RuleId =
  | `guard/${Guard}`
  | `change/${Risk}`
  | "change/keyset"
  | "visor/impostor"
  | "visor/unread"
  | "trust/lingering"
  | "leaf/released-trust"
  | "leaf/released"
  | "leaf/unsupported"
  | "leaf/not-compared"
  | "leaf/not-observed"
  | "leaf/awaiting-restart"
  | "app/cannot-start";

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
export interface GuardRule {
  readonly guard: Guard;
  readonly judges: "planning" | "applying";
  readonly about: string;
}

/** Worst first. */
const JUDGED: Readonly<Record<Guard, readonly [GuardRule["judges"], string]>> = {
  "lock-out": [
    "planning",
    "A controller, or everybody, would lose the way into a visor, or everybody the right to sign.",
  ],
  "would-open": ["planning", "Taking the last key off a list would open it to everybody."],
  "open-exit": ["planning", "An exit would start with an empty whitelist and serve everybody."],
  "port-move": [
    "planning",
    "A port served over dmsg is moved only where its listener can be led to the new local port.",
  ],
  "open-proxy": [
    "planning",
    "A web proxy without a password would listen where more than its own machine reaches it.",
  ],
  expect: ["planning", "A test of access that the manifest writes would fail."],
  removals: ["planning", "The plan would remove more than policy.max_removals allows."],
  "argument-size": [
    "planning",
    "An app would need an argument longer than a program can be given.",
  ],
  "observation-age": [
    "planning",
    "A recorded observation may be no older than policy.max_observation_age.",
  ],
  "signed-commits": [
    "planning",
    "Every commit that changes the manifest must be signed as policy.signed_commits says.",
  ],
  "trust-removals": ["applying", "Keys lose trust, which has a question of its own."],
  released: [
    "applying",
    "Leaves of risk trust are no longer managed, which has a question of its own.",
  ],
  "keyset-change": [
    "applying",
    "Operators, controllers or policy change, which has a question of its own.",
  ],
  "keyset-signatures": [
    "applying",
    "A change of operators, controllers or policy needs as many signatures as the policy says.",
  ],
  operator: ["applying", "Whoever applies must be listed as an operator that may apply."],
  "not-controller": ["applying", "A plan is applied through the controller it was made through."],
  witnesses: [
    "applying",
    "As many witnesses as the policy says must have cosigned a ledger that is gone by.",
  ],
  relays: ["applying", "As many relays as the policy says must hold the ledger."],
  "stale-ledger": [
    "applying",
    "Nobody else may have written, or be writing, to a visor of the plan since it was made.",
  ],
  "used-approval": [
    "applying",
    "A plan is applied once, and an approved decision is carried out once.",
  ],
  expired: ["applying", "A plan may be applied until it expires."],
  "stale-observation": ["applying", "What a plan goes by must have been read lately."],
};

const WORST_FIRST: readonly string[] = Object.keys(JUDGED);

/** Every guard of the model, worst first. */
export const GUARD_RULES: readonly GuardRule[] = GUARDS.map((guard) => {
  const [judges, about] = JUDGED[guard];
  return { guard, judges, about };
}).toSorted((left, right) => WORST_FIRST.indexOf(left.guard) - WORST_FIRST.indexOf(right.guard));

/** Every rule, most dangerous first; the order is the order of findings. */
export const RULES: readonly Rule[] = [
  ...GUARD_RULES.map(({ guard, about }): Rule => ({
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
    "trust/lingering",
    "trust",
    "a key keeps a way in",
    "A key that is no longer wanted keeps a way into the visor once the plan is applied.",
  ),
  rule(
    "leaf/released-trust",
    "trust",
    "trust no longer managed",
    "The manifest lets go of a field that concerns trust; it keeps its value.",
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
    "This visor's release cannot show or take the field; it is never written.",
  ),
  rule(
    "leaf/released",
    "remark",
    "no longer managed",
    "The manifest lets go of a field; it keeps its value.",
  ),
  rule("leaf/not-compared", "remark", "secret not compared", "A secret could not be compared."),
  rule(
    "leaf/not-observed",
    "remark",
    "not in the observation",
    "The recorded observation does not hold the field: it is not judged.",
  ),
  rule(
    "leaf/awaiting-restart",
    "remark",
    "awaits a restart",
    "Written earlier, in force once the visor restarts.",
  ),
  rule(
    "app/cannot-start",
    "remark",
    "an app cannot start",
    "Its program ends as it reads the arguments that the visor has for it.",
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
  guard: GuardRule,
  plan: Pick<Plan, "refusals">,
): "refuses" | "passes" | "later" {
  if (plan.refusals.some((refusal) => refusal.guard === guard.guard)) return "refuses";
  return guard.judges === "planning" ? "passes" : "later";
}

function rule(id: RuleId, level: FindingLevel, title: string, about: string): Rule {
  return { id, level, title, about };
}
