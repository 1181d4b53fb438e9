// Who set the values of a visor, as `fleet blame` prints it.
import { counted, defined, type Json, type VisorKey } from "../core/index.ts";
import type { BlamedField, BlameVerdict, FieldSet, MomentRef, RecordRef } from "../ledger/index.ts";
import { type Paint, printable, tableText, whenAny } from "./text.ts";
import { type FeedNames, operatorText, refText, timeText } from "./record-text.ts";
import { keyLabel, type Names, shortKey, valueText } from "./change-text.ts";

const COMMIT_LENGTH = 10;

/** Who answers for the values of one visor. */
export interface Blame {
  readonly visor: VisorKey;
  readonly leaves: readonly BlamedField[];
  /** When the visor was read, unix ms; absent when it was not. */
  readonly readMs?: number;
  /** Why it was not read although it was to be. */
  readonly unread?: string;
  /** Records sealed to others, which may hold more. */
  readonly sealed: number;
}

/** Who set each value, when and from which line, or that others did. The last line counts. */
export function blameText(blame: Blame, names: Names, feeds: FeedNames, paint: Paint): string {
  const name = keyLabel(blame.visor, names);
  const label = name === blame.visor ? "" : `${paint("strong", printable(name))}  `;
  const head = `${label}${name === blame.visor ? printable(blame.visor) : shortKey(blame.visor)}\n`;
  const rows = blame.leaves.map((field) => [
    `  ${glyphOf(field.verdict, paint)} ${printable(field.path)}`,
    fieldValueText(field, names),
    verdictText(field, feeds) + compareText(field, paint),
  ]);
  const unread =
    blame.unread === undefined
      ? ""
      : `${paint("unknown", "?")} not read: ${printable(blame.unread)}\n`;
  return `${head}${tableText(rows)}${unread}${paint("strong", blameSummary(blame))}\n`;
}

function blameSummary({ leaves: fields, readMs, sealed, unread }: Blame): string {
  const count = (kind: BlameVerdict["kind"]): number =>
    fields.filter(({ verdict }) => verdict.kind === kind).length;
  const restarted = fields.filter(({ verdict }) => isByRestart(verdict)).length;
  const how =
    readMs === undefined
      ? `; from the record alone${unread === undefined ? "" : ", the visor could not be read"}`
      : "";
  return (
    `Blame: ${counted(fields.length, "value")}` +
    whenAny(count("fleet"), "set by fleet") +
    whenAny(count("outside") - restarted, "changed outside fleet") +
    whenAny(restarted, "left so by a restart") +
    whenAny(count("unsure"), "of unknown outcome") +
    whenAny(count("never"), "never set by fleet") +
    whenAny(fields.filter(({ notCompared }) => notCompared !== undefined).length, "not compared") +
    whenAny(sealed, "entry sealed to others", "entries sealed to others") +
    `${how}.`
  );
}

/** True for what a restart of the visor left so: nobody changed it. */
export function isByRestart(verdict: BlameVerdict): boolean {
  return verdict.kind === "outside" && verdict.byRestart === true;
}

function glyphOf(verdict: BlameVerdict, paint: Paint): string {
  if (isByRestart(verdict)) return " ";
  if (verdict.kind === "outside") return paint("change", "~");
  return verdict.kind === "unsure" ? paint("unknown", "?") : " ";
}

/** `+ laptop` and `- laptop` for a member and one that is gone, else the value. */
export function fieldValueText(
  { element, value }: { readonly element?: string; readonly value?: Json },
  names: Names,
): string {
  if (element !== undefined) {
    const sign = value === undefined ? "?" : value === true ? "+" : "-";
    return `${sign} ${valueText(element, names)}`;
  }
  return value === undefined ? "(not known)" : valueText(value, names);
}

/** True for a value that `fleet` set, as entries of these feeds say. */
export function isSetBy(verdict: BlameVerdict, who: "us" | "others", { own }: FeedNames): boolean {
  return verdict.kind === "fleet" && (verdict.set.at.feed === own) === (who === "us");
}

/** Who answers for a value, on one line. */
export function verdictText(
  { element, verdict }: Pick<BlamedField, "element" | "verdict">,
  feeds: FeedNames,
): string {
  switch (verdict.kind) {
    case "fleet":
      return (
        setText(verdict.set, feeds) +
        (verdict.acceptedAt === undefined
          ? ""
          : `; found as wanted at ${momentText(verdict.acceptedAt, feeds)}`)
      );
    case "outside": {
      const { set, was, from, to, restartedAtMs, byRestart, acceptedAt } = verdict;
      if (byRestart === true && restartedAtMs !== undefined) {
        const earlier = set === undefined ? "" : `; before that ${setText(set, feeds)}`;
        return `as the visor's start at ${timeText(restartedAtMs)} left it, by auto_start${earlier}`;
      }
      const what =
        restartedAtMs === undefined
          ? "changed outside fleet"
          : `changed outside fleet, or lost when the visor restarted at ${timeText(restartedAtMs)},`;
      const between = `${what} between ${momentText(from, feeds)} and ${momentText(to, feeds, "now")}`;
      const since =
        acceptedAt === undefined
          ? ""
          : `; a manifest of ours wanted it so at ${momentText(acceptedAt, feeds)}`;
      const text = (value: Json): string =>
        fieldValueText({ value, ...defined({ element }) }, feeds.operators);
      if (set === undefined) {
        const wanted = was === undefined || element !== undefined ? "" : ` ${text(was)},`;
        return `${between}; at first it was${wanted} as wanted then${since}`;
      }
      return `${between}; fleet had set ${text(set.value)}: ${setText(set, feeds)}${since}`;
    }
    case "unsure": {
      const { unsure, matches, set } = verdict;
      const what =
        unsure.why === "no-receipt"
          ? "a write was begun and has no receipt"
          : "a write could not be read back";
      const then =
        matches === undefined
          ? ""
          : matches
            ? ", and its value is there"
            : ", and its value is not there";
      const before = set === undefined ? "" : `; before that ${setText(set, feeds)}`;
      return `${what}${then}: ${byText(unsure.at, feeds)}${before}`;
    }
    case "never":
      return "never set by fleet";
  }
}

