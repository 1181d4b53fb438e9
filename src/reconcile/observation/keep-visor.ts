import { canonicalJson, digestOf } from "../../core/index.ts";
import {
  type DesiredLeaf,
  type DesiredVisor,
  exitOf,
  isKeptRunning,
  type KeptLeaf,
  type ObservedApp,
  type ObservedVisor,
  programOf,
  type SeenVisor,
  unreadableElements,
  WEB_PROXIES,
} from "../../model/index.ts";
import { foundAt, methodsOf, parseLeafPath } from "../diff/index.ts";
import { observedDigest, observedValues } from "../plan/index.ts";
import type { KeptApp, KeptSeen, KeptVisor } from "./document.ts";

/** Where a web proxy listens is what a guard goes by, owned or not. */
const WEB_PROXY_PATH = /^settings\.(dmsg|skynet)_web\./;
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
  const leaves: Record<string, KeptLeaf> = {};
  for (const path of owned)
    leaves[path] = keepLeaf(seen, desired.leaves.get(path), path, keyedDigest);
  for (const app of seen.apps.filter(({ name }) => Object.hasOwn(apps, name))) {
    const path = `apps.${app.name}.whitelist`;
    if (exitOf(asRun(app)) !== undefined)
      leaves[path] ??= keepLeaf(seen, undefined, path, keyedDigest);
  }
  if (owned.some((path) => WEB_PROXY_PATH.test(path))) {
    for (const proxy of WEB_PROXIES) {
      const path = `settings.${proxy}.proxy_addr`;
      leaves[path] ??= keepLeaf(seen, undefined, path, keyedDigest);
    }
  }
  return {
    release: seen.release.version,
    startedAt: new Date(seen.startedAtMs).toISOString(),
    digest: observedDigest(observedValues(owned, seen)),
    configReadable: seen.configReadable,
    keepsConf: seen.keepsConf,
    ...(seen.hypervisors === undefined ? {} : { hypervisors: seen.hypervisors }),
    ...(seen.pty === undefined ? {} : { pty: seen.pty }),
    ...(seen.unsetBlocks === undefined ? {} : { unsetBlocks: seen.unsetBlocks }),
    methods: keepMethods(owned, seen),
    apps,
    leaves,
  };
}

function keepMethods(owned: readonly string[], seen: SeenVisor): KeptSeen["methods"] {
  const wanted = [...new Set([...ALWAYS_KEPT_METHODS, ...owned.flatMap(methodsOf)])].sort();
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
      const leaf = parseLeafPath(path);
      return leaf.section === "apps" ? [leaf.app] : [];
    }),
  );
  return Object.fromEntries(
    seen.apps
      .filter(({ name }) => managed.has(name))
      .map((app) => {
        const { name, running, autoStart } = app;
        const exit = exitOf(asRun(app));
        const program = exit?.program ?? programOf(asRun(app));
        const others = isKeptRunning(app) ? { keptRunning: true as const } : {};
        const started = exit?.takesWhitelist === false ? { started: true as const } : {};
        const elements = unreadableElements(asRun(app));
        const unreadable = elements.length === 0 ? {} : { unreadable: elements };
        const kept: KeptApp = { program, running, autoStart, ...others, ...started, ...unreadable };
        return [name, kept] as const;
      }),
  );
}

function asRun(app: ObservedApp): ObservedApp {
  return { ...app, args: app.raw.open().args };
}

/**
 * A masked value is told in plain words only when the manifest that is observed states it in plain words itself;
 * otherwise its digests must do.
 */
function keepLeaf(
  seen: SeenVisor,
  wanted: DesiredLeaf | undefined,
  path: string,
  keyedDigest: ((text: string) => string) | undefined,
): KeptLeaf {
  const found = foundAt(seen, path);
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

function unsupported(why: string): KeptLeaf {
  return { kind: "unsupported", why };
}
