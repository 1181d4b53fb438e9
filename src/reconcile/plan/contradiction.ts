// Finds what a plan from a file says against itself: then nobody should apply it.
import {
  canonicalJson,
  hasShape,
  type Json,
  type JsonObject,
  membersOf,
} from "../../core/index.ts";
import {
  type Change,
  type CheckedExpectation,
  checkRelayAddress,
  headShape,
  type Plan,
  type PlanVisor,
  policyShape,
  STEPS,
} from "../../model/index.ts";
import { methodsOf, parseFieldPath } from "../diff/index.ts";
import { countPlan, decisionDigest, wavesOf } from "./plan-head.ts";
import { policyToJson } from "./policy.ts";

const POLICY = policyShape(membersOf);
const HEAD = headShape(membersOf);

/**
 * What a plan says of itself that its own content denies, or `undefined`. Guards and questions go by counts,
 * steps and operations, and writing goes by values and methods: in a plan file that somebody wrote by hand the
 * two could tell different stories, however well its digest fits.
 */
export function contradictionOf(plan: Plan): string | undefined {
  const lack = lackOf(plan);
  if (lack !== undefined) return lack;
  if (!isSame(plan.counts, countPlan(plan.visors, plan.releasedVisors)))
    return "its counts are not those of its changes";
  if (plan.applyable !== (plan.refusals.length === 0)) return "it is applyable and refused at once";
  if (!(plan.expectations ?? []).every(isCounted)) return "a test of access is not as its rows say";
  const failed = (plan.expectations ?? []).some(({ result }) => result === "failed");
  if (failed !== plan.refusals.some(({ guard }) => guard === "expect"))
    return "it fails a test of access and is not refused for it, or the other way round";
  if (plan.decision !== decisionDigest(plan.visors, plan.overrides, plan.policies))
    return "its decision digest does not fit";
  if (!plan.keyset.controllers.every((key) => plan.protected.includes(key)))
    return "it does not protect its controllers";
  const own = canonicalJson(policyToJson(plan.keyset.policy));
  if (!plan.policies.some((policy) => canonicalJson(policyToJson(policy)) === own))
    return "its own policy is not in force";
  const changing = plan.visors.filter(({ status }) => status === "changes").map(({ key }) => key);
  if (hasTwice(plan.visors.map(({ key }) => key))) return "it holds a visor twice";
  if (!isSame(plan.waves, wavesOf(changing, plan.acting, plan.protected)))
    return "its waves are not those of its visors";
  for (const visor of plan.visors) {
    const fault = visorFault(visor);
    if (fault !== undefined) return `${visor.name}: ${fault}`;
  }
  return undefined;
}

/** What no plan of this release is without: guards must not go by a number that is not there. */
function lackOf({ keyset, policies, relays, heads }: Plan): string | undefined {
  if (![keyset.policy, ...policies].every((policy) => hasShape(policy, POLICY)))
    return "its policies lack numbers, as those of fleet 0.1 do";
  if ([relays, heads].some((list) => !Array.isArray(list)))
    return "it does not say where the ledger goes and what it had seen, as plans of fleet 0.1 do not";
  if (!relays.every(isRelay)) return "it names a relay that is no address";
  if (hasTwice(relays)) return "it names a relay twice";
  if (hasTwice(keyset.operators.map(({ key }) => key)))
    return "it lists two operators with one key";
  const feeds = heads.map(({ feed }) => feed);
  if (feeds.join(" ") !== [...new Set(feeds)].toSorted().join(" "))
    return "what it had seen of ledgers is out of order";
  return heads.every((head) => hasShape(head, HEAD))
    ? undefined
    : "it had seen what no ledger can be";
}

function isCounted({ result, rows }: CheckedExpectation): boolean {
  const hasFailed = rows.some((row) => row.result === "failed");
  return result === (hasFailed ? "failed" : rows.length === 0 ? "met" : "unknown");
}

function hasTwice(list: readonly string[]): boolean {
  return new Set(list).size < list.length;
}

function isRelay(relay: string): boolean {
  const checked = checkRelayAddress(relay);
  return "text" in checked && checked.text === relay;
}

function visorFault(visor: PlanVisor): string | undefined {
  const letters = visor.steps.map(({ letter }) => letter);
  if (letters.join("") !== [...new Set(letters)].toSorted().join(""))
    return "its steps are out of order";
  if ((visor.status === "changes") !== visor.steps.length > 0)
    return "its status is not that of its steps";
  for (const { letter, changes } of visor.steps) {
    if (hasTwice(changes.map(({ path, element = "" }) => `${path} ${element}`)))
      return "it changes something twice in one step";
    for (const change of changes) {
      if (change.step !== letter) return `${change.path} stands in another step than it says`;
      if (!visor.owned.includes(change.path)) return `${change.path} is changed and not owned`;
      const fault = changeFault(change);
      if (fault !== undefined) return `${change.path} ${fault}`;
    }
  }
  return undefined;
}

function changeFault(change: Change): string | undefined {
  const leaf = parseFieldPath(change.path);
  const { op, before, after, element, step, method } = change;
  const isRunning = leaf.section === "apps" && leaf.field === "running";
  if (isRunning !== (change.action !== undefined) || isRunning !== (step === STEPS.apps))
    return "is no app action, or not in the step of apps";
  if (isRunning) return undefined;
  const isTrust = leaf.section === "trust";
  if ((isTrust && op === "remove") !== (step === STEPS.revoke)) return "stands in the wrong step";
  if (!(methodsOf(change.path) as readonly string[]).includes(method))
    return `is not written by ${method}`;
  if (isSetPath(change.path) !== (element !== undefined))
    return "is a list and changes by elements only";
  if (element !== undefined && (after !== (op === "add") || before !== (op === "remove"))) {
    return "does not do to its list what it says";
  }
  const isPresence =
    (leaf.section === "apps" && leaf.field === "present") ||
    (leaf.section === "ports" && leaf.field === "open");
  if (isPresence && op !== (after === true ? "add" : "remove")) return "does not do what it says";
  if (
    leaf.section === "apps" &&
    isPresence &&
    method !== (after === true ? "AddApp" : "DeleteApp")
  ) {
    return `is not written by ${method}`;
  }
  const refs = [...new Set(secretsIn(after))].toSorted();
  const named = [...new Set(change.secrets ?? [])].toSorted();
  return isSame(refs, named) ? undefined : "does not name the secrets it needs";
}

function isSetPath(path: string): boolean {
  const { section } = parseFieldPath(path);
  return section === "survey" || section === "trust" || path.endsWith(".whitelist");
}

function secretsIn(value: Json): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  const members = Object.entries(value);
  const [first] = members;
  if (members.length === 1 && first?.[0] === "secret" && typeof first[1] === "string")
    return [first[1]];
  return members.flatMap(([, member]) => (member === undefined ? [] : secretsIn(member)));
}

function isSame(left: object, right: object): boolean {
  return canonicalJson(left as JsonObject) === canonicalJson(right as JsonObject);
}
