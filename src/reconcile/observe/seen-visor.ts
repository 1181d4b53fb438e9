import { defined, Hidden, type Json } from "../../core/index.ts";
import {
  MASK,
  type ObservedApp,
  type ObservedPort,
  type Route,
  secretPositions,
  type SeenVisor,
  SETTINGS,
} from "../../model/index.ts";
import type { AppReading, PortReading, SeenReading } from "../../skywire/visor/index.ts";

/** Statuses in which an app counts as running: running, and starting. */
const RUNNING_STATUSES: readonly number[] = [1, 3];

/** Turns what a visor answered into the nouns that plans speak of, secrets masked. */
export function toSeenVisor(reading: SeenReading, route: Route, atMs: number): SeenVisor {
  const { config, summary } = reading;
  return {
    kind: "seen",
    key: reading.key,
    route,
    atMs,
    release: reading.release ?? { version: config?.version ?? "", commit: "", date: "" },
    startedAtMs: reading.startedAtMs,
    ...defined({
      hypervisors: config?.hypervisors,
      pty: config?.ptyWhitelist,
      dmsgscp: config?.scpWhitelist,
      allowRpcExec: config?.allowRpcExec,
      survey: config?.surveyWhitelist,
    }),
    ...rewardAddress(config?.rewardAddress ?? summary?.rewardAddress),
    ...(config === undefined || config.unsetBlocks.length === 0
      ? {}
      : { unsetBlocks: config.unsetBlocks }),
    settings: config?.settings ?? settingsOfSummary(summary),
    apps: reading.apps.map(toObservedApp),
    ...(reading.ports === undefined ? {} : { ports: reading.ports.map(toObservedPort) }),
    keepsConf: reading.skyenv?.exists === true && reading.skyenv.writable,
    configReadable: config !== undefined,
    methods: reading.methods,
  };
}

function rewardAddress(address: string | undefined): { readonly rewardAddress?: string } {
  return address === undefined ? {} : { rewardAddress: address };
}

function settingsOfSummary(summary: SeenReading["summary"]): Readonly<Record<string, Json>> {
  if (summary === undefined) return {};
  const fields: Record<string, Json | undefined> = {
    MinHops: summary.minHops,
    PublicAutoconnect: summary.publicAutoconnect,
    IsPublic: summary.isPublic,
  };
  const settings: Record<string, Json> = {};
  for (const { path, summaryField } of SETTINGS) {
    const value = summaryField === undefined ? undefined : fields[summaryField];
    if (value !== undefined) settings[path] = value;
  }
  return settings;
}

function toObservedApp(app: AppReading): ObservedApp {
  return {
    name: app.name,
    binary: app.binary,
    running: RUNNING_STATUSES.includes(app.status),
    status: app.status,
    detail: app.detailedStatus,
    autoStart: app.autoStart,
    args: maskArgs(app.args),
    ...(app.env === undefined ? {} : { env: app.env.map(maskEnv) }),
    ...defined({ launcherMode: app.launcherMode, restartPolicy: app.restartPolicy }),
    port: app.port,
    raw: new Hidden({ args: app.args, ...defined({ env: app.env }) }),
  };
}

/** Replaces what follows options that name a secret. */
function maskArgs(args: readonly string[]): readonly string[] {
  const secret = secretPositions(args);
  return args.map((element, index) => {
    if (!secret.has(index)) return element;
    const equals = element.indexOf("=");
    return element.startsWith("-") && equals >= 0 ? `${element.slice(0, equals)}=${MASK}` : MASK;
  });
}

function maskEnv(element: string): string {
  const equals = element.indexOf("=");
  return equals < 0 ? element : `${element.slice(0, equals)}=${MASK}`;
}

function toObservedPort(port: PortReading): ObservedPort {
  return {
    port: port.port,
    local_port: port.localPort,
    label: port.label,
    description: port.description,
    show_on_landing: port.showOnLanding,
    whitelist: port.whitelist,
    skynet: port.skynet,
    dmsg: port.dmsg,
    udp: port.udp,
    proxy_addr: port.proxyAddr,
    preserve_host: port.preserveHost,
    inject_pk: port.injectPk,
  };
}
