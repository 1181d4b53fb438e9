// One visor over all its runs: it starts, dies and is started again.
import { type Json, type JsonObject, type VisorKey, isJsonObject } from "../../core/index.ts";
import type { AppBehaviour } from "./app-behaviour.ts";
import { applyConf, type Conf, mirrorPaths } from "./conf-file.ts";
import { isList } from "./config-shape.ts";
import { valueAt, withField } from "./config-path.ts";
import { numberFromSeed } from "./identity.ts";
import { initialConfig } from "./initial-config.ts";
import type { Makeable } from "./makeable.ts";
import type { ReleaseFacts } from "../visor/index.ts";
import type { DiskState, VisorFolder } from "./visor-folder.ts";
import { VisorInstance } from "./visor-instance.ts";
import type { EmbeddedWorld } from "./world.ts";

/** What one embedded visor begins as. */
export interface VisorOrigin {
  readonly name: string;
  readonly key: VisorKey;
  readonly profile: ReleaseFacts;
  readonly hypervisors: readonly VisorKey[];
  readonly pty: readonly VisorKey[];
  readonly survey: readonly VisorKey[];
  readonly isController: boolean;
  readonly keepsConf: boolean;
  readonly canaries: boolean;
  readonly transports: number;
  readonly cliPort: number;
  readonly fields: Readonly<Record<string, Json>>;
}

/** What can be cut when a visor ends: an open connection, direct or through a bridge. */
export interface Cuttable {
  cut(): void;
}

const DAY_MS = 86_400_000;
const UPTIME_DAYS_MAX = 20;
const SPREAD = 900;
const CLOSE_AFTER_MS = 5;
const NOTHING: DiskState = {
  config: undefined,
  reward: undefined,
  ports: new Map(),
  conf: undefined,
};

/** One machine with a visor on it: what outlives a run of the visor, and the run there is. */
export class EmbeddedVisor {
  readonly world: EmbeddedWorld;
  readonly name: string;
  readonly key: VisorKey;
  readonly profile: ReleaseFacts;
  readonly folder: VisorFolder;
  readonly transportCount: number;
  /** A number that follows from the key, for values in which visors differ and that nobody depends on. */
  readonly spread: number;
  readonly appBehaviours: Map<string, AppBehaviour> = new Map();
  readonly connections: Set<Cuttable> = new Set();
  /** Live setters that fail, by configuration path, with their error text. */
  readonly fieldFaults: Map<string, string> = new Map();
  /** Hypervisors that cannot be added, with the error text. */
  readonly keyFaults: Map<string, string> = new Map();
  state: Makeable = "honest";
  /** Told when the visor comes up or goes down, so that its local port opens and closes. */
  onPowerChange: ((isUp: boolean) => Promise<void>) | undefined;
  deaths = 0;
  #origin: VisorOrigin;
  #instance: VisorInstance | undefined;
  #isUp = true;
  #turns = 0;
  #writers: Promise<unknown> = Promise.resolve();
  #conf: Conf | undefined;
  #reward: string | undefined;

  constructor(world: EmbeddedWorld, origin: VisorOrigin, folder: VisorFolder) {
    this.world = world;
    this.name = origin.name;
    this.key = origin.key;
    this.profile = origin.profile;
    this.transportCount = origin.transports;
    this.spread = numberFromSeed(origin.key, SPREAD);
    this.folder = folder;
    this.#origin = origin;
  }

  get isUp(): boolean {
    return this.#isUp && this.state !== "dead";
  }

  /** The run there is. A visor that wrote nothing yet is made when it is first asked for. */
  get instance(): VisorInstance {
    this.#instance ??= this.#firstInstance(NOTHING);
    return this.#instance;
  }

  get isHypervisor(): boolean {
    const section = this.instance.config["hypervisor"];
    return isJsonObject(section) && section["enable"] === true;
  }

  /** The variables of /etc/skywire.conf; `undefined` where the machine has no such file. */
  get conf(): Conf | undefined {
    if (this.#conf === undefined && this.#origin.keepsConf) {
      const mirrored = ["hypervisors", "pty.whitelist", "hypervisor.enable"];
      this.#conf = mirrorPaths(new Map(), this.#initialConfig(), mirrored);
    }
    return this.#conf;
  }

  /** A number that is another one at each call: lists are answered in an order that goes by it. */
  nextTurn(): number {
    this.#turns += 1;
    return this.#turns;
  }

  /** Runs one after the other what a visor guards with a lock. */
  oneAtATime<T>(run: () => Promise<T>): Promise<T> {
    const done = this.#writers.then(run);
    this.#writers = done.catch(() => undefined);
    return done;
  }

  /** True when this visor's configured hypervisors hold a key. */
  lists(key: string): boolean {
    return this.instance.keysAt("hypervisors").includes(key);
  }

  async setConf(conf: Conf): Promise<void> {
    this.#conf = conf;
    await this.folder.writeConf(conf);
  }

  /** Takes up what a former process left on disk. To be called once, before the visor is used. */
  async load(): Promise<void> {
    const disk = await this.folder.read();
    this.#take(disk);
    if (disk.config === "broken") this.#isUp = false;
    else this.#instance = this.#firstInstance(disk);
  }

