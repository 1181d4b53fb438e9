// What tests and `fleet embedded` do to visors behind everybody's back, and what they see inside.
import {
  FleetError,
  type Json,
  type JsonObject,
  utf8,
  type VisorKey,
  isJsonObject,
} from "../../core/index.ts";
import type { AppBehaviour } from "./app-behaviour.ts";
import { startApp, stopApp } from "./methods-process.ts";
import { setRewardAddress } from "./methods-network.ts";
import { setConfigFields } from "./set-config-fields.ts";
import type { EmbeddedVisor } from "./embedded-visor.ts";
import { formatConfig } from "./config-file.ts";
import { withField } from "./config-path.ts";
import type { Makeable } from "./makeable.ts";
import type { Knock } from "./served-ports.ts";
import { portOf } from "./visor-folder.ts";
import type { WebProxy } from "./web-proxies.ts";

/** What somebody else does to a visor while nobody of us looks. */
export type BehindBack =
  /** As with `skywire cli config set`: any path, at once, on disk and where it is mirrored. */
  | { readonly kind: "config"; readonly path: string; readonly value: Json }
  | { readonly kind: "app"; readonly app: string; readonly action: "start" | "stop" | "crash" }
  /** A served port, with Go's field names; a missing field is zero. */
  | { readonly kind: "port"; readonly port: number; readonly record: JsonObject | "closed" }
  | { readonly kind: "reward"; readonly address: string }
  /** An editor on the file of the running visor: in force after a restart, lost at the next setter. */
  | { readonly kind: "file"; readonly path: string; readonly value: Json };

/** What can be seen from inside an embedded visor, for tests and for `fleet embedded inspect`. */
export interface VisorInside {
  readonly name: string;
  readonly key: string;
  readonly profile: string;
  readonly state: Makeable;
  readonly alive: boolean;
  readonly phase: "early" | "starting" | "complete" | "down";
  readonly startedAtMs: number;
  /** The configuration in memory, without the secret key. */
  readonly config: JsonObject;
  /** Everybody who is let in now. */
  readonly livePeers: readonly string[];
  readonly apps: readonly {
    readonly name: string;
    readonly status: number;
    readonly detail: string;
    readonly args: readonly string[];
    /** What the process was started with; `null` when there is none. */
    readonly runningArgs: readonly string[] | null;
    /** The mode it was launched in; `null` when there is none. */
    readonly runningMode: string | null;
  }[];
  readonly ports: readonly JsonObject[];
  /** The dmsg listeners of served ports that really accept connections, whatever the records say. */
  readonly dmsgListeners: readonly { readonly port: number; readonly localPort: number }[];
  readonly rewardAddress: string;
  /** Where the web proxies listen, `host:port`; `null` for one that does not. */
  readonly webProxies: Readonly<Record<WebProxy, string | null>>;
  /** The variables of /etc/skywire.conf; `null` without such a file. */
  readonly conf: Readonly<Record<string, string>> | null;
}

/** The hand that moves an embedded fleet. Visors are named by name or key. */
export interface EmbeddedControl {
  /** `honest` takes every misbehaviour back and starts a visor that is down. */
  make(visor: string, state: Makeable): Promise<void>;
  makeApp(visor: string, app: string, behaviour: AppBehaviour): Promise<void>;
  /** Starts the visor from its disk; what was only in memory is gone. */
  restart(visor: string): Promise<void>;
  /** A package update: what is only in the configuration file is gone, but for what is carried forward. */
  regen(visor: string): Promise<void>;
  changeBehindBack(visor: string, change: BehindBack): Promise<void>;
  /** From now on the live setter of a configuration path fails with this text; `undefined` mends it. */
  failField(visor: string, path: string, error: string | undefined): Promise<void>;
  /** From now on adding this hypervisor fails with this text. */
  failKey(visor: string, key: VisorKey, error: string): Promise<void>;
  inspect(visor: string): VisorInside;
  /** Where a connection to a served port ends up, such as `localhost:3000`; `undefined` when it is turned away. */
  reach(visor: string, knock: Knock): string | undefined;
}

/** Moves the visors of one fleet. */
export class FleetControl implements EmbeddedControl {
  readonly #find: (visor: string) => EmbeddedVisor | undefined;

  constructor(find: (visor: string) => EmbeddedVisor | undefined) {
    this.#find = find;
  }

  async make(name: string, state: Makeable): Promise<void> {
    const visor = this.#visor(name);
    const wasUp = visor.isUp;
    visor.state = state;
    if (state === "dead") await visor.powerOff();
    else if (!wasUp) await visor.powerOn();
  }

  async makeApp(name: string, app: string, behaviour: AppBehaviour): Promise<void> {
    const visor = this.#visor(name);
    if (visor.instance.app(app) === undefined) throw noSuchApp(visor, app);
    visor.appBehaviours.set(app, behaviour);
    await Promise.resolve();
  }

