// `fleet health`: a table of how the visors of a selection are right now; it only reads and records nothing.
import { accessRequestOf } from "../shell/access-request.ts";
import { counted, defined, durationText, type ExitCode, type VisorKey } from "../../core/index.ts";
import { routeOf } from "../../reconcile/index.ts";
import { readingError, type VisorReading, type VisorTarget } from "../../skywire/visor/index.ts";
import { printable, tableText } from "../../view/index.ts";
import type { Command } from "../shell/command.ts";
import { requireSelection } from "../edit/edit-and-apply.ts";
import { readManifest, selectedVisors } from "../manifest/manifest-source.ts";
import { manifestRequestOf } from "../shell/kept-files.ts";
import { ACCESS_OPTIONS, JSON_OPTION, MANIFEST_OPTION, ON_OPTION } from "../shell/options.ts";
import { printJson } from "../shell/print.ts";
import { reporterOf, reportRequestOf } from "../shell/screen.ts";
import { readerOf, wayInOf } from "../shell/way-in.ts";

/** A summary starts a shell on the visor: fewer at once than readings that do not. */
const PARALLEL = 16;
const ERRORED = 2;

/** `fleet health`: how the visors of a selection are, asked once. */
export const health: Command = {
  name: "health",
  about:
    "Ask the visors of --on once how they are: services, uptime, transports, apps in trouble. Writes nothing.",
  words: [],
  options: [
    ON_OPTION,
    { name: "once", about: "says that this is no desired state; nothing else is possible here" },
    MANIFEST_OPTION,
    JSON_OPTION,
    ...ACCESS_OPTIONS,
  ],
  examples: ["fleet health --on tag:home", "fleet health --on all --json"],
  async run(given, world): Promise<ExitCode> {
    const on = requireSelection(given.text("on"));
    const { manifest } = manifestRequestOf(given, world);
    const wayIn = wayInOf(accessRequestOf(given), world);
    const { access, scheme } = wayIn;
    const source = await readManifest(manifest, world);
    const selected = await selectedVisors(source, on, world);
    const reader = readerOf(wayIn, world, PARALLEL);
    const wants = { config: false, summary: true };
    const here: VisorTarget = { key: undefined, route: { kind: "local" } };
    const local = await reader.read(here, { config: false });
    if (local.kind !== "seen") throw readingError(access.rpcAddress, here, local);
    const reporter = reporterOf(reportRequestOf(given), world);
    reporter.named(new Map(selected.map(({ key, name }) => [key, name])));
    const rows = await reporter.during(selected.length, "visors", () =>
      Promise.all(
        selected.map(async (visor): Promise<HealthRow> => {
          const { key, name } = visor;
          const route = key === local.key ? here.route : routeOf(visor, scheme);
          return healthOf(key, name, await reader.read({ key, route }, wants));
        }),
      ),
    );
    if (given.flag("json")) {
      printJson(world, { format: "fleet.skywire/health/v1", visors: rows });
    } else {
      const answering = rows.filter(({ state }) => state === "seen").length;
      const last = `Health: ${counted(rows.length, "visor")}, ${answering} answering, ${rows.length - answering} not readable.`;
      world.terminal.out(`${tableText([HEADER, ...rows.map(cellsOf)])}${last}\n`);
    }
    return rows.every(({ state }) => state === "seen") ? 0 : 3;
  },
};

/** How one visor is, as far as it says. */
interface HealthRow {
  readonly key: VisorKey;
  readonly name: string;
  readonly state: VisorReading["kind"];
  /** What the visor says of the services it needs, such as `healthy`; absent where it does not. */
  readonly services?: string;
  readonly uptimeMs?: number;
  readonly transports?: number;
  readonly appsErrored?: readonly string[];
  /** Why it was not read. */
  readonly detail?: string;
}

const HEADER = ["  VISOR", "STATE", "SERVICES", "UPTIME", "TRANSPORTS", "APPS IN TROUBLE"];

function healthOf(key: VisorKey, name: string, reading: VisorReading): HealthRow {
  if (reading.kind !== "seen") return { key, name, state: reading.kind, detail: reading.detail };
  const { summary, uptimeSeconds, apps } = reading;
  return {
    key,
    name,
    state: "seen",
    ...defined({ services: summary?.servicesHealth, transports: summary?.transportCount }),
    uptimeMs: Math.round(uptimeSeconds * 1_000),
    appsErrored: apps.filter(({ status }) => status === ERRORED).map((app) => app.name),
  };
}

function cellsOf({ name, state, services, uptimeMs, transports, appsErrored, detail }: HealthRow) {
  if (detail !== undefined) return [`? ${name}`, state, "-", "-", "-", printable(detail)];
  return [
    `  ${name}`,
    state,
    services === undefined ? "-" : printable(services),
    uptimeMs === undefined ? "-" : durationText(uptimeMs),
    String(transports ?? "-"),
    appsErrored === undefined || appsErrored.length === 0
      ? "-"
      : appsErrored.map(printable).join(", "),
  ];
}
