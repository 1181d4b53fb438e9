// Who can manage what as `fleet trust` prints it: a table, what a key reaches, a chain, and graphs for other programs.
import { compareTexts, defined, counted, type Json, type VisorKey } from "../core/index.ts";
import type {
  Doubt,
  KeyOnVisors,
  Reached,
  TrustReport,
  TrustRow,
  Use,
  Way,
  WhoRow,
} from "../trust/index.ts";
import { partAlike } from "./alike.ts";
import { keyLabel, type Names } from "./change-text.ts";
import { DANGER_NAMES_LENGTH_MAX, namesText } from "./names-text.ts";
import { type Paint, printable, tableText } from "./text.ts";

const NAMED_BY_JSON = "`--json` names them";
const DANGER = { lengthMax: DANGER_NAMES_LENGTH_MAX, more: NAMED_BY_JSON };

/** One line a visor and key; visors with the same lines share them. Then what is open, what is not known, and a count. */
export function trustText(report: TrustReport, names: Names, paint: Paint): string {
  const { rows, undeclared, singlePoints } = report;
  const label = (key: string): string => keyLabel(key, names);
  const whoCells = ({ key, by, via, includes }: WhoRow): readonly string[] => [
    label(key),
    by
      .map((each) => (each === "pushed" ? `pushed by ${via.map(label).join(", ")}` : each))
      .join(", "),
    includes.join(", "),
  ];
  const cellsOf = (who: readonly WhoRow[]): readonly (readonly string[])[] => {
    const readers = who.filter(isReader).length;
    const rest = readers === 0 ? [] : [[counted(readers, "more key"), "survey", "survey"]];
    return [...who.filter((each) => !isReader(each)).map(whoCells), ...rest];
  };
  const { alike, restOf } = partAlike(
    rows,
    (row) => [cellsOf(row.who)],
    (cells) => JSON.stringify(cells),
    2,
  );
  const groups = [
    ...alike.map(({ owners, things }) => ({ owners, cells: things[0]?.[0] ?? [] })),
    ...rows.flatMap((row) => restOf(row).map((cells) => ({ owners: [row], cells }))),
  ];
  const table = groups.flatMap(({ owners, cells }) => {
    const visors = namesText(
      owners.map(({ visor }) => label(visor)),
      DANGER,
    );
    const shown = cells.length === 0 ? [["nobody that is known", "", ""]] : cells;
    return shown.map((row, index) => [index === 0 ? `  ${visors}` : "", ...row]);
  });
  const lines = [
    ...undeclared.map(({ key, visors }) => {
      const on = namesText(visors.map(label), DANGER);
      return `${paint("danger", "!")} ${printable(key)} has no name in the manifest, and a way into ${on}\n`;
    }),
    ...singlePoints.map(
      ({ key, visors }) =>
        `${paint("danger", "!")} of the controllers ${label(key)} alone has a way of its own into ${namesText(visors.map(label), DANGER)}\n`,
    ),
    ...usesLines(rows, label, paint),
    ...rpcLines(rows, label, paint),
    ...doubtLines(rows, label, paint),
  ].join("");
  const keys = new Set(
    rows.flatMap(({ who }) => who.flatMap((row) => (isReader(row) ? [] : [row.key]))),
  );
  const unknown = rows.filter(({ doubts }) => doubts.length > 0).length;
  const last = `Trust: ${counted(rows.length, "visor")}, ${counted(keys.size, "key")} with a way in, ${undeclared.length} without a name, ${unknown === 0 ? "all lists known" : `lists of ${counted(unknown, "visor")} not all known`}.`;
  const head = ["  VISOR", "WHO", "BY", "INCLUDES"];
  return `${tableText([head, ...table])}${lines}${paint("strong", last)}\n`;
}

function isReader({ includes }: WhoRow): boolean {
  return includes.every((power) => power === "survey");
}

/** Apps and ports that anybody may use, once for the visors on which it is so. */
function usesLines(
  rows: readonly TrustRow[],
  label: (key: string) => string,
  paint: Paint,
): readonly string[] {
  const open = groupBy(rows, ({ uses }) =>
    uses.flatMap(({ path, who, isIdle }) =>
      who === "anyone" ? [isIdle === true ? `${path}, once it runs,` : path] : [],
    ),
  );
  return open.map(
    ([path, visors]) =>
      `${paint("danger", "!")} anyone may use ${printable(path)} on ${namesText(visors.map(label), DANGER)}\n`,
  );
}

function rpcLines(
  rows: readonly TrustRow[],
  label: (key: string) => string,
  paint: Paint,
): readonly string[] {
  const exec = rows.flatMap(({ visor, rpcRunsCommands }) =>
    rpcRunsCommands === true ? [label(visor)] : [],
  );
  if (exec.length === 0) return [];
  return [
    `${paint("danger", "!")} trust.allow_rpc_exec: programs on the machine that reach the local RPC run commands on ${namesText(exec, DANGER)}\n`,
  ];
}

