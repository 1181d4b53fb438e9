// Puts into an observation what counts of one visor, without secrets and without what nobody owns.
import { canonicalJson, defined, digestOf } from "../../core/index.ts";
import {
  type DesiredField,
  type DesiredVisor,
  exitOf,
  isKeptRunning,
  type KeptField,
  type ObservedApp,
  type ObservedVisor,
  programNamed,
  programOf,
  type SeenVisor,
  showsModes,
  tellingArgs,
  unreadableElements,
  WEB_PROXIES,
} from "../../model/index.ts";
import { observedFieldAt, methodsOf, parseFieldPath } from "../diff/index.ts";
import { observedDigest, observedValues } from "../plan/index.ts";
import type { KeptApp, KeptSeen, KeptVisor } from "./document.ts";

/** Where a web proxy listens is what a guard goes by, owned or not. */
const WEB_PROXY_PATH = /^settings\.(dmsg|skynet)_web\./;
/** Fields of a served port that decide how it is closed or moved. */
const PORT_FIELDS = ["open", "local_port", "dmsg", "skynet", "whitelist", "proxy_addr"] as const;
/** Tells releases apart that admit keys at once from those that need a restart. */
const ALWAYS_KEPT_METHODS: readonly string[] = ["PendingHypervisors"];
/** Reasons are words of ours; anything else could carry what a visor or the system said. */
const REASON = /^([a-z0-9-]+(\/[a-z0-9-]+)?|answered as 0[23][0-9a-f]{64})$/;
const NO_REASON = "not-readable";

/** Takes from what was observed of a visor what a plan elsewhere may know. */
export function keepVisor(
  desired: DesiredVisor,
  observed: ObservedVisor,
  keyedDigest: ((text: string) => string) | undefined,
): KeptVisor {
  const { key, name } = desired;
  const base = { key, name, route: observed.route, at: new Date(observed.atMs).toISOString() };
  if (observed.kind === "seen") return { ...base, seen: keepSeen(desired, observed, keyedDigest) };
  const { kind, reason } = observed;
  return { ...base, unseen: { kind, reason: REASON.test(reason) ? reason : NO_REASON } };
}

function keepSeen(
  desired: DesiredVisor,
  seen: SeenVisor,
  keyedDigest: ((text: string) => string) | undefined,
): KeptSeen {
  const owned = [...desired.leaves.keys()].sort();
  const apps = keepApps(owned, seen);
  const fields: Record<string, KeptField> = {};
  for (const path of owned)
    fields[path] = keepField(seen, desired.leaves.get(path), path, keyedDigest);
  for (const path of recordPaths(owned))
    fields[path] ??= keepField(seen, undefined, path, keyedDigest);
  for (const app of seen.apps.filter(({ name }) => Object.hasOwn(apps, name))) {
    const path = `apps.${app.name}.whitelist`;
    if (exitOf(asRun(app)) !== undefined)
      fields[path] ??= keepField(seen, undefined, path, keyedDigest);
  }
  if (owned.some((path) => WEB_PROXY_PATH.test(path))) {
    for (const proxy of WEB_PROXIES) {
      const path = `settings.${proxy}.proxy_addr`;
      fields[path] ??= keepField(seen, undefined, path, keyedDigest);
    }
  }
  return {
    release: seen.release.version,
    startedAt: new Date(seen.startedAtMs).toISOString(),
    digest: observedDigest(observedValues(owned, seen)),
    configReadable: seen.configReadable,
    keepsConf: seen.keepsConf,
    ...defined({ hypervisors: seen.hypervisors, pty: seen.pty, unsetBlocks: seen.unsetBlocks }),
    showsModes: showsModes(seen),
    methods: keepMethods(owned, seen),
    apps,
    leaves: fields,
  };
}

/** What else decides how a managed port is closed or moved, owned or not. */
function recordPaths(owned: readonly string[]): readonly string[] {
  return owned.flatMap((path) => {
    const leaf = parseFieldPath(path);
    return leaf.section === "ports"
      ? PORT_FIELDS.map((field) => `ports.${leaf.port}.${field}`)
      : [];
  });
}

/** Fields of a managed app that a refusal may name as the way out. */
function besideOwned(path: string): readonly string[] {
  const field = parseFieldPath(path);
  return field.section === "apps"
    ? [`apps.${field.app}.whitelist`, `apps.${field.app}.present`]
    : [];
}

function keepMethods(owned: readonly string[], seen: SeenVisor): KeptSeen["methods"] {
  const asked = [...owned, ...owned.flatMap(besideOwned)];
  const wanted = [...new Set([...ALWAYS_KEPT_METHODS, ...asked.flatMap(methodsOf)])].sort();
  return Object.fromEntries(
    wanted.flatMap((method) => {
      const known = seen.methods.get(method);
      return known === undefined ? [] : [[method, known] as const];
    }),
  );
}

function keepApps(owned: readonly string[], seen: SeenVisor): Readonly<Record<string, KeptApp>> {
  const managed = new Set(
    owned.flatMap((path) => {
      const field = parseFieldPath(path);
      return field.section === "apps" ? [field.app] : [];
    }),
  );
  return Object.fromEntries(
    seen.apps
      .filter((app) => managed.has(app.name) || unreadableElements(asRun(app)).length > 0)
      .map((app) => [app.name, keepApp(app)] as const),
  );
}

function keepApp(app: ObservedApp): KeptApp {
  const { running, autoStart, binary, args } = app;
  return {
    program: exitOf(asRun(app))?.program ?? programOf(asRun(app)),
    running,
    autoStart,
    ...(isKeptRunning(app) ? { keptRunning: true as const } : {}),
    binary: programNamed(binary),
    args: tellingArgs(args),
  };
}

function asRun(app: ObservedApp): ObservedApp {
  return { ...app, args: app.raw.open().args };
}

/**
 * A masked value is told in plain words only when the manifest that is observed states it in plain words itself;
 * otherwise its digests must do.
 */
function keepField(
  seen: SeenVisor,
  wanted: DesiredField | undefined,
  path: string,
  keyedDigest: ((text: string) => string) | undefined,
): KeptField {
  const found = observedFieldAt(seen, path);
  if (found.kind !== "value") return found.kind === "unsupported" ? unsupported(found.why) : found;
  const { shown, raw } = found;
  const mayHoldSecrets = path.endsWith(".args") || path.endsWith(".env");
  const keyed =
    mayHoldSecrets && keyedDigest !== undefined ? { keyed: keyedDigest(canonicalJson(raw)) } : {};
  const plain = wanted?.kind === "value" && wanted.secrets.length === 0 ? wanted.value : undefined;
  const text = canonicalJson(raw);
  if (text === canonicalJson(shown) || (plain !== undefined && text === canonicalJson(plain)))
    return { kind: "value", shown, raw, ...keyed };
  const differs = plain === undefined ? {} : { differs: digestOf(plain) };
  return { kind: "value", shown, ...keyed, ...differs };
}

function unsupported(why: string): KeptField {
  return { kind: "unsupported", why };
}
