// What differs between two manifests, as `fleet diff` prints it.
import { counted, type Json, shortCommit } from "../core/index.ts";
import type { FleetDifference, FleetVisorDifference, WantedChange } from "../manifest/index.ts";
import { type Paint, printable, tableText, whenAny } from "./text.ts";
import { type Names, shortKey, valueText } from "./change-text.ts";

/** Two manifests and their difference. */
export interface ManifestDiff {
  /** As the user named the file. */
  readonly path: string;
  /** As the user named the two commits, and what they are. */
  readonly from: NamedCommit;
  readonly to: NamedCommit;
  readonly difference: FleetDifference;
}

/** A commit and how it was named. */
interface NamedCommit {
  readonly text: string;
  readonly commit: string;
}

/** What two manifests come to differently, a block for each visor. The last line counts. */
export function manifestDiffText(diff: ManifestDiff, names: Names, paint: Paint): string {
  const { rules, controllers, visors } = diff.difference;
  const { added, removed } = controllers;
  const fleet = [
    ...rules.flatMap((rule) => rowsOf({ kind: "value", ...rule }, names, paint)),
    ...rowsOf({ ...NO_MEMBERS, path: "controllers", added, removed }, names, paint),
  ];
  const count = (status: FleetVisorDifference["status"]): number =>
    visors.filter((visor) => visor.status === status).length;
  const between = `between ${commitText(diff.from)} and ${commitText(diff.to)}`;
  const last =
    visors.length + fleet.length === 0
      ? `Diff: ${printable(diff.path)} comes to the same ${between}.`
      : `Diff: ${counted(count("changed"), "visor")} changed` +
        whenAny(count("added"), "added") +
        whenAny(count("removed"), "removed") +
        whenAny(fleet.length, "of the whole fleet") +
        ` ${between}.`;
  const head = `${paint("danger", "!")} of the whole fleet\n`;
  return (
    (fleet.length === 0 ? "" : head + tableText(fleet)) +
    visors.map((visor) => visorText(visor, names, paint)).join("") +
    `${paint("strong", last)}\n`
  );
}

/** The same as a document. */
export function manifestDiffDocument({ path, from, to, difference }: ManifestDiff): Json {
  const { rules, controllers, visors } = difference;
  return {
    format: "fleet.skywire/manifest-diff/v1",
    path,
    from: { ...from },
    to: { ...to },
    rules: rules.map((rule) => ({ ...rule })),
    controllers: { added: [...controllers.added], removed: [...controllers.removed] },
    visors: visors.map(({ key, name, status, facts, changes }) => ({
      key,
      name,
      status,
      facts: facts.map((fact) => ({ ...fact })),
      changes: changes.map(changeJson),
    })),
  };
}

function changeJson(change: WantedChange): Json {
  if (change.kind === "value") return { ...change };
  const { added, removed, barred, unbarred } = change;
  return {
    ...change,
    added: [...added],
    removed: [...removed],
    barred: [...barred],
    unbarred: [...unbarred],
  };
}

const NO_MEMBERS = { kind: "members", barred: [], unbarred: [] } as const;

function visorText(visor: FleetVisorDifference, names: Names, paint: Paint): string {
  const { key, name, status, facts, changes } = visor;
  const head = `${glyphOf(status, paint)} ${paint("strong", printable(name))}  ${shortKey(key)}\n`;
  const rows = [
    ...facts.flatMap(({ name: path, ...sides }) =>
      rowsOf({ kind: "value", path, ...sides }, names, paint),
    ),
    ...changes.flatMap((change) => rowsOf(change, names, paint)),
  ];
  return head + tableText(rows);
}

/** A line for each value or member: what happens to which path. */
function rowsOf(change: WantedChange, names: Names, paint: Paint): readonly (readonly string[])[] {
  const line = (glyph: Glyph, text: string): readonly string[] => [
    `    ${glyphOf(glyph, paint)} ${printable(change.path)}`,
    text,
  ];
  if (change.kind === "members") {
    const { added, removed, barred, unbarred } = change;
    const named = (key: string): string => valueText(key, names);
    return [
      ...added.map((key) => line("added", named(key))),
      ...removed.map((key) => line("removed", named(key))),
      ...barred.map((key) => line("added", `${named(key)} must be gone`)),
      ...unbarred.map((key) => line("removed", `${named(key)} must be gone`)),
    ];
  }
  const { before, after } = change;
  if (before === undefined) return [line("added", valueText(after ?? null, names))];
  if (after === undefined) return [line("removed", valueText(before, names))];
  return [line("changed", `${valueText(before, names)} -> ${valueText(after, names)}`)];
}

type Glyph = FleetVisorDifference["status"];

function glyphOf(what: Glyph, paint: Paint): string {
  if (what === "added") return paint("add", "+");
  return what === "removed" ? paint("remove", "-") : paint("change", "~");
}

/** `main~3 (1f3aff0c2d11)`. */
function commitText({ text, commit }: NamedCommit): string {
  return `${printable(text)} (${printable(shortCommit(commit))})`;
}
