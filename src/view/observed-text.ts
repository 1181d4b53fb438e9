// What one visor says about itself, as `fleet show --live` prints it.
import type { Json } from "../core/index.ts";
import type { ObservedApp, SeenVisor } from "../model/index.ts";
import { printable, tableText } from "./text.ts";
import { keyWithName, type Names, valueText } from "./change-text.ts";
import { routeText } from "./visor-text.ts";

/** What one visor says about itself, secrets masked. */
export function observedText(visor: SeenVisor, names: Names): string {
  const rows: string[][] = [
    ["key", visor.key],
    ["name", valueText(visor.key, names)],
    ["release", printable(`${visor.release.version} ${visor.release.commit}`.trim())],
    ["route", routeText(visor.route)],
    ["started", new Date(visor.startedAtMs).toISOString()],
    ["trust.hypervisors", keysText(visor.hypervisors, names)],
    ["trust.pty", keysText(visor.pty, names)],
    ["trust.dmsgscp", keysText(visor.dmsgscp, names)],
    [
      "trust.allow_rpc_exec",
      visor.allowRpcExec === undefined ? UNREADABLE : String(visor.allowRpcExec),
    ],
    ["survey", keysText(visor.survey, names)],
    [
      "reward_address",
      visor.rewardAddress === undefined ? UNREADABLE : valueText(visor.rewardAddress),
    ],
    ...Object.entries(visor.settings).map(([path, value]) => [
      printable(`settings.${path}`),
      valueText(value, names),
    ]),
    ...visor.apps.flatMap((app) => appRows(app)),
    ...(visor.ports ?? []).map((port) => [
      `ports.${port.port}`,
      `local ${port.local_port}, whitelist ${port.whitelist.length === 0 ? "anyone" : keysText(port.whitelist, names)}`,
    ]),
  ];
  return tableText(rows);
}

/** The same as a document. */
export function observedDocument(visor: SeenVisor, names: Names): Json {
  return {
    format: "fleet.skywire/live/v1",
    key: visor.key,
    name: valueText(visor.key, names),
    at: new Date(visor.atMs).toISOString(),
    release: visor.release,
    route: routeText(visor.route),
    startedAt: new Date(visor.startedAtMs).toISOString(),
    hypervisors: visor.hypervisors,
    pty: visor.pty,
    dmsgscp: visor.dmsgscp,
    allow_rpc_exec: visor.allowRpcExec,
    survey: visor.survey,
    reward_address: visor.rewardAddress,
    settings: visor.settings,
    apps: visor.apps.map((app) => ({
      name: app.name,
      binary: app.binary,
      running: app.running,
      auto_start: app.autoStart,
      args: app.args,
      env: app.env,
    })),
    ports: visor.ports?.map((port) => ({ ...port })),
  };
}

const UNREADABLE = "cannot be read on this release";

function keysText(keys: readonly string[] | undefined, names: Names): string {
  if (keys === undefined) return UNREADABLE;
  return keys.length === 0
    ? "nobody"
    : keys.map((key) => printable(keyWithName(key, names))).join(", ");
}

function appRows(app: ObservedApp): string[][] {
  const state = `${app.running ? "running" : "stopped"}${app.autoStart ? ", starts with the visor" : ""}`;
  return [
    [`apps.${printable(app.name)}`, state],
    ...(app.args.length === 0 ? [] : [["", `args ${valueText(app.args)}`]]),
    ...(app.env === undefined || app.env.length === 0
      ? []
      : [["", `env ${app.env.map((name) => printable(name)).join(" ")}`]]),
  ];
}
