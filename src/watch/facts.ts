// A plan as far as a watch decides by it: visors, differences, refusals and what was applied last.
import { defined, type Digest, type Json, type VisorKey } from "../core/index.ts";
import {
  type Change,
  owedRestartsOf,
  valuesOf,
  DEFAULT_WATCH,
  type DesiredWatch,
  type FeedKey,
  type Plan,
  type PlanVisor,
  type WatchVerb,
  isTrustField,
  STEPS,
} from "../model/index.ts";

const VALUE_LENGTH_MAX = 120;

/** One difference between a visor and the manifest, and what the manifest says is to be done about it. */
export interface Difference {
  /** The same for the same field or element of the same visor, whatever its value. */
  readonly id: string;
  readonly visor: string;
  readonly path: string;
  readonly element?: string;
  /** What is there, short enough to be shown. */
  readonly found: string;
  readonly wanted: string;
  readonly verb: WatchVerb;
  /** Correcting it would take a key out of a list of keys. */
  readonly removesTrust: boolean;
  /** It is of trust, and no rule that fits names trust. */
  readonly isTrustUnnamed: boolean;
  /** Who made it so, as far as known: a sentence without a trailing period. */
  readonly culprit?: string;
}

/** One visor of a plan. */
export interface PlannedVisorFacts {
  readonly name: string;
  readonly isSeen: boolean;
  /** Why it was not read. */
  readonly why?: string;
  readonly differences: readonly Difference[];
}

/** Which manifest was applied last. */
export interface LastApplied {
  readonly digest: Digest;
  /** The entry that says so, and whose ledger it is in. */
  readonly entry: number;
  readonly feed: FeedKey;
  /** When it was written, by the clock of whoever did. */
  readonly timeMs: number;
}

/** A test of access that the manifest writes; `fails` says how, where it does. */
export interface AccessTest {
  readonly text: string;
  readonly fails?: string;
  /** What it hangs on was not seen: whatever was told of it stands. */
  readonly isUnknown?: true;
}

/** What a plan says, as far as deciding goes. */
export interface PlanFacts {
  /** Those that were planned, by name. */
  readonly visors: readonly PlannedVisorFacts[];
  /** What guards refuse; without a visor it is said of the whole run. */
  readonly refusals: readonly { readonly visor?: string; readonly message: string }[];
  /** What a person must answer before anything is written, a sentence each. */
  readonly questions: readonly string[];
  /** The manifest's tests of access, as they stand; none when not given. */
  readonly access?: readonly AccessTest[];
  /** The manifest that was last applied by anybody, as far as ledgers could be read. */
  readonly lastApplied?: LastApplied;
  /** How many entries of each ledger were read. */
  readonly read: ReadonlyMap<FeedKey, number>;
}

/** What {@link factsOf} takes beside the plan. */
export interface FactsInput {
  readonly watch: DesiredWatch | undefined;
  readonly questions: readonly string[];
  readonly lastApplied: LastApplied | undefined;
  readonly read: PlanFacts["read"];
  readonly access?: readonly AccessTest[];
  /** Who made a field what it is, where that is known. */
  readonly culpritOf?: (visor: VisorKey, change: Change) => string | undefined;
}

/** Takes from a plan what deciding goes by. */
export function factsOf(plan: Plan, input: FactsInput): PlanFacts {
  const { questions, lastApplied, read, access } = input;
  const nameOf = new Map(plan.visors.map(({ key, name }) => [key, name]));
  return {
    visors: plan.visors.map((visor) => visorFacts(visor, plan, input)),
    refusals: plan.refusals.map(({ visor, message }) => {
      const name = visor === undefined ? undefined : nameOf.get(visor);
      return { message, ...defined({ visor: name }) };
    }),
    questions,
    read,
    ...defined({ lastApplied, access }),
  };
}

function visorFacts(visor: PlanVisor, plan: Plan, input: FactsInput): PlannedVisorFacts {
  const { watch = DEFAULT_WATCH } = input;
  // A restart that follows from a change is done with it; one that is owed from earlier is told by itself.
  const changes = [...valuesOf(visor), ...owedRestartsOf(visor)];
  return {
    name: visor.name,
    isSeen: visor.observed !== undefined,
    ...defined({ why: visor.unseen?.detail }),
    differences: changes.map((change) => {
      const culprit = input.culpritOf?.(visor.key, change);
      return {
        id: changeId(visor.key, change),
        visor: visor.name,
        path: change.path,
        ...defined({ element: change.element }),
        found:
          change.owedSince === undefined
            ? valueText(change, change.before, plan.names)
            : `as it was started before entry ${change.owedSince}`,
        wanted:
          change.owedSince === undefined
            ? valueText(change, change.after, plan.names)
            : "a restart",
        verb: watchVerbOf(watch, visor.key, change.path),
        removesTrust: isKeyRemoval(change),
        isTrustUnnamed: isTrustUnnamed(watch, visor.key, change.path),
        ...defined({ culprit }),
      };
    }),
  };
}

/** The name of a field or element of a visor, the same in every plan. */
export function changeId(
  visor: VisorKey,
  { path, element }: Pick<Change, "path" | "element">,
): string {
  return element === undefined ? `${visor} ${path}` : `${visor} ${path} ${element}`;
}

/**
 * What is to be done about a field: the last rule that fits decides.
 * @internal tests ask it of rules alone, and simulate watches without plans
 */
export function watchVerbOf(watch: DesiredWatch, visor: VisorKey, path: string): WatchVerb {
  return ruleOf(watch, visor, path)?.verb ?? watch.otherwise;
}

/**
 * True for trust that no rule names. It is not corrected: a key that somebody just took away, because it was lost,
 * must not come back by a rule for everything.
 * @internal tests simulate watches without plans
 */
export function isTrustUnnamed(watch: DesiredWatch, visor: VisorKey, path: string): boolean {
  if (!isTrustField(path)) return false;
  const { fields = [] } = ruleOf(watch, visor, path) ?? {};
  return !fields.some((pattern) => /^trust(\.|$)/.test(pattern));
}

function ruleOf(
  { rules }: DesiredWatch,
  visor: VisorKey,
  path: string,
): DesiredWatch["rules"][number] | undefined {
  return rules.findLast(
    ({ visors, fields }) =>
      (visors === undefined || visors.has(visor)) &&
      (fields === undefined || fields.some((pattern) => fitsField(pattern, path))),
  );
}

/** True for the field that a pattern names, and for those below it; `*` stands for any letters. */
function fitsField(pattern: string, path: string): boolean {
  const literal = pattern.split("*").map((part) => part.replaceAll(/[.\\+^$()[\]{}|?]/g, "\\$&"));
  return new RegExp(`^${literal.join(".*")}(\\..+)?$`).test(path);
}

/** Every key that leaves a list: of trust, of an app, of a port, of the survey. An app or port is no key. */
function isKeyRemoval({ op, element, path, step }: Change): boolean {
  return (
    step === STEPS.revoke || (op === "remove" && (element !== undefined || isTrustField(path)))
  );
}

function valueText(change: Change, value: Json, names: Readonly<Record<string, string>>): string {
  if (change.secrets !== undefined) return "a secret";
  if (change.element !== undefined) {
    const key = change.element;
    const name = Object.hasOwn(names, key) ? names[key] : undefined;
    return `${value === true ? "with" : "without"} ${name ?? key}`;
  }
  const text = value === null ? "absent" : JSON.stringify(value);
  return text.length <= VALUE_LENGTH_MAX ? text : `${text.slice(0, VALUE_LENGTH_MAX - 1)}…`;
}