  async restart(name: string): Promise<void> {
    await this.#visor(name).restart();
  }

  async regen(name: string): Promise<void> {
    await this.#visor(name).regenerate();
  }

  async changeBehindBack(name: string, change: BehindBack): Promise<void> {
    const visor = this.#visor(name);
    const { instance } = visor;
    const atOnce = (): Promise<void> => Promise.resolve();
    switch (change.kind) {
      case "config":
        await setConfigFields(
          instance,
          new Map([[change.path, utf8(JSON.stringify(change.value))]]),
        );
        break;
      case "app":
        if (change.action === "start") await startApp(instance, change.app, atOnce);
        else if (change.action === "stop") await stopApp(instance, change.app, atOnce);
        else crashApp(visor, change.app);
        break;
      case "port":
        changePort(visor, change.port, change.record);
        await instance.savePorts();
        break;
      case "reward":
        await setRewardAddress(instance, change.address);
        break;
      case "file":
        await visor.folder.editConfig((text) => edited(visor, text, change.path, change.value));
    }
  }

  async failField(name: string, path: string, error: string | undefined): Promise<void> {
    const { fieldFaults } = this.#visor(name);
    if (error === undefined) fieldFaults.delete(path);
    else fieldFaults.set(path, error);
    await Promise.resolve();
  }

  async failKey(name: string, key: VisorKey, error: string): Promise<void> {
    this.#visor(name).keyFaults.set(key, error);
    await Promise.resolve();
  }

  inspect(name: string): VisorInside {
    const visor = this.#visor(name);
    const { instance } = visor;
    const nowMs = visor.world.clock.now();
    const { sk: _, ...config } = instance.config;
    return {
      name: visor.name,
      key: visor.key,
      profile: visor.profile.name,
      state: visor.state,
      alive: visor.isUp,
      phase: phaseOf(visor),
      startedAtMs: instance.startedAtMs,
      config,
      livePeers: instance.peers.keys(),
      apps: instance.apps().map((app) => ({
        name: app.name,
        ...instance.status(app),
        args: app.args,
        runningArgs: instance.process(app).running(nowMs)?.args ?? null,
        runningMode: instance.process(app).running(nowMs)?.mode ?? null,
      })),
      ports: [...instance.ports.records.values()].map((port) => ({ ...port })),
      dmsgListeners: instance.ports.listeners,
      rewardAddress: instance.rewardAddress ?? "",
      webProxies: {
        dmsg_web: instance.webProxies.listening("dmsg_web", config),
        skynet_web: instance.webProxies.listening("skynet_web", config),
      },
      conf: visor.conf === undefined ? null : Object.fromEntries(visor.conf),
    };
  }

  reach(name: string, knock: Knock): string | undefined {
    const visor = this.#visor(name);
    return visor.isUp ? visor.instance.ports.reach(knock) : undefined;
  }

  #visor(name: string): EmbeddedVisor {
    const visor = this.#find(name);
    if (visor === undefined) {
      throw new FleetError("embedded/no-visor", `the embedded fleet has no visor ${name}`, {
        next: "use a name or key that `fleet embedded show` lists",
        exit: 64,
      });
    }
    return visor;
  }
}

/** As somebody does with the visor's own command line: it registers what is not served, else updates it. */
function changePort(visor: EmbeddedVisor, port: number, record: JsonObject | "closed"): void {
  const { ports } = visor.instance;
  const isServed = ports.records.has(port);
  if (record === "closed") {
    if (isServed) ports.deregister(port);
  } else if (isServed) ports.update(portOf({ ...record, Port: port }));
  else ports.register(portOf({ ...record, Port: port }));
}

function phaseOf(visor: EmbeddedVisor): VisorInside["phase"] {
  if (!visor.isUp) return "down";
  if (visor.instance.isEarly) return "early";
  return visor.instance.isComplete ? "complete" : "starting";
}

function crashApp(visor: EmbeddedVisor, name: string): void {
  const app = visor.instance.app(name);
  if (app === undefined) throw noSuchApp(visor, name);
  visor.instance.process(app).crash();
  if (app.restartPolicy !== "") visor.instance.start(app, visor.instance.process(app));
}

function edited(visor: EmbeddedVisor, text: string | undefined, path: string, value: Json): string {
  const shown = text ?? formatConfig(visor.instance.config, visor.profile, { secretKey: true });
  const config = JSON.parse(shown) as Json;
  if (!isJsonObject(config)) return shown;
  return JSON.stringify(withField(config, path, value), undefined, "\t");
}

function noSuchApp(visor: EmbeddedVisor, app: string): FleetError {
  return new FleetError("embedded/no-app", `${visor.name} has no app ${app}`, {
    next: `use one of ${visor.instance
      .apps()
      .map((each) => each.name)
      .join(", ")}`,
    exit: 64,
  });
}
