import { counted, type Json, type VisorKey } from "../core/index.ts";
import type { ObservedVisor } from "../model/index.ts";
import { untilText } from "./ignored-text.ts";
import type { Paint } from "./paint.ts";
import { printable } from "./printable.ts";
import { tableText } from "./table-text.ts";
import { keyLabel, type Names, shortKey } from "./value-text.ts";
import { AWAITING, routeText } from "./visor-text.ts";

/** One line a visor: name, key, release, state, route, running apps. The last line counts. */
export function statusText(
  visors: readonly ObservedVisor[],
  names: Names,
  paint: Paint,
  { ignored = [], awaiting = [] }: StatusRemarks = {},
): string {
  const header = ["  NAME", "KEY", "RELEASE", "STATE", "ROUTE", "APPS RUNNING"];
  const rows = visors.map((visor) => rowOf(visor, names, paint));
  const seen = visors.filter((visor) => visor.kind === "seen").length;
  const notes = visors
    .filter((visor) => visor.kind !== "seen")
    .map(
      (visor) =>
        `${paint("unknown", "?")} ${keyLabel(visor.key, names)}: ${printable(visor.detail)}\n    next: ${printable(visor.next)}\n`,
    )
    .join("");
  const last = `Status: ${counted(visors.length, "visor")}, ${seen} answering, ${visors.length - seen} not readable.`;
  const left = ignored.map((field) => ignoredText(field, names, paint)).join("");
  const owed = awaiting.map((field) => awaitingText(field, names, paint)).join("");
  return `${tableText([header, ...rows])}${notes}${owed}${left}${paint("strong", last)}\n`;
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
