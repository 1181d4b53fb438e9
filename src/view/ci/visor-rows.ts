// The rows of a Markdown report about visors that have something alike.
import { counted } from "../../core/index.ts";
import {
  type Change,
  changesOf,
  type FieldLeftAlone,
  type Plan,
  type PlanVisor,
} from "../../model/index.ts";
import { type Alike, ALIKE_MIN, earliestEntry, partAlike, withoutPlace } from "../alike.ts";
import {
  circleText,
  inReadingOrder,
  isDangerous,
  type Likeness,
  likenessAmong,
  NAMED_BY_VISOR,
  type PlanLook,
} from "../alike-text.ts";
import { alikeNotes, changeGroups, type ChangeWords } from "../change-text.ts";
import { DANGER_NAMES_LENGTH_MAX, NAMES_LENGTH_MAX, namesText } from "../names-text.ts";
import { lineText, whenAny } from "../text.ts";
import { ignoredNotes, ignoredWhat } from "../ignored-text.ts";
import { leftText, unsupportedGroups } from "../visor-text.ts";
import { codeLine } from "./markdown-text.ts";

/** What a Markdown report says of one visor, or of several that have it alike. */
export interface VisorRows {
  readonly visors: readonly PlanVisor[];
  readonly changes: readonly Change[];
  readonly trustCount: number;
  readonly refusalCount: number;
  /** Lines of a `diff` block, most dangerous first, and the changes each stands for. */
  readonly rows: readonly VisorRow[];
  /** A few plain words for the table. */
  readonly note: string;
}

/** One line of a `diff` block. */
interface VisorRow {
  readonly line: string;
  readonly changes: number;
  readonly trust: number;
}

const SIGNS: Readonly<Record<Change["op"], string>> = { add: "+", change: "!", remove: "-" };
const RISKS: readonly Change["risk"][] = ["trust", "reachability", "app", "label"];

/** One thing that is said of a visor: a change, or a sentence. */
type Said = Change | string;

/**
 * What there is to say of the visors of a plan, most dangerous first; what several have alike is one entry unless it is
 * asked for by visor.
 */
export function visorRows(plan: Plan, { by, order }: PlanLook = {}): readonly VisorRows[] {
  const visors = inReadingOrder(plan.visors, order);
  const saidOf = (visor: PlanVisor): readonly Said[] => [
    ...changesOf(visor),
    ...remarksOf(visor, plan),
  ];
  const { alike, restOf } = partAlike(
    visors,
    saidOf,
    likenessOf(likenessAmong(visors, changesOf, plan.names)),
    by === "visor" ? Number.POSITIVE_INFINITY : ALIKE_MIN,
  );
  return [
    ...alike.map((group) => alikeRowsOf(group, plan)),
    ...visors.map((visor) => rowsOf(visor, restOf(visor), plan)),
  ]
    .filter(({ rows }) => rows.length > 0)
    .map((visor) => ({ visor, danger: dangerOf(visor) }))
    .toSorted(
      (left, right) => left.danger - right.danger || right.visor.trustCount - left.visor.trustCount,
    )
    .map(({ visor }) => visor);
}

function likenessOf(ofChange: Likeness): (said: Said) => string {
  return (said) => (typeof said === "string" ? `? ${withoutPlace(said)}` : ofChange(said));
}

function alikeRowsOf({ owners, things }: Alike<PlanVisor, Said>, plan: Plan): VisorRows {
  const kinds = things.map(changesIn).filter((changes) => changes.length > 0);
  const notes = new Map(kinds.map((changes) => [changes[0], alikeNotes(changes)]));
  const firsts = kinds.flatMap((changes) => changes.slice(0, 1));
  const remarks = things.map(remarksIn).filter((lines) => lines.length > 0);
  const lengthMax = firsts.some(isDangerous) ? DANGER_NAMES_LENGTH_MAX : NAMES_LENGTH_MAX;
  const who = namesText(
    owners.map(({ name }) => name),
    { lengthMax, more: NAMED_BY_VISOR },
  );
  const whats = new Map(kinds.map((same) => [same[0], circleText(same, owners, plan.names)]));
  const all = new Map(kinds.map((same) => [same[0], same]));
  const changes = kinds.flat();
  const states = [...new Set(owners.flatMap(({ unseen, status }) => (unseen ? [status] : [])))];
  const refusalCount = owners.reduce((count, visor) => count + refusalsOf(visor, plan), 0);
  return {
    visors: owners,
    changes,
    refusalCount,
    trustCount: changes.filter(isTrust).length,
    rows: [
      ...changeLines(firsts, plan, {
        notesOf: (change) => notes.get(change) ?? "",
        whatOf: (change) => whats.get(change),
        allOf: (change) => all.get(change) ?? [],
      }),
      ...remarkLines(remarks.map(earliestEntry)),
      { line: codeLine(`  on ${who}`), changes: 0, trust: 0 },
    ],
    note: [...states, ...refusalNotes(refusalCount)].join(", "),
  };
}

