// What a plan has to say as a list of findings, for every report that lists some.
import {
  assert,
  compareNames,
  compareTexts,
  defined,
  type Digest,
  digestOf,
  type Place,
  type VisorKey,
} from "../../core/index.ts";
import type { Change, Plan, PlanVisor, Refusal, Released } from "../../model/index.ts";
import { changeGroups, valueText } from "../change-text.ts";
import { lingeringWho } from "../lingering-text.ts";
import { printable } from "../text.ts";
import { type Rule, type RuleId, ruleIndex, RULES } from "./rules.ts";

/** One thing a plan has to say, for reports that list findings. All texts are plain lines. */
export interface PlanFinding {
  readonly rule: Rule;
  /** Whom it is about; absent when it is about the fleet. */
  readonly visor?: { readonly key: string; readonly name: string };
  /** What and why, without the visor. */
  readonly message: string;
  /** The manifest's line, or its first line where there is none better. */
  readonly place: Place;
  /** Tells findings apart from run to run: the same field has the same, whatever line it stands on. */
  readonly fingerprint: Digest;
}

type Draft = Omit<PlanFinding, "rule" | "fingerprint"> & {
  readonly rule: RuleId;
  readonly identity: readonly string[];
};

/** What a plan has to say, most dangerous first: refusals, then what concerns trust, then the rest. */
export function planFindings(plan: Plan): readonly PlanFinding[] {
  const drafts = [
    ...plan.refusals.map((refusal) => refusalDraft(refusal, plan)),
    ...plan.keysetChanges.map((line): Draft => fleetDraft("change/keyset", line, plan)),
    ...plan.visors.flatMap((visor) => visorDrafts(visor, plan)),
    ...lingeringDrafts(plan),
    ...plan.releasedVisors.flatMap(({ key, released }) => {
      const visor = { key, name: nameOf(key, plan) };
      return released.map((field) => releasedDraft(field, visor, plan));
    }),
  ];
  const seen = new Map<string, number>();
  return drafts
    .map((draft) => ({ draft, path: draft.identity.join(" ") }))
    .toSorted(byDanger)
    .map(({ draft: { identity, rule: id, ...draft } }) => {
      const said = JSON.stringify([id, ...identity]);
      const nth = seen.get(said) ?? 0;
      seen.set(said, nth + 1);
      const rule = RULES[ruleIndex(id)];
      assert(rule !== undefined, "every finding has its rule");
      return { ...draft, rule, fingerprint: digestOf([id, ...identity.map(printable), nth]) };
    });
}

/** A draft with the text that decides where nothing else does. */
interface Sortable {
  readonly draft: Draft;
  readonly path: string;
}

function byDanger(
  { draft: left, path }: Sortable,
  { draft: right, path: other }: Sortable,
): number {
  return (
    ruleIndex(left.rule) - ruleIndex(right.rule) ||
    Number(isRemoval(right)) - Number(isRemoval(left)) ||
    compareNames(left.visor?.name ?? "", right.visor?.name ?? "") ||
    compareTexts(path, other)
  );
}

function isRemoval({ identity }: Draft): boolean {
  return identity.at(-1) === "remove";
}

function visorDrafts(visor: PlanVisor, plan: Plan): readonly Draft[] {
  const who = { key: visor.key, name: printable(visor.name) };
  const here = (rule: RuleId, path: string, says: string, place?: Place): Draft => ({
    rule,
    visor: who,
    message: printable(`${path}: ${says}`),
    place: place ?? placeOf(plan),
    identity: [visor.key, path],
  });
  return [
    ...visor.steps.flatMap(({ changes }) =>
      changes.map((change) => changeDraft(change, who, plan)),
    ),
    ...unseenDrafts(visor, plan),
    ...visor.unsupported.map(({ path, why, place }) => here("leaf/unsupported", path, why, place)),
    ...visor.notCompared.map((path) => here("leaf/not-compared", path, "secret, not compared")),
    ...(visor.notObserved ?? []).map((path) =>
      here("leaf/not-observed", path, "not in the observation, not judged"),
    ),
    ...visor.awaitingRestart.map(({ path, sinceEntry }) =>
      here(
        "leaf/awaiting-restart",
        path,
        `in force after the visor restarts (entry ${sinceEntry})`,
      ),
    ),
    ...(visor.cannotStart ?? []).map(({ app, element, next }) =>
      here("app/cannot-start", `apps.${app}`, `its program ends at ${element}; ${next}`),
    ),
    ...visor.released.map((field) => releasedDraft(field, who, plan)),
  ];
}

