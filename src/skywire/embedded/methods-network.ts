// Methods of transports, routes, skywire.conf and rewards.
import { fromUtf8, utf8 } from "../../core/index.ts";
import { type Schema, t, uuid } from "../gob/index.ts";
import { formatConfig } from "./config-file.ts";
import { read } from "./methods-read.ts";
import { method, never, type ReleaseMethod } from "./release-method.ts";
import { flagAt, minHopsOf, reportedKey, transport2026Of, transportEntry } from "./replies.ts";
import { type LiveTransport, transportId, TRANSPORT_TYPES } from "./transports.ts";
import type { VisorInstance } from "./visor-instance.ts";
import { CONF_FLAGS, shownConf } from "./conf-file.ts";
import { transport2024 } from "./wire-2024.ts";
import { servedSkyenvState, transport2026 } from "./wire-2026.ts";
import { addTransportIn } from "./wire-arguments.ts";
import { persistentTransport } from "./wire-shared.ts";

const SHUTDOWN_TAKES_MS = 15;
const NO_ENTRY: Readonly<Record<string, string>> = {
  stcp: "entry not found in PK table",
  stcpr: "resolve PK: no entry for this PK",
  sudph: "resolve PK: no entry for this PK",
  dmsg: "dmsg error 100 - entry is not found in discovery",
};

/** Setters and actions that all releases have. */
export const SHARED_NETWORK: readonly ReleaseMethod[] = [
  fieldSetter("SetMinHops", t.uint16, "routing.min_hops"),
  fieldSetter("SetPublicAutoconnect", t.bool, "transport.public_autoconnect"),
  method({
    name: "SetPersistentTransports",
    args: t.list(persistentTransport),
    reply: t.empty,
    effect: "write",
    early: "dies",
    run: async ({ instance }, list) => {
      const stored =
        list.length === 0 ? null : list.map(({ PK, NetType }) => ({ pk: PK, type: NetType }));
      instance.setField("persistent_transports", stored);
      await instance.persist();
      return {};
    },
  }),
  method({
    name: "SetRewardAddress",
    args: t.string,
    reply: t.string,
    effect: "write",
    early: "runs",
    run: async ({ instance }, address) => {
      await setRewardAddress(instance, address);
      return address;
    },
  }),
  method({
    name: "DeleteRewardAddress",
    args: t.empty,
    reply: t.empty,
    effect: "write",
    early: "runs",
    run: async ({ instance }) => {
      const is2026 = instance.visor.profile.types.value === "2026";
      if ((await instance.visor.folder.readReward()) === undefined) {
        const folder = instance.config["local_path"];
        const path = `${typeof folder === "string" ? folder : "."}/reward.txt`;
        const what = is2026 ? "error" : "Error";
        throw new Error(`${what} deleting file. err=remove ${path}: no such file or directory`);
      }
      // 2026 takes the file away, and goes on showing what its configuration says in memory.
      if (is2026) {
        await instance.visor.folder.writeReward(undefined);
        return {};
      }
      await setRewardAddress(instance, undefined);
      return {};
    },
  }),
  action("RemoveTransport", uuid, "dies", (instance, id) => {
    instance.setTransports(instance.transports().filter((each) => each.id !== id));
  }),
  action("RemoveAllTransports", t.empty, "dies", (instance) => instance.setTransports([])),
  method({
    name: "Reload",
    args: t.empty,
    reply: t.empty,
    effect: "write",
    early: "runs",
    run: reload,
  }),
  method({
    name: "Shutdown",
    args: t.empty,
    reply: t.empty,
    effect: "write",
    early: "runs",
    run: ({ instance }) => {
      instance.visor.end(SHUTDOWN_TAKES_MS);
      return never();
    },
  }),
];

export const ADD_TRANSPORT_2024: ReleaseMethod = addTransportMethod(
  transport2024,
  (instance, transport) => transportEntry(instance, transport, false),
);
export const ADD_TRANSPORT_2026: ReleaseMethod = addTransportMethod(
  transport2026,
  (instance, transport) => transport2026Of(instance, transport, false),
);

