// Turns what a visor answered into the nouns that plans speak of, with secrets masked.
import { defined, Hidden, type Json } from "../../core/index.ts";
import {
  MASK,
  type ObservedApp,
  type ObservedOwn,
  type Route,
  secretPositions,
  type SeenVisor,
  SETTINGS,
} from "../../model/index.ts";
import type { AppReading, SafeConfig, SeenReading } from "../../skywire/visor/index.ts";

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
    ...ownOf(reading),
    ...(config === undefined || config.unsetBlocks.length === 0
      ? {}
      : { unsetBlocks: config.unsetBlocks }),
    settings: config?.settings ?? settingsOfSummary(summary),
    apps: reading.apps.map(toObservedApp),
    ...defined({ ports: reading.ports }),
    keepsConf: reading.skyenv?.exists === true && reading.skyenv.writable,
    configReadable: config !== undefined,
    methods: reading.methods,
  };
}

/** What a visor has once. The type names a row of the table that its configuration is not read for. */
function ownOf({ config, summary }: SeenReading): ObservedOwn {
  if (config === undefined)
    return summary === undefined ? {} : { rewardAddress: summary.rewardAddress };
  const { pk: _pk, version: _version, unsetBlocks: _blocks, settings: _settings, ...own } = config;
  return own satisfies Pick<SafeConfig, keyof ObservedOwn>;
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
  const { args, env } = app;
  return {
    ...app,
    running: RUNNING_STATUSES.includes(app.status),
    args: maskArgs(args),
    ...(env === undefined ? {} : { env: env.map(maskEnv) }),
    raw: new Hidden({ args, ...defined({ env }) }),
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