function rowsOf(visor: PlanVisor, said: readonly Said[], plan: Plan): VisorRows {
  const changes = changesIn(said);
  const refusalCount = refusalsOf(visor, plan);
  return {
    visors: [visor],
    changes,
    refusalCount,
    trustCount: changes.filter(isTrust).length,
    rows: [...changeLines(changes, plan), ...remarkLines(remarksIn(said))],
    note: noteOf(visor, refusalCount),
  };
}

function changesIn(said: readonly Said[]): readonly Change[] {
  return said.flatMap((each) => (typeof each === "string" ? [] : [each]));
}

function remarksIn(said: readonly Said[]): readonly string[] {
  return said.flatMap((each) => (typeof each === "string" ? [each] : []));
}

function isTrust({ risk }: Change): boolean {
  return risk === "trust";
}

function refusalsOf(visor: PlanVisor, plan: Plan): number {
  return plan.refusals.filter((refusal) => refusal.visor === visor.key).length;
}

function refusalNotes(count: number): readonly string[] {
  return count === 0 ? [] : [counted(count, "refusal")];
}

function dangerOf({ visors, refusalCount, changes }: VisorRows): number {
  if (refusalCount > 0) return 0;
  if (visors.some(({ status }) => status === "impostor")) return 1;
  const risk = RISKS.findIndex((each) => changes.some((change) => change.risk === each));
  return risk < 0 ? RISKS.length + 2 : risk + 2;
}

/** How changes are told, and what each stands for where it does so for others. */
interface LineWords extends ChangeWords {
  readonly allOf?: (change: Change) => readonly Change[];
}

function changeLines(
  changes: readonly Change[],
  { names }: Plan,
  { allOf = (change) => [change], ...words }: LineWords = {},
): readonly VisorRow[] {
  return changeGroups(changes, names, words).map(({ change, changes: joined, what, notes }) => {
    const isTrust = change.risk === "trust";
    const size = joined.flatMap(allOf).length;
    const why = isTrust ? `trust; ${notes}` : notes;
    return {
      line: codeLine(`${SIGNS[change.op]} ${change.path}: ${what} (${why})`),
      changes: size,
      trust: isTrust ? size : 0,
    };
  });
}

function remarkLines(lines: readonly string[]): readonly VisorRow[] {
  return lines.map((line) => ({ line: codeLine(`? ${line}`), changes: 0, trust: 0 }));
}

function remarksOf(visor: PlanVisor, { names }: Plan): readonly string[] {
  const { unseen } = visor;
  return [
    ...(unseen === undefined ? [] : [`${visor.status}: ${unseen.detail}`, `next: ${unseen.next}`]),
    ...unsupportedGroups(visor.unsupported).map(
      ({ path, what, first }) => `${path}: ${what} (${lineText(first.place)}; ${first.why})`,
    ),
    ...(visor.cannotStart ?? []).map(
      ({ app, element, next }) =>
        `apps.${app}: cannot start: its program ends at ${element} (${next})`,
    ),
    ...visor.notCompared.map((path) => `${path}: secret, not compared`),
    ...(visor.notObserved ?? []).map((path) => `${path}: not in the observation`),
    ...(visor.ignored ?? []).map((field) => ignoredText(field, names)),
    ...(visor.leftOut ?? []).map((path) => `${path}: differs, left out (not named by --only)`),
    ...visor.awaitingRestart.map(
      ({ path, sinceEntry }) =>
        `${path}: written, in force after the visor restarts (entry ${sinceEntry})`,
    ),
    ...visor.released.map(({ path, trust, value, how }) => {
      const left = leftText(value === undefined ? {} : { value }, names);
      return `${path}: ${trust ? "trust, " : ""}released, ${left} (${how})`;
    }),
    ...(visor.doubtful ?? []).map(
      ({ path, sinceEntry }) =>
        `${path}: shows as stopped, and its process may still run (entry ${sinceEntry})`,
    ),
  ];
}

function ignoredText(field: FieldLeftAlone, names: Plan["names"]): string {
  return `${field.path}: ${ignoredWhat(field, names)} (${ignoredNotes(field)})`;
}

function noteOf(visor: PlanVisor, refusalCount: number): string {
  const notes =
    (visor.unseen === undefined ? "" : `, ${visor.status}`) +
    (refusalCount === 0 ? "" : `, ${counted(refusalCount, "refusal")}`) +
    whenAny(visor.unsupported.length, "unsupported") +
    whenAny(visor.cannotStart?.length ?? 0, "cannot start") +
    whenAny(visor.notCompared.length, "not compared") +
    whenAny(visor.notObserved?.length ?? 0, "not observed") +
    whenAny(visor.ignored?.length ?? 0, "ignored") +
    whenAny(visor.leftOut?.length ?? 0, "left out") +
    whenAny(visor.awaitingRestart.length, "awaiting restart") +
    whenAny(visor.released.length, "released") +
    whenAny(visor.doubtful?.length ?? 0, "doubtful");
  return notes.slice(", ".length);
}