  /** Writes the configuration of a visor that never wrote one. */
  async writeFirstFiles(): Promise<void> {
    if (this.folder.exists) return;
    await this.instance.persist();
    const { conf } = this;
    if (conf !== undefined) await this.setConf(conf);
  }

  /**
   * Ends every connection and starts the visor from its disk: what was only in memory is gone.
   * A visor whose file is broken stays down.
   */
  /** A suspension ends with the run: nothing on the disk says that there was one. Source: api_suspend.go. */
  async restart(): Promise<void> {
    if (this.state === "suspended") this.state = "honest";
    await this.powerOff();
    await this.powerOn();
  }

  async powerOff(): Promise<void> {
    this.#isUp = false;
    this.cutConnections();
    await this.onPowerChange?.(false);
  }

  async powerOn(): Promise<void> {
    this.#isUp = await this.#startFromDisk();
    if (this.isUp) await this.onPowerChange?.(true);
  }

  /** Starts again inside the same process: connections opened before keep the run that is no more. */
  async reload(): Promise<void> {
    await this.#startFromDisk();
  }

  /** The process dies of a call: every client loses its connection some milliseconds later. */
  die(): void {
    if (!this.#isUp) return;
    this.deaths += 1;
    this.end(CLOSE_AFTER_MS);
  }

  /** The process ends `afterMs` from now, scaled. */
  end(afterMs: number): void {
    this.#isUp = false;
    this.world.clock.after(afterMs * this.world.timeScale, () => {
      this.cutConnections();
      void this.onPowerChange?.(false);
    });
  }

  cutConnections(): void {
    for (const connection of this.connections) connection.cut();
    this.connections.clear();
  }

  /**
   * A package update: the configuration is generated anew from the release's defaults and /etc/skywire.conf; of
   * the old one only a few things are carried forward. Then the visor starts again.
   * Source: config-runtime.md (what `config gen -r` keeps).
   */
  async regenerate(): Promise<void> {
    await this.folder.settled();
    const old = this.instance.config;
    const bare = {
      ...this.#origin,
      hypervisors: [],
      pty: [],
      survey: [],
      isController: false,
      canaries: false,
    };
    let fresh = initialConfig({ ...configInput(bare), fields: {} });
    fresh = carryForward(old, fresh);
    const { conf } = this;
    if (conf !== undefined) fresh = applyConf(fresh, conf);
    await this.folder.writeConfig(fresh);
    await this.restart();
  }

  async #startFromDisk(): Promise<boolean> {
    const disk = await this.folder.read();
    this.#take(disk);
    if (disk.config === "broken") return false;
    const config = disk.config ?? this.#initialConfig();
    this.#instance = new VisorInstance(this, config, disk, this.world.clock.now());
    return true;
  }

  #take(disk: DiskState): void {
    if (disk.conf !== undefined) this.#conf = disk.conf;
    this.#reward = disk.reward;
  }

  /** A visor of a fleet that just began has been up for days. */
  #firstInstance(disk: DiskState): VisorInstance {
    const config =
      disk.config === undefined || disk.config === "broken" ? this.#initialConfig() : disk.config;
    const uptimeMs = DAY_MS + numberFromSeed(this.key, UPTIME_DAYS_MAX * DAY_MS);
    return new VisorInstance(
      this,
      config,
      { ...disk, reward: this.#reward },
      this.world.clock.now() - uptimeMs,
    );
  }

  #initialConfig(): JsonObject {
    return initialConfig(configInput(this.#origin));
  }
}

function configInput(origin: VisorOrigin): Parameters<typeof initialConfig>[0] {
  const { profile, key, hypervisors, pty, survey, canaries, cliPort, fields, isController } =
    origin;
  return {
    profile,
    key,
    hypervisors,
    pty,
    survey,
    isHypervisor: isController,
    canaries,
    cliPort,
    fields,
  };
}

/** Members of an app that a fresh configuration takes over from the old one. */
const CARRIED_APP_MEMBERS = ["auto_start", "args", "launcher_mode", "restart_policy"];

function carryForward(old: JsonObject, fresh: JsonObject): JsonObject {
  const apps = appsIn(fresh).map((app) => {
    const before = appsIn(old).find((each) => each["name"] === app["name"]);
    const kept = CARRIED_APP_MEMBERS.flatMap((name) =>
      before?.[name] === undefined ? [] : [[name, before[name]]],
    );
    return { ...app, ...(Object.fromEntries(kept) as JsonObject) };
  });
  const added = appsIn(old).filter((app) => !apps.some((each) => each["name"] === app["name"]));
  let carried = withField(fresh, "launcher.apps", [...apps, ...added]);
  for (const [section, name] of [
    ["routing", "min_hops"],
    ["dmsg", "protocol"],
  ] as const) {
    const value = valueAt(old, [
      { kind: "member", name: section },
      { kind: "member", name },
    ]);
    if (value !== undefined) carried = withField(carried, `${section}.${name}`, value);
  }
  return carried;
}

function appsIn(config: JsonObject): readonly JsonObject[] {
  const launcher = config["launcher"];
  const apps = isJsonObject(launcher) ? launcher["apps"] : undefined;
  return isList(apps) ? apps.filter(isJsonObject) : [];
}