function doubtLines(
  rows: readonly TrustRow[],
  label: (key: string) => string,
  paint: Paint,
): readonly string[] {
  const found = groupBy(rows, ({ doubts }) => doubts.map((doubt) => doubtPart(doubt, label)));
  return found.map(
    ([text, visors]) =>
      `${paint("unknown", "?")} ${namesText(visors.map(label), DANGER)}: ${text}\n`,
  );
}

const WHY: Readonly<Record<Extract<Doubt, { readonly list: unknown }>["why"], string>> = {
  "not-owned": "is not the manifest's own",
  "not-whole": "is the manifest's own in part",
  "not-read": "was not read",
  "not-shown": "is not shown by its release",
  "not-looked-at": "was not looked at",
};

function doubtPart(doubt: Doubt, label: (key: string) => string): string {
  return "hypervisor" in doubt
    ? `its hypervisor ${label(doubt.hypervisor)} is no visor of the fleet, and lets in whom it will`
    : `${doubt.list} ${WHY[doubt.why]}`;
}

function groupBy(
  rows: readonly TrustRow[],
  textsOf: (row: TrustRow) => readonly string[],
): readonly (readonly [string, readonly VisorKey[]])[] {
  const found = new Map<string, VisorKey[]>();
  for (const row of rows) {
    for (const text of new Set(textsOf(row)))
      found.set(text, [...(found.get(text) ?? []), row.visor]);
  }
  return [...found];
}

/** Everything that one key reaches, each visor with the chain that leads there. */
export function reachText(
  key: string,
  reached: readonly Reached[],
  { names, of, paint, chain }: ReachFacts,
): string {
  const rows = reached.map(({ visor, path, includes }) => [
    `  ${keyLabel(visor, names)}`,
    includes.join(", "),
    chain(path),
  ]);
  const managed = reached.filter(({ includes }) => includes.includes("rpc")).length;
  const last = `${keyLabel(key, names)} manages ${managed} of ${counted(of, "visor")}, and reaches ${reached.length}.`;
  return `${tableText(rows)}${paint("strong", last)}\n`;
}

/** What the text of a reach needs beside it. */
export interface ReachFacts {
  readonly names: Names;
  /** Visors of the fleet. */
  readonly of: number;
  readonly paint: Paint;
  readonly chain: (path: readonly Way[]) => string;
}

/** The same facts as a document. */
export function trustDocument(report: TrustReport, names: Names, from: string): Json {
  const { rows, undeclared, singlePoints } = report;
  const named = (key: string): { readonly key: string; readonly name?: string } => {
    const name = keyLabel(key, names);
    return name === key ? { key } : { key, name };
  };
  const onVisors = ({ key, visors }: KeyOnVisors): Json => ({ ...named(key), visors: [...visors] });
  return {
    format: "fleet.skywire/trust/v1",
    from,
    visors: rows.map(({ visor, who, doubts, rpcRunsCommands, uses }) => ({
      ...named(visor),
      who: who.map(({ key, by, via, includes }) => ({
        ...named(key),
        by: [...by],
        ...(via.length === 0 ? {} : { pushedBy: [...via] }),
        includes: [...includes],
      })),
      unknown: doubts.map((doubt) => ({ ...doubt })),
      ...defined({ rpcRunsCommands }),
      uses: uses.map(useJson),
    })),
    undeclared: undeclared.map(onVisors),
    singlePoints: singlePoints.map(onVisors),
  };
}

function useJson({ path, who, isIdle }: Use): Json {
  const use = { use: path, ...(isIdle === true ? { running: false } : {}) };
  if (who === "anyone") return { ...use, who: "anyone" };
  return { ...use, who: [...who.keys], ...defined({ unknown: who.open }) };
}

/** The ways that manage, as a graph for `dot` or for Mermaid; names are quoted, so that none can add to it. */
export function trustGraphText(report: TrustReport, names: Names, kind: "dot" | "mermaid"): string {
  const keys = new Map<string, string>();
  const idOf = (key: string): string => {
    const known = keys.get(key) ?? `k${keys.size}`;
    keys.set(key, known);
    return known;
  };
  const edges = report.rows.flatMap(({ visor, who }) =>
    who
      .filter((row) => !isReader(row))
      .map(({ key, by }) => ({ from: idOf(key), to: idOf(visor), by: by.join(", ") })),
  );
  for (const { visor } of report.rows) idOf(visor);
  const quoted = (text: string): string =>
    kind === "dot"
      ? `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`
      : `"${text.replaceAll('"', "#quot;")}"`;
  const boxes = [...keys]
    .toSorted(([left], [right]) => compareTexts(left, right))
    .map(([key, id]) =>
      kind === "dot"
        ? `  ${id} [label=${quoted(keyLabel(key, names))}];\n`
        : `  ${id}[${quoted(keyLabel(key, names))}]\n`,
    );
  const lines = edges.map(({ from, to, by }) =>
    kind === "dot"
      ? `  ${from} -> ${to} [label=${quoted(by)}];\n`
      : `  ${from} -->|${quoted(by)}| ${to}\n`,
  );
  return kind === "dot"
    ? `digraph trust {\n${boxes.join("")}${lines.join("")}}\n`
    : `flowchart LR\n${boxes.join("")}${lines.join("")}`;
}
