// Methods that change the launcher's entries of apps.
import { type Schema, t } from "../gob/index.ts";
import { withBareFlag, withFlagValue, withValueOption } from "./app-args.ts";
import { stopApp } from "./methods-process.ts";
import { type CallContext, method, NO_LAUNCHER, type ReleaseMethod } from "./release-method.ts";
import type { AppEntry } from "./app-entry.ts";
import type { VisorInstance } from "./visor-instance.ts";
import {
  servedAppNameIn,
  servedSetAppAddIn,
  servedSetAppArgsIn,
  servedSetAppBoolIn,
  setAppEnvBatchIn,
  servedSetAppEnvFullIn,
  setAppEnvIn,
  servedSetAppLauncherModeIn,
  setAppMapIn,
  servedSetAppNetworkInterfaceIn,
  servedSetAppPkIn,
  servedSetAppStringIn,
  servedSetAppWhitelistIn,
  servedSetAutoStartIn,
} from "./wire-arguments.ts";
import { randomBelow } from "./world.ts";

type Empty = Readonly<Record<never, never>>;

const NO_SUCH_PROCESS = "no process of given app is running";
const ADDED_PORT_FIRST = 10;
const ADDED_PORTS = 90;
const ADDRESS_MIN_LENGTH = 5;
const ADDRESS_PORT_MIN = 1025;
const ADDRESS_PORT_MAX = 65_535;
const ADDRESS_PORT_MAX_2024 = 65_536;

/**
 * Setters of the launcher's entries that all releases have.
 * Source of argument forms and texts: sessions set-autostart, set-app-pk, set-app-bools, set-app-strings.
 */
export const SHARED_APP_SETTERS: readonly ReleaseMethod[] = [
  setter("SetAutoStart", servedSetAutoStartIn, NO_LAUNCHER, (instance, { AppName, AutoStart }) => {
    requireApp(instance, AppName);
    instance.setApp(AppName, "auto_start", AutoStart);
  }),
  setter("SetAppPK", servedSetAppPkIn, "dies", (instance, { AppName, PK }) => {
    allowOnly(AppName, ["skysocks-client", "vpn-client"], "change PK");
    changeArgs(instance, AppName, (args) => withValueOption(args, "--srv", PK));
  }),
  setter("SetAppSecure", servedSetAppBoolIn, "dies", (instance, { AppName, Val }) => {
    allowOnly(AppName, ["vpn-server"], "change 'secure' parameter");
    changeArgs(instance, AppName, (args) =>
      withFlag(instance, args, { option: "secure", value: Val }),
    );
  }),
  setter("SetAppKillswitch", servedSetAppBoolIn, NO_LAUNCHER, (instance, { AppName, Val }) => {
    allowOnly(AppName, ["vpn-client"], "set killswitch");
    changeArgs(instance, AppName, (args) =>
      withFlag(instance, args, { option: "killswitch", value: Val }),
    );
  }),
  setter(
    "SetAppNetworkInterface",
    servedSetAppNetworkInterfaceIn,
    NO_LAUNCHER,
    (instance, { AppName, NetIfc }) => {
      allowOnly(AppName, ["vpn-server"], "set network interface");
      changeArgs(instance, AppName, (args) => withValueOption(args, "--netifc", NetIfc));
    },
  ),
  setter("SetAppAddress", servedSetAppStringIn, NO_LAUNCHER, (instance, { AppName, Val }) => {
    allowOnly(AppName, ["skychat"], "set addr");
    requireAddress(instance, Val);
    changeArgs(instance, AppName, (args) => withValueOption(args, "--addr", Val));
  }),
  setter("AddApp", servedSetAppAddIn, NO_LAUNCHER, (instance, { AppName, BinaryName }) => {
    if (instance.app(AppName) !== undefined) throw new Error("the app exist");
    const port = ADDED_PORT_FIRST + randomBelow(instance.visor.world, ADDED_PORTS);
    instance.addApp({ name: AppName, binary: BinaryName, auto_start: false, port });
  }),
  method({
    name: "DoCustomSetting",
    args: setAppMapIn,
    reply: t.empty,
    effect: "write",
    early: NO_LAUNCHER,
    run: doCustomSetting,
  }),
];

/** v1.3.28 has passcodes. Source: session set-app-password. */
export const APP_SETTERS_2024: readonly ReleaseMethod[] = [
  setter(
    "SetAppPassword",
    t.struct("visor.SetAppPasswordIn", { AppName: t.string, Password: t.string }),
    NO_LAUNCHER,
    (instance, { AppName, Password }) => {
      allowOnly(AppName, ["skysocks", "vpn-client", "vpn-server"], "change password");
      changeArgs(instance, AppName, (args) => withValueOption(args, "--passcode", Password));
    },
  ),
];

