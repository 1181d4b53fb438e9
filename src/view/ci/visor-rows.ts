import { counted } from "../../core/index.ts";
import {
  type Change,
  changesOf,
  type IgnoredLeaf,
  type Plan,
  type PlanVisor,
} from "../../model/index.ts";
import { changeGroups } from "../change-text.ts";
import { whenAny } from "../count-text.ts";
import { ignoredNotes, ignoredWhat } from "../ignored-text.ts";
import { lineText } from "../place-text.ts";
import { leftText, unsupportedGroups } from "../remark-text.ts";
import { codeLine } from "./markdown-text.ts";

/** What a Markdown report says of one visor. */
export interface VisorRows {
  readonly visor: PlanVisor;
  readonly changes: readonly Change[];
  readonly trustCount: number;
  readonly refusalCount: number;
  /** Lines of a `diff` block, most dangerous first, and the changes each stands for. */
  readonly rows: readonly VisorRow[];
  /** A few plain words for the table. */
  readonly note: string;
}

/** One line of a `diff` block. */
export interface VisorRow {
  readonly line: string;
  readonly changes: number;
  readonly trust: number;
}

const SIGNS: Readonly<Record<Change["op"], string>> = { add: "+", change: "!", remove: "-" };
const RISKS: readonly Change["risk"][] = ["trust", "reachability", "app", "label"];
const compareNames = new Intl.Collator("en", { numeric: true }).compare;

/** The visors of a plan that there is something to say of, most dangerous first. */
export function visorRows(plan: Plan): readonly VisorRows[] {
  return plan.visors
    .map((visor) => rowsOf(visor, plan))
    .filter(({ rows }) => rows.length > 0)
    .map((visor) => ({ visor, danger: dangerOf(visor) }))
    .toSorted(
      (left, right) =>
        left.danger - right.danger ||
        right.visor.trustCount - left.visor.trustCount ||
        compareNames(left.visor.visor.name, right.visor.visor.name) ||
        (left.visor.visor.key < right.visor.visor.key ? -1 : 1),
    )
    .map(({ visor }) => visor);
}

function rowsOf(visor: PlanVisor, plan: Plan): VisorRows {
  const changes = changesOf(visor);
  const refusalCount = plan.refusals.filter((refusal) => refusal.visor === visor.key).length;
  return {
    visor,
    changes,
    refusalCount,
    trustCount: changes.filter(({ risk }) => risk === "trust").length,
    rows: [...changeLines(changes, plan), ...remarkLines(visor, plan)],
    note: noteOf(visor, refusalCount),
  };
}

function dangerOf({ visor, refusalCount, changes }: VisorRows): number {
  if (refusalCount > 0) return 0;
  if (visor.status === "impostor") return 1;
  const risk = RISKS.findIndex((each) => changes.some((change) => change.risk === each));
  return risk < 0 ? RISKS.length + 2 : risk + 2;
}

function changeLines(changes: readonly Change[], { names }: Plan): readonly VisorRow[] {
  return changeGroups(changes, names).map(({ change, size, what, notes }) => {
    const isTrust = change.risk === "trust";
    const why = isTrust ? `trust; ${notes}` : notes;
    return {
      line: codeLine(`${SIGNS[change.op]} ${change.path}: ${what} (${why})`),
      changes: size,
      trust: isTrust ? size : 0,
    };
  });
}

function remarkLines(visor: PlanVisor, { names }: Plan): readonly VisorRow[] {
  const { unseen } = visor;
  const lines = [
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
    ...(visor.ignored ?? []).map((leaf) => ignoredText(leaf, names)),
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
  return lines.map((line) => ({ line: codeLine(`? ${line}`), changes: 0, trust: 0 }));
}

function ignoredText(leaf: IgnoredLeaf, names: Plan["names"]): string {
  return `${leaf.path}: ${ignoredWhat(leaf, names)} (${ignoredNotes(leaf)})`;
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
