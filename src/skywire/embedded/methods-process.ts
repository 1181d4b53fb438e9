// Methods that start, stop and kill apps.
import { type Schema, t, type GoTime, time, ZERO_TIME } from "../gob/index.ts";
import { valueOption } from "./app-args.ts";
import {
  type CallContext,
  method,
  never,
  NO_LAUNCHER,
  type ReleaseMethod,
} from "./release-method.ts";
import { startedProgram } from "./app-program.ts";
import type { AppEntry } from "./app-entry.ts";
import type { VisorInstance } from "./visor-instance.ts";
import { setAppErrorIn, setAppStatusIn, servedStartAppIn } from "./wire-arguments.ts";
import { appStats } from "./wire-shared.ts";

/** Source of times and texts: sessions app-start-twice, app-stop-running, app-kill, app-life-*, app-not-existing. */
const START_TAKES_MS = 4;
const STOP_TAKES_MS = 5;
const KILL_TAKES_MS = 2;
const RESTART_TAKES_MS = 30;
/** Each restart adds to the environment of the next process, until the system refuses it. */
const RESTARTS_IN_ROW_MAX = 10;
const NO_SUCH_PROCESS = "no process of given app is running";

/** Methods on the processes of apps. */
export const PROCESS_METHODS: readonly ReleaseMethod[] = [
  onApp("StopApp", ({ instance, session }, name) =>
    stopApp(instance, name, (delayMs) => session.takes(delayMs)),
  ),
  onApp("StopVPNClient", ({ instance, session }, name) =>
    stopApp(instance, name, (delayMs) => session.takes(delayMs)),
  ),
  method({
    name: "StopSkysocksClients",
    args: t.empty,
    reply: t.empty,
    effect: "write",
    early: NO_LAUNCHER,
    run: ({ instance, session }) =>
      stopApp(instance, "skysocks-client", (delayMs) => session.takes(delayMs)),
  }),
  onApp("KillApp", async ({ instance, session }, name) => {
    const app = instance.app(name);
    await session.takes(KILL_TAKES_MS);
    if (app !== undefined) instance.process(app).kill(nowOf(instance));
    return {};
  }),
  onApp("RestartApp", restartApp),
  query("GetAppError", t.string, "dies", () => ""),
  query("GetAppStats", appStats, "dies", ({ instance }, name) => {
    requireAlive(instance, name);
    return { Connections: [] };
  }),
  query(
    "GetAppConnectionsSummary",
    t.list(t.struct("appserver.ConnectionSummary", { IsAlive: t.bool })),
    { error: "no process manager available" },
    ({ instance }, name) => {
      const app = requireAlive(instance, name);
      return instance.status(app).status === 1 ? [{ IsAlive: false }] : [];
    },
  ),
  method({
    name: "LogsSince",
    args: t.struct("visor.AppLogsRequest", {
      TimeStamp: time,
      AppName: t.string,
    }) satisfies Schema<{
      TimeStamp: GoTime;
      AppName: string;
    }>,
    reply: t.list(t.string),
    effect: "read",
    early: "dies",
    run: ({ instance }, { AppName }) => {
      const app = instance.app(AppName);
      if (app === undefined || !instance.process(app).isAlive(nowOf(instance))) {
        throw new Error(`proc of app name '${AppName}' is not found`);
      }
      return [`[${ZERO_TIME.nanoseconds}] ${AppName} started\n`];
    },
  }),
  method({
    name: "SetAppDetailedStatus",
    args: setAppStatusIn,
    reply: t.empty,
    effect: "write",
    early: "dies",
    run: ({ instance }, { AppName, Status }) => {
      processOf(instance, AppName).report(Status);
      return {};
    },
  }),
  method({
    name: "SetAppError",
    args: setAppErrorIn,
    reply: t.empty,
    effect: "write",
    early: "dies",
    run: ({ instance }, { AppName, Err }) => {
      processOf(instance, AppName).reportError(Err);
      return {};
    },
  }),
];