function changeDraft(change: Change, visor: PlanFinding["visor"], plan: Plan): Draft {
  const { path, element = "", op, reason, risk } = change;
  const [group] = changeGroups([change], plan.names);
  const verb = change.element === undefined ? "" : `${op} `;
  return {
    rule: `change/${risk}`,
    ...defined({ visor }),
    message: printable(`${path}: ${verb}${group?.what ?? ""} (${group?.notes ?? ""})`),
    place: reason.place.line === 0 ? placeOf(plan) : reason.place,
    identity: [visor?.key ?? "", path, element, op],
  };
}

function unseenDrafts(visor: PlanVisor, plan: Plan): readonly Draft[] {
  if (visor.unseen === undefined) return [];
  const { detail, next } = visor.unseen;
  return [
    {
      rule: visor.status === "impostor" ? "visor/impostor" : "visor/unread",
      visor: { key: visor.key, name: printable(visor.name) },
      message: printable(`${visor.status}: ${detail}; next: ${next}`),
      place: placeOf(plan),
      identity: [visor.key],
    },
  ];
}

function releasedDraft(field: Released, visor: { key: VisorKey; name: string }, plan: Plan): Draft {
  const value = field.value === undefined ? "as it is" : `at ${valueText(field.value, plan.names)}`;
  return {
    rule: field.trust ? "leaf/released-trust" : "leaf/released",
    visor,
    message: printable(`${field.path}: no longer managed, left ${value} (${field.how})`),
    place: placeOf(plan),
    identity: [visor.key, field.path],
  };
}

function lingeringDrafts(plan: Plan): readonly Draft[] {
  return (plan.lingering?.keys ?? []).flatMap((each) =>
    each.ways.map(({ visor, name, path }): Draft => ({
      rule: "trust/lingering",
      visor: { key: visor, name: printable(name) },
      message: printable(
        `${path}: ${lingeringWho(each, plan.names)} ${each.why} and still has a way in`,
      ),
      place: placeOf(plan),
      identity: [visor, path, each.key],
    })),
  );
}

function refusalDraft(refusal: Refusal, plan: Plan): Draft {
  const { guard, visor, path = "", message, measured, limit, override, next, place } = refusal;
  const allow = override === undefined ? "" : `; to allow it: ${override}`;
  const says = `${message}; measured ${measured}, limit ${limit}${allow}; next: ${next}`;
  return {
    rule: `guard/${guard}`,
    ...(visor === undefined ? {} : { visor: { key: visor, name: nameOf(visor, plan) } }),
    message: printable(path === "" ? says : `${path}: ${says}`),
    place: place === undefined || place.line === 0 ? placeOf(plan) : place,
    identity: [visor ?? "", path],
  };
}

function fleetDraft(rule: RuleId, line: string, plan: Plan): Draft {
  return { rule, message: printable(line), place: placeOf(plan), identity: [line] };
}

function nameOf(key: string, { names }: Plan): string {
  return printable((Object.hasOwn(names, key) ? names[key] : undefined) ?? key);
}

function placeOf(plan: Plan): Place {
  return { file: plan.manifest.path === "-" ? "stdin" : plan.manifest.path, line: 1, column: 1 };
}