/** Setters that came until mid-2026. Source: skywire's visorapi/args.go, api_apps.go and v1_runtime.go. */
export const APP_SETTERS_2026: readonly ReleaseMethod[] = [
  setter("SetAppWhitelist", servedSetAppWhitelistIn, "dies", (instance, { AppName, Whitelist }) => {
    if (!["skysocks", "vpn-server"].includes(AppName))
      throw new Error(`app ${AppName} does not support a connection whitelist`);
    changeArgs(instance, AppName, (args) => withValueOption(args, "--whitelist", Whitelist));
  }),
  setter("SetAppDNS", servedSetAppStringIn, "dies", (instance, { AppName, Val }) => {
    allowOnly(AppName, ["vpn-client"], "change DNS Address");
    changeArgs(instance, AppName, (args) => withValueOption(args, "--dns", Val));
  }),
  setter("SetAppArgs", servedSetAppArgsIn, "dies", (instance, { AppName, Args }) => {
    requireEntry(instance, AppName);
    instance.setApp(AppName, "args", Args);
  }),
  setter("SetAppEnv", setAppEnvIn, "dies", (instance, { AppName, Key, Value }) => {
    changeEnv(instance, AppName, (env) => withVariable(env, Key, Value));
  }),
  setter("SetAppEnvBatch", setAppEnvBatchIn, "dies", (instance, { AppName, Env }) => {
    changeEnv(instance, AppName, (env) =>
      [...Env].reduce((all, [name, value]) => withVariable(all, name, value), env),
    );
  }),
  setter("SetAppEnvFull", servedSetAppEnvFullIn, "dies", (instance, { AppName, Env }) => {
    requireEntry(instance, AppName);
    instance.setApp(AppName, "env", Env);
  }),
  setter(
    "SetAppLauncherMode",
    servedSetAppLauncherModeIn,
    "dies",
    (instance, { AppName, Mode }) => {
      if (!["", "internal", "external"].includes(Mode)) {
        const allowed = "must be empty, 'internal', or 'external'";
        throw new Error(`invalid launcher mode ${JSON.stringify(Mode)} (${allowed})`);
      }
      requireEntry(instance, AppName);
      instance.setApp(AppName, "launcher_mode", Mode);
    },
  ),
  method({
    name: "DeleteApp",
    args: servedAppNameIn,
    reply: t.empty,
    effect: "write",
    early: "dies",
    run: async ({ instance, session }, { AppName }) => {
      const app = requireEntry(instance, AppName);
      if (instance.process(app).isAlive(instance.visor.world.clock.now())) {
        await stopApp(instance, AppName, (delayMs) => session.takes(delayMs));
      }
      instance.removeApp(AppName);
      await instance.persist();
      return {};
    },
  }),
];

/** A setter that rewrites the configuration file, also when nothing changes. */
function setter<A>(
  name: string,
  args: Schema<A>,
  early: ReleaseMethod["early"],
  change: (instance: VisorInstance, args: A) => void,
): ReleaseMethod {
  return method({
    name,
    args,
    reply: t.empty,
    effect: "write",
    early,
    run: async ({ instance }, value) => {
      change(instance, value);
      await instance.persist();
      return {};
    },
  });
}

/** Wipes the arguments first, and stores that also when it then fails. Source: session set-app-custom. */
async function doCustomSetting(
  { instance }: CallContext,
  { AppName, Val }: typeof setAppMapIn extends Schema<infer A> ? A : never,
): Promise<Empty> {
  if (instance.app(AppName) === undefined) return {};
  const args: string[] = [];
  let fault: string | undefined;
  for (const [option, given] of Val) {
    const value = given?.value;
    if (typeof value === "string") args.push(option, value);
    else if (typeof value === "boolean") args.push(`-${option.replace(/^-+/, "")}=${value}`);
    else fault = `invalid arg type ${given?.name ?? "<nil>"}`;
  }
  instance.setApp(AppName, "args", fault === undefined ? args : []);
  await instance.persist();
  if (fault !== undefined) throw new Error(fault);
  return {};
}

function requireApp(instance: VisorInstance, name: string): AppEntry {
  const app = instance.app(name);
  if (app === undefined) throw new Error(NO_SUCH_PROCESS);
  return app;
}

function requireEntry(instance: VisorInstance, name: string): AppEntry {
  const app = instance.app(name);
  if (app === undefined)
    throw new Error(`app ${JSON.stringify(name)} not found in launcher config`);
  return app;
}

function allowOnly(name: string, allowed: readonly string[], what: string): void {
  if (!allowed.includes(name)) throw new Error(`app ${name} is not allowed to ${what}`);
}

/** An app that is not there is passed over. Source: UpdateAppArg, v1_runtime.go. */
function changeArgs(
  instance: VisorInstance,
  name: string,
  change: (args: readonly string[]) => readonly string[],
): void {
  const app = instance.app(name);
  if (app !== undefined) instance.setApp(name, "args", change(app.args));
}

/** As {@link changeArgs}, for the environment. */
function changeEnv(
  instance: VisorInstance,
  name: string,
  change: (env: readonly string[]) => readonly string[],
): void {
  const app = instance.app(name);
  if (app !== undefined) instance.setApp(name, "env", change(app.env));
}

function withVariable(env: readonly string[], name: string, value: string): readonly string[] {
  if (name === "") throw new Error("env key must not be empty");
  const others = env.filter((element) => !element.startsWith(`${name}=`));
  return value === "" ? others : [...others, `${name}=${value}`];
}

function withFlag(
  { visor }: VisorInstance,
  args: readonly string[],
  { option, value }: { readonly option: string; readonly value: boolean },
): readonly string[] {
  return visor.profile.flagSetter.value === "one dash"
    ? withFlagValue(args, option, value)
    : withBareFlag(args, option, value);
}

/** 2024 takes `:PORT` and `*:PORT`; 2026 an IP address or `localhost` in front of the port too. */
function requireAddress({ visor }: VisorInstance, address: string): void {
  const is2024 = visor.profile.types.value === "2024";
  const host = is2024
    ? /^\*?:(\d+)$/
    : /^(?:\*|localhost|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:]+\])?:(\d+)$/i;
  const port = host.exec(address)?.[1];
  if (port === undefined || address.length < ADDRESS_MIN_LENGTH)
    throw new Error(`invalid addr value: ${address}`);
  const highest = is2024 ? ADDRESS_PORT_MAX_2024 : ADDRESS_PORT_MAX;
  if (Number(port) < ADDRESS_PORT_MIN || Number(port) > highest)
    throw new Error(`invalid port number: ${port}`);
}