/** v1.3.28 takes the name alone. */
export const START_APP_2024: ReleaseMethod = onApp("StartApp", ({ instance, session }, name) =>
  startApp(instance, name, (delayMs) => session.takes(delayMs)),
);

/** 2026 takes a struct; an empty mode is the default one. Source: rpc_apps.go, launcher.go (spring 2026). */
export const START_APP_2026: ReleaseMethod = method({
  name: "StartApp",
  args: servedStartAppIn,
  reply: t.empty,
  effect: "write",
  early: NO_LAUNCHER,
  run: ({ instance, session }, { AppName, LauncherMode }) =>
    startApp(instance, AppName, (delayMs) => session.takes(delayMs), LauncherMode),
});

type Takes = (delayMs: number) => Promise<void>;
type Empty = Readonly<Record<never, never>>;

/** Starts an app's process; success says no more than that there is one. */
export async function startApp(
  instance: VisorInstance,
  name: string,
  takes: Takes,
  mode = "",
): Promise<Empty> {
  const app = instance.app(name);
  if (app === undefined) throw new Error("app not found");
  const process = instance.process(app);
  if (process.isAlive(nowOf(instance))) throw new Error("app already started");
  if (startedProgram(app) === "vpn-client" && valueOption(app.args, "--srv") === undefined) {
    throw new Error("VPN server pub key is missing");
  }
  if (instance.behaviourOf(app) === "no-binary")
    throw new Error(cannotRun(instance, app, "no such file or directory"));
  await takes(START_TAKES_MS);
  process.restartsInRow = 0;
  instance.start(app, process, mode);
  return {};
}

/** Stops an app's process; a program that does not react keeps the caller waiting without end. */
export async function stopApp(instance: VisorInstance, name: string, takes: Takes): Promise<Empty> {
  const app = instance.app(name);
  const process = app === undefined ? undefined : instance.process(app);
  if (app === undefined || process?.isAlive(nowOf(instance)) !== true)
    throw new Error("app not running");
  if (!process.stop()) return never();
  if (app.restartPolicy === "always") instance.start(app, process);
  await takes(STOP_TAKES_MS);
  return {};
}

async function restartApp({ instance, session }: CallContext, name: string): Promise<Empty> {
  const app = instance.app(name);
  if (app === undefined) return {};
  const process = instance.process(app);
  if (!process.isAlive(nowOf(instance))) return {};
  if (!process.stop()) return never();
  process.restartsInRow += 1;
  if (process.restartsInRow > RESTARTS_IN_ROW_MAX)
    throw new Error(cannotRun(instance, app, "argument list too long"));
  instance.start(app, process);
  await session.takes(RESTART_TAKES_MS);
  return {};
}

function cannotRun(instance: VisorInstance, app: AppEntry, reason: string): string {
  const launcher = instance.config["launcher"] as { readonly bin_path?: string } | undefined;
  return `fork/exec ${launcher?.bin_path ?? "."}/${app.binary === "" ? app.name : app.binary}: ${reason}`;
}

function requireAlive(instance: VisorInstance, name: string): AppEntry {
  const app = instance.app(name);
  if (app === undefined || !instance.process(app).isAlive(nowOf(instance)))
    throw new Error("no such app");
  return app;
}

function processOf(instance: VisorInstance, name: string): ReturnType<VisorInstance["process"]> {
  const app = instance.app(name);
  if (app === undefined) throw new Error(NO_SUCH_PROCESS);
  return instance.process(app);
}

function nowOf(instance: VisorInstance): number {
  return instance.visor.world.clock.now();
}

function onApp(
  name: string,
  run: (context: CallContext, app: string) => Empty | Promise<Empty>,
): ReleaseMethod {
  return method({ name, args: t.string, reply: t.empty, effect: "write", early: NO_LAUNCHER, run });
}

function query<R>(
  name: string,
  reply: Schema<R>,
  early: ReleaseMethod["early"],
  run: (context: CallContext, app: string) => R,
): ReleaseMethod {
  return method({ name, args: t.string, reply, effect: "read", early, run });
}
