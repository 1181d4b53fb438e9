// The visors of a fleet as `fleet status` prints them.
import { counted, type Json, type VisorKey } from "../core/index.ts";
import type { ObservedVisor } from "../model/index.ts";
import { partAlike } from "./alike.ts";
import { NAMED_BY_VISOR, type PlanLook } from "./alike-text.ts";
import { untilText } from "./ignored-text.ts";
import { namesText } from "./names-text.ts";
import { type Paint, printable, tableText } from "./text.ts";
import { keyLabel, type Names, shortKey } from "./change-text.ts";
import { AWAITING, routeText } from "./visor-text.ts";

/** A row is short: so many visors have one alike before they share it. */
const ALIKE_ROWS_MIN = 5;

/** One line a visor: name, key, release, state, route, running apps. Visors that answer alike share one. The last line counts. */
export function statusText(
  visors: readonly ObservedVisor[],
  names: Names,
  paint: Paint,
  { ignored = [], awaiting = [], by, isSummary }: StatusRemarks & PlanLook = {},
): string {
  const header = ["  NAME", "KEY", "RELEASE", "STATE", "ROUTE", "APPS RUNNING"];
  const { alike, restOf } = partAlike(
    visors,
    (visor) => [rowOf(visor, names, paint)],
    ([, , ...cells]) => JSON.stringify(cells),
    by === "visor" ? Number.POSITIVE_INFINITY : ALIKE_ROWS_MIN,
  );
  const together = alike.map(({ owners, things }) => {
    const [, , ...cells] = things[0]?.[0] ?? [];
    const who = namesText(
      owners.map(({ key }) => keyLabel(key, names)),
      { more: NAMED_BY_VISOR },
    );
    return { row: [`  ${counted(owners.length, "visor")}`, "", ...cells], who };
  });
  const rows = [...together.map(({ row }) => row), ...visors.flatMap((visor) => restOf(visor))];
  const groups = together
    .map(
      ({ row, who }) =>
        `  ${row
          .filter((cell) => cell !== "")
          .join(" ")
          .trim()}: ${who}\n`,
    )
    .join("");
  const seen = visors.filter((visor) => visor.kind === "seen").length;
  const notes = unseenTexts(visors, names, paint, by);
  const last = `Status: ${counted(visors.length, "visor")}, ${seen} answering, ${visors.length - seen} not readable.`;
  const left = ignored.map((field) => ignoredText(field, names, paint)).join("");
  const owed = awaiting.map((field) => awaitingText(field, names, paint)).join("");
  if (isSummary === true) return `${notes}${paint("strong", last)}\n`;
  return `${tableText([header, ...rows])}${groups}${notes}${owed}${left}${paint("strong", last)}\n`;
}

/** Why visors could not be read and what to do, once for those of which it is the same. */
function unseenTexts(
  visors: readonly ObservedVisor[],
  names: Names,
  paint: Paint,
  by: PlanLook["by"],
): string {
  const unseen = visors.filter((visor) => visor.kind !== "seen");
  const whyOf = ({ detail, next }: (typeof unseen)[number]): string =>
    `${printable(detail)}\n    next: ${printable(next)}\n`;
  const { alike, restOf } = partAlike(
    unseen,
    (visor) => [whyOf(visor)],
    (why) => why,
    by === "visor" ? Number.POSITIVE_INFINITY : undefined,
  );
  const glyph = paint("unknown", "?");
  return [
    ...alike.map(({ owners, things }) => {
      const labels = owners.map(({ key }) => keyLabel(key, names));
      const who = namesText(labels, { lengthMax: Number.POSITIVE_INFINITY, more: "" });
      return `${glyph} ${counted(owners.length, "visor")}: ${things[0]?.[0] ?? ""}    on ${who}\n`;
    }),
    ...unseen.flatMap((visor) =>
      restOf(visor).map((why) => `${glyph} ${keyLabel(visor.key, names)}: ${why}`),
    ),
  ].join("");
}

/** What is said of values beside who answers. */
export interface StatusRemarks {
  readonly ignored?: readonly IgnoredField[];
  readonly awaiting?: readonly AwaitingField[];
}

/** A value that was written and is in force only once its visor has restarted. */
export interface AwaitingField {
  readonly visor: VisorKey;
  readonly path: string;
  readonly sinceEntry: number;
}

function awaitingText(field: AwaitingField, names: Names, paint: Paint): string {
  const what = printable(`${keyLabel(field.visor, names)}/${field.path}`);
  return `${paint("change", "~")} ${what}: ${AWAITING} (entry ${field.sinceEntry})\n`;
}

/** A value that the manifest leaves alone until a time, or did. */
export interface IgnoredField {
  readonly visor: VisorKey;
  readonly path: string;
  readonly until: string;
  readonly ended: boolean;
  readonly because?: string;
}

function ignoredText(field: IgnoredField, names: Names, paint: Paint): string {
  const { visor, path, until, ended, because } = field;
  const what = `${keyLabel(visor, names)}/${path}`;
  const when = `${ended ? "no longer ignored, since" : "ignored until"} ${untilText(until)}`;
  const why = because === undefined ? "" : ` (${printable(because)})`;
  const glyph = ended ? paint("danger", "!") : paint("unknown", "?");
  return `${glyph} ${printable(what)}: ${when}${why}\n`;
}

/** The same facts as a document. */
export function statusDocument(
  visors: readonly ObservedVisor[],
  names: Names,
  { ignored = [], awaiting = [] }: StatusRemarks = {},
): Json {
  return {
    format: "fleet.skywire/status/v1",
    visors: visors.map((visor) => ({
      key: visor.key,
      name: keyLabel(visor.key, names),
      state: visor.kind,
      route: routeText(visor.route),
      at: new Date(visor.atMs).toISOString(),
      ...(visor.kind === "seen"
        ? {
            version: visor.release.version,
            startedAt: new Date(visor.startedAtMs).toISOString(),
            apps: visor.apps.map((app) => ({ name: app.name, running: app.running })),
          }
        : { reason: visor.reason, detail: visor.detail, next: visor.next }),
    })),
    ...(awaiting.length === 0
      ? {}
      : {
          awaitingRestart: awaiting.map(({ visor, path, sinceEntry }) => ({
            visor,
            name: keyLabel(visor, names),
            path,
            sinceEntry,
          })),
        }),
    ...(ignored.length === 0 ? {} : { ignored: ignored.map((field) => ({ ...field })) }),
  };
}

function rowOf(visor: ObservedVisor, names: Names, paint: Paint): readonly string[] {
  const name = keyLabel(visor.key, names);
  const label = name === visor.key ? "-" : name;
  if (visor.kind !== "seen") {
    const glyph = paint("unknown", "?");
    return [`${glyph} ${label}`, shortKey(visor.key), "-", visor.kind, routeText(visor.route), "-"];
  }
  const running = visor.apps.filter((app) => app.running).map((app) => printable(app.name));
  return [
    `  ${label}`,
    shortKey(visor.key),
    printable(visor.release.version),
    "seen",
    routeText(visor.route),
    running.length === 0 ? "none" : running.join(", "),
  ];
}
