// Methods that change who manages the visor.
import { visorKeyFault } from "../../core/index.ts";
import { t, timeFromMs } from "../gob/index.ts";
import { managedKeys, read } from "./methods-read.ts";
import { method, type ReleaseMethod } from "./release-method.ts";
import type { VisorInstance } from "./visor-instance.ts";
import { servedManagedVisor, pendingHypervisor } from "./wire-2026.ts";
import { addPtyWhitelistIn } from "./wire-arguments.ts";
import { visorKey } from "./wire-keys.ts";

const FINGERPRINT_DIGITS = 16;

/**
 * Methods on who may come in, of 2026.
 * Source: PRs #2940, #4732, #4733, #4746; docs/guides/hypervisor.md.
 */
export const TRUST_METHODS_2026: readonly ReleaseMethod[] = [
  method({
    name: "AddHypervisor",
    args: visorKey,
    reply: t.empty,
    effect: "write",
    early: "dies",
    run: async ({ instance }, key) => {
      await addHypervisor(instance, key);
      return {};
    },
  }),
  method({
    name: "RemoveHypervisor",
    args: visorKey,
    reply: t.empty,
    effect: "write",
    early: "dies",
    run: async ({ instance }, key) => {
      await setHypervisors(
        instance,
        instance.keysAt("hypervisors").filter((each) => each !== key),
      );
      return {};
    },
  }),
  method({
    name: "RemoveAllHypervisors",
    args: t.empty,
    reply: t.int,
    effect: "write",
    early: "dies",
    run: async ({ instance }) => {
      const count = instance.keysAt("hypervisors").length;
      await setHypervisors(instance, []);
      return count;
    },
  }),
  method({
    name: "AddPtyWhitelist",
    args: addPtyWhitelistIn,
    reply: t.empty,
    effect: "write",
    early: "dies",
    run: ({ instance }, { PKs }) => {
      PKs.forEach(requireKey);
      instance.peers.add(PKs);
      return {};
    },
  }),
  read("HVListVisors", t.list(servedManagedVisor), "dies", ({ instance }) =>
    managedVisors(instance),
  ),
  read("HVListDirectVisors", t.list(servedManagedVisor), "dies", ({ instance }) =>
    managedVisors(instance),
  ),
];

/** Pairing, since 2026-09-09. */
export const PAIRING_METHODS: readonly ReleaseMethod[] = [
  read("PendingHypervisors", t.list(pendingHypervisor), "dies", ({ instance }) =>
    [...instance.pending].map(([PK, { firstSeenMs, lastSeenMs }]) => ({
      PK,
      Fingerprint: fingerprintOf(PK),
      FirstSeen: timeFromMs(firstSeenMs),
      LastSeen: timeFromMs(lastSeenMs),
      Via: "rpc",
    })),
  ),
  method({
    name: "ApproveHypervisor",
    args: t.string,
    reply: visorKey,
    effect: "write",
    early: "dies",
    run: async ({ instance }, text) => {
      const found = [...instance.pending.keys()].filter(
        (key) => key.startsWith(text) || fingerprintOf(key).startsWith(text),
      );
      const key = found[0];
      if (key === undefined || found.length > 1)
        throw new Error(`no single pending hypervisor matches ${text}`);
      await addHypervisor(instance, key);
      instance.pending.delete(key);
      return key;
    },
  }),
];

/**
 * Brings the list of hypervisors to what is wanted, key by key: added ones first. Source: setHypervisorsLive in
 * api_config_fields.go.
 */
export async function reconcileHypervisors(
  instance: VisorInstance,
  wanted: readonly string[],
): Promise<void> {
  const had = instance.keysAt("hypervisors");
  for (const key of wanted) if (!had.includes(key)) await addHypervisor(instance, key);
  const gone = had.filter((key) => !wanted.includes(key));
  if (gone.length === 0) return;
  await setHypervisors(
    instance,
    instance.keysAt("hypervisors").filter((key) => !gone.includes(key)),
  );
}

async function addHypervisor(instance: VisorInstance, key: string): Promise<void> {
  requireKey(key);
  if (!instance.isDmsgReady) throw new Error("DMSG client not running");
  const fault = instance.visor.keyFaults.get(key);
  if (fault !== undefined) throw new Error(fault);
  if (instance.connectedHypervisors().some((each) => each.key === key)) {
    throw new Error(`already connected to hypervisor ${key}`);
  }
  await setHypervisors(instance, [...new Set([...instance.keysAt("hypervisors"), key])]);
}

async function setHypervisors(instance: VisorInstance, keys: readonly string[]): Promise<void> {
  const { profile } = instance.visor;
  instance.setTrust("hypervisors", keys);
  if (profile.liveTrust.value) instance.admitConfigured();
  await instance.persist();
  if (profile.mirrors.value !== "nothing") await instance.mirror(["hypervisors"]);
}

function requireKey(key: string): void {
  if (visorKeyFault(key) !== undefined) throw new Error("Invalid public key");
}

function fingerprintOf(key: string): string {
  return key.slice(2, 2 + FINGERPRINT_DIGITS);
}

function managedVisors(instance: VisorInstance): {
  PK: string;
  Online: boolean;
  IsLocal: boolean;
  Version: string;
  BuildTag: string;
  Uptime: number;
  Hostname: string;
}[] {
  const { visor } = instance;
  return [visor.key, ...managedKeys(visor)].flatMap((key) => {
    const each = visor.world.visorOf(key);
    if (each === undefined) return [];
    const { version } = each.profile.build.value;
    const isLocal = each === visor;
    return [
      {
        PK: key,
        Online: each.isUp,
        IsLocal: isLocal,
        Version: version,
        BuildTag: "",
        Uptime: 0,
        Hostname: each.name,
      },
    ];
  });
}