/** Methods of 2026 on the configuration. Source: visorapi/args.go. */
export const NETWORK_2026: readonly ReleaseMethod[] = [
  fieldSetter("SetCalculateRoutes", t.bool, "routing.calculate_routes", "dies"),
  fieldSetter("SetIsPublic", t.bool, "is_public", "dies"),
  action("StartPublicAutoconnect", t.empty, "dies", () => undefined),
  action("StopPublicAutoconnect", t.empty, "dies", () => undefined),
  read("GetMinHops", t.uint16, "dies", ({ instance }) => minHopsOf(instance)),
  read("GetCalculateRoutes", t.bool, "dies", ({ instance }) =>
    flagAt(instance, "routing", "calculate_routes"),
  ),
  read("GetIsPublic", t.bool, "dies", ({ instance }) => instance.config["is_public"] === true),
  read("PublicAutoconnectStatus", t.bool, "dies", ({ instance }) =>
    flagAt(instance, "transport", "public_autoconnect"),
  ),
  read("GetConfigPath", t.string, "dies", ({ instance }) => instance.visor.folder.configPath),
  read("GetRuntimeConfig", t.bytes, "dies", ({ instance }) => {
    const { profile } = instance.visor;
    const shown = { ...instance.config, pk: reportedKey(instance) };
    return utf8(formatConfig(shown, profile, { secretKey: profile.secretKeyShown.value }));
  }),
  method({
    name: "SetRuntimeConfig",
    args: t.bytes,
    reply: t.empty,
    effect: "write",
    early: "dies",
    run: async ({ instance }, bytes) => {
      await instance.visor.folder.editConfig(() => fromUtf8(bytes));
      return {};
    },
  }),
];

/** Whether somebody suspended the visor. It only looks at a flag. Source: api_suspend.go (31863948). */
export const IS_SUSPENDED: ReleaseMethod = read(
  "IsSuspended",
  t.bool,
  "runs",
  ({ instance }) => instance.visor.state === "suspended",
);

/** What only the newest release has: a look into /etc/skywire.conf. */
export const SKYENV_METHODS: readonly ReleaseMethod[] = [
  read("Skyenv", servedSkyenvState, "dies", ({ instance }) => skyenvOf(instance)),
  method({
    name: "SetSkyenv",
    args: t.struct("visorapi.SkyenvEdits", {
      Set: t.map(t.string, t.string),
      Unset: t.list(t.string),
    }),
    reply: servedSkyenvState,
    effect: "write",
    early: "dies",
    run: async ({ instance }, { Set: values, Unset }) => {
      const { conf } = instance.visor;
      if (conf === undefined) throw new Error("/etc/skywire.conf does not exist");
      if (values.has("SK")) throw new Error("the secret key cannot be set");
      const kept = [...conf].filter(([name]) => !Unset.includes(name));
      await instance.visor.setConf(new Map([...kept, ...values]));
      return skyenvOf(instance);
    },
  }),
];

/** Changes the reward address in memory and on disk; `undefined` removes its file. */
export async function setRewardAddress(
  instance: VisorInstance,
  address: string | undefined,
): Promise<void> {
  instance.rewardAddress = address;
  if (instance.visor.profile.types.value === "2026")
    instance.setField("reward_address", address ?? "");
  await instance.saveReward();
}

function skyenvOf(
  instance: VisorInstance,
): typeof servedSkyenvState extends Schema<infer R> ? R : never {
  const { conf } = instance.visor;
  return {
    Path: "/etc/skywire.conf",
    Exists: conf !== undefined,
    Writable: conf !== undefined,
    Values: shownConf(conf ?? new Map()),
    Flags: CONF_FLAGS,
  };
}

function reload({ instance }: { readonly instance: VisorInstance }): Promise<never> {
  void instance.visor.reload();
  return never();
}

function fieldSetter<A extends number | boolean>(
  name: string,
  args: Schema<A>,
  path: string,
  early: ReleaseMethod["early"] = "runs",
): ReleaseMethod {
  return method({
    name,
    args,
    reply: t.empty,
    effect: "write",
    early,
    run: async ({ instance }, value) => {
      instance.setField(path, value);
      await instance.persist();
      return {};
    },
  });
}

function action<A>(
  name: string,
  args: Schema<A>,
  early: ReleaseMethod["early"],
  act: (instance: VisorInstance, args: A) => void,
): ReleaseMethod {
  return method({
    name,
    args,
    reply: t.empty,
    effect: "write",
    early,
    run: ({ instance }, value) => {
      act(instance, value);
      return {};
    },
  });
}

/** Source of texts and of what is accepted: sessions transports-life and transport-errors. */
function addTransportMethod<R>(
  reply: Schema<R>,
  form: (instance: VisorInstance, transport: LiveTransport) => R,
): ReleaseMethod {
  return method({
    name: "AddTransport",
    args: addTransportIn,
    reply,
    effect: "write",
    early: "dies",
    run: ({ instance }, { RemotePK, TpType }) => {
      const { visor } = instance;
      if (!TRANSPORT_TYPES.includes(TpType))
        throw new Error("save transport: unknown network type");
      if (visor.world.visorOf(RemotePK) === undefined) {
        throw new Error(`save transport: mt.client.Dial: ${NO_ENTRY[TpType] ?? ""}`);
      }
      const id = transportId(visor.key, RemotePK, TpType);
      const known = instance.transports().find((each) => each.id === id);
      if (known !== undefined) return form(instance, known);
      const made = {
        id,
        remote: RemotePK,
        type: TpType,
        label: "user",
        recvBytes: 0n,
        sentBytes: 0n,
      };
      instance.setTransports([...instance.transports(), made]);
      return form(instance, made);
    },
  });
}