/** `owner 2026-11-25 12:00:00Z #12, fleet.yaml:5 role base, commit 1f3a…`. */
function setText({ at, origin, commit, afterRestart }: FieldSet, feeds: FeedNames): string {
  const place =
    origin?.file === undefined
      ? ""
      : `, ${printable(origin.file)}${origin.line === undefined ? "" : `:${origin.line}`}`;
  const role = origin?.role === undefined ? "" : ` role ${printable(origin.role)}`;
  const from = commit === undefined ? "" : `, commit ${printable(commit.slice(0, COMMIT_LENGTH))}`;
  return `${byText(at, feeds)}${place}${role}${from}${afterRestart ? ", in force once the visor had restarted" : ""}`;
}

/** `owner 2026-11-25 12:00:00Z #12`. */
export function byText(at: RecordRef, feeds: FeedNames): string {
  return `${operatorText(at, feeds)} ${timeText(at.timeMs)} ${refText(at, feeds)}`;
}

/** A time and the entry that says so; `unrecorded` where none does. */
export function momentText({ timeMs, at }: MomentRef, feeds: FeedNames, unrecorded = ""): string {
  const by = at === undefined ? unrecorded : refText(at, feeds);
  return by === "now" ? by : `${timeText(timeMs)} (${by})`;
}

function compareText({ notCompared }: BlamedField, paint: Paint): string {
  return notCompared === undefined
    ? ""
    : paint("unknown", ` (not compared: ${printable(notCompared)})`);
}

/** The same as a document. */
export function blameDocument(blame: Blame, names: Names, feeds: FeedNames): Json {
  return {
    format: "fleet.skywire/blame/v1",
    visor: blame.visor,
    name: keyLabel(blame.visor, names),
    ...(blame.readMs === undefined ? {} : { read: new Date(blame.readMs).toISOString() }),
    ...defined({ unread: blame.unread }),
    sealed: blame.sealed,
    leaves: blame.leaves.map(({ path, element, value, from, verdict, notCompared }) => ({
      path,
      element,
      value,
      from,
      notCompared,
      ...verdictDocument(verdict, feeds),
    })),
  };
}

/** The same as members of a document. */
export function verdictDocument(
  verdict: BlameVerdict,
  feeds: FeedNames,
): { readonly [key: string]: Json | undefined } {
  switch (verdict.kind) {
    case "fleet":
      return {
        verdict: "set-by-fleet",
        set: setDocument(verdict.set, feeds),
        ...accepted(verdict, feeds),
      };
    case "outside":
      return {
        verdict: verdict.byRestart === true ? "left-by-restart" : "changed-outside-fleet",
        after: momentDocument(verdict.from, feeds),
        before: momentDocument(verdict.to, feeds),
        ...(verdict.restartedAtMs === undefined
          ? {}
          : { restarted: new Date(verdict.restartedAtMs).toISOString() }),
        ...defined({ was: verdict.was }),
        ...(verdict.set === undefined ? {} : { set: setDocument(verdict.set, feeds) }),
        ...accepted(verdict, feeds),
      };
    case "unsure":
      return {
        verdict: "unknown-outcome",
        why: verdict.unsure.why,
        wanted: verdict.unsure.value,
        matches: verdict.matches,
        begun: refDocument(verdict.unsure.at, feeds),
        ...(verdict.set === undefined ? {} : { set: setDocument(verdict.set, feeds) }),
      };
    case "never":
      return { verdict: "never-set-by-fleet" };
  }
}

function accepted(
  { acceptedAt }: { readonly acceptedAt?: MomentRef },
  feeds: FeedNames,
): { readonly [key: string]: Json | undefined } {
  return acceptedAt === undefined ? {} : { accepted: momentDocument(acceptedAt, feeds) };
}

function setDocument(set: FieldSet, feeds: FeedNames): Json {
  const { value, before, lifetime, at, intent, plan, manifest, commit, origin, afterRestart } = set;
  return {
    ...refDocument(at, feeds),
    intent,
    value,
    before,
    lifetime,
    afterRestart,
    plan,
    manifest,
    commit,
    origin: origin === undefined ? undefined : { ...origin },
  };
}

/** Where something is recorded, as documents say it. */
export function refDocument(
  { feed, index, timeMs, operator }: RecordRef,
  feeds: FeedNames,
): { readonly [key: string]: Json | undefined } {
  const time = new Date(timeMs).toISOString();
  return { feed, index, time, operator, name: feeds.operators.get(operator) };
}

/** The same as a document. */
export function momentDocument({ timeMs, at }: MomentRef, feeds: FeedNames): Json {
  const time = new Date(timeMs).toISOString();
  return { time, ...(at === undefined ? {} : { recorded: refDocument(at, feeds) }) };
}
