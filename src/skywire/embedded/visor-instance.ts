// One run of a visor, from its start to its end: what it holds in memory.
import { type Json, type JsonObject, isJsonObject } from "../../core/index.ts";
import type { AppBehaviour } from "./app-behaviour.ts";
import { type AppEntry, appEntriesOf, textsOf } from "./app-entry.ts";
import { AppProcess, type AppStatus } from "./app-process.ts";
import { valueOption } from "./app-args.ts";
import { argumentFault, faultOf, startedProgram } from "./app-program.ts";
import { mirrorPaths } from "./conf-file.ts";
import { isList } from "./config-shape.ts";
import { withField, withValue } from "./config-path.ts";
import type { EmbeddedVisor } from "./embedded-visor.ts";
import { PeerList } from "./peer-list.ts";
import { ServedPorts } from "./served-ports.ts";
import { initialTransports, type LiveTransport } from "./transports.ts";
import type { DiskState } from "./visor-folder.ts";
import { WebProxies, withChainedProxy } from "./web-proxies.ts";

/** When the parts of a visor are up, in ms after its start. Source: session startup-normal; the last two assumed. */
const MODULES_AFTER_MS = 20;
const APPS_AFTER_MS = 40;
const DMSG_AFTER_MS = 2500;
const COMPLETE_AFTER_MS = 3000;

/** When keys are back that were taken off a regrowing visor's lists. */
const REGROWS_AFTER_MS = 300;

const APPS_PATH = [
  { kind: "member", name: "launcher" },
  { kind: "member", name: "apps" },
] as const;

/** What a refused skynet stream leaves behind. */
export interface PendingHypervisor {
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
}

/**
 * One run of a visor, from its start to its end: everything it holds in memory. A reload makes a new one, and
 * connections opened before keep this one.
 */
export class VisorInstance {
  readonly visor: EmbeddedVisor;
  readonly startedAtMs: number;
  readonly peers: PeerList;
  /** There was somebody to let in when the visor started; otherwise its remote RPC never listens on dmsg. */
  readonly listensOnDmsg: boolean;
  readonly pending: Map<string, PendingHypervisor> = new Map();
  readonly ports: ServedPorts;
  readonly webProxies: WebProxies;
  config: JsonObject;
  rewardAddress: string | undefined;
  readonly #bootConfig: JsonObject;
  readonly #processes = new Map<string, AppProcess>();
  #transports: readonly LiveTransport[] | undefined;

  constructor(visor: EmbeddedVisor, config: JsonObject, disk: DiskState, startedAtMs: number) {
    this.visor = visor;
    this.startedAtMs = startedAtMs;
    this.config = withChainedProxy(config);
    this.#bootConfig = config;
    this.webProxies = new WebProxies(config);
    this.rewardAddress = disk.reward;
    this.ports = new ServedPorts(disk.ports);
    this.peers = new PeerList(visor.key, this.trusted());
    this.listensOnDmsg = this.trusted().length > 0;
  }

  ageMs(): number {
    return (this.visor.world.clock.now() - this.startedAtMs) / this.visor.world.timeScale;
  }

  /** The launcher and the transport manager are not there yet: careless calls kill the visor. */
  get isEarly(): boolean {
    return this.visor.state === "starting" || this.ageMs() < MODULES_AFTER_MS;
  }

  get isComplete(): boolean {
    const { state } = this.visor;
    return state !== "starting" && state !== "suspended" && this.ageMs() >= COMPLETE_AFTER_MS;
  }

  get isDmsgReady(): boolean {
    return this.ageMs() >= DMSG_AFTER_MS;
  }

  keysAt(name: "hypervisors" | "survey_whitelist"): readonly string[] {
    return textsOf(this.config[name]);
  }

  get ptyWhitelist(): readonly string[] {
    const section = this.config[this.visor.profile.ptySection.value];
    return isJsonObject(section) ? textsOf(section["whitelist"]) : [];
  }

  /** Both configured trust lists together. */
  trusted(): readonly string[] {
    return [...this.keysAt("hypervisors"), ...this.ptyWhitelist];
  }

  /** True when a stream from this key is let in now. */
  letsIn(key: string): boolean {
    if (this.peers.has(key)) return true;
    return (
      this.visor.profile.transitiveTrust.value &&
      this.connectedHypervisors().some((each) => each.lists(key))
    );
  }

  /** Hypervisors of this fleet that are configured here, up, and serve as one. */
  connectedHypervisors(): readonly EmbeddedVisor[] {
    return this.keysAt("hypervisors")
      .map((key) => this.visor.world.visorOf(key))
      .filter((hypervisor) => hypervisor !== undefined)
      .filter((hypervisor) => hypervisor.isUp && hypervisor.isHypervisor);
  }

  apps(): readonly AppEntry[] {
    return appEntriesOf(this.config);
  }

  app(name: string): AppEntry | undefined {
    return this.apps().find((app) => app.name === name);
  }

  /** What the visor believes about an app, and whether a process is there. */
  process(app: AppEntry): AppProcess {
    const known = this.#processes.get(app.name);
    const nowMs = this.visor.world.clock.now();
    if (known !== undefined) {
      if (app.restartPolicy !== "" && known.hasCrashed(nowMs)) this.start(app, known);
      return known;
    }
    const process = new AppProcess(this.visor.world.timeScale);
    this.#processes.set(app.name, process);
    const booted = appEntriesOf(this.#bootConfig).find((entry) => entry.name === app.name);
    if (booted?.autoStart === true) this.#autoStart(booted, process);
    return process;
  }

  status(app: AppEntry): AppStatus {
    return this.process(app).status(this.visor.world.clock.now());
  }

  /** Starts a process with what the configuration says now; the mode is the caller's word, where it has one. */
  start(app: AppEntry, process: AppProcess, mode: string = app.launcherMode): void {
    this.#begin(app, process, { mode, atMs: this.visor.world.clock.now() });
  }

  behaviourOf(app: AppEntry): AppBehaviour {
    const made = this.visor.appBehaviours.get(app.name);
    if (made !== undefined) return made;
    if (argumentFault(app.args, this.visor.profile) !== undefined) return "crash-at-start";
    const isClient =
      startedProgram(app) === "skysocks-client" || startedProgram(app) === "vpn-client";
    const server = isClient ? valueOption(app.args, "--srv") : undefined;
    const isLost =
      isClient && (server === undefined || this.visor.world.visorOf(server) === undefined);
    return isLost ? "starting-for-ever" : "good";
  }

  transports(): readonly LiveTransport[] {
    this.#transports ??= initialTransports(this.visor);
    return this.#transports;
  }

  setTransports(transports: readonly LiveTransport[]): void {
    this.#transports = transports;
  }

  /** Changes one configuration field in memory. */
  setField(path: string, value: Json | undefined): void {
    this.config = withField(this.config, path, value);
  }

  /** Changes one member of an app's launcher entry in memory. */
  setApp(name: string, member: string, value: Json): void {
    const steps = [...APPS_PATH, { kind: "app", name }, { kind: "member", name: member }] as const;
    this.config = withValue(this.config, steps, value);
  }

  addApp(entry: JsonObject): void {
    const launcher = this.config["launcher"];
    const apps = isJsonObject(launcher) ? launcher["apps"] : undefined;
    this.setField("launcher.apps", [...(isList(apps) ? apps : []), entry]);
  }

  removeApp(name: string): void {
    const launcher = this.config["launcher"];
    const apps = isJsonObject(launcher) ? launcher["apps"] : undefined;
    const others = (isList(apps) ? apps : []).filter(
      (app) => !isJsonObject(app) || app["name"] !== name,
    );
    this.setField("launcher.apps", others);
    this.#processes.delete(name);
  }

  /** Replaces one of the two trust lists in memory. A visor that regrows gets removed keys back a little later. */
  setTrust(list: "hypervisors" | "pty", keys: readonly string[]): void {
    const before = list === "pty" ? this.ptyWhitelist : this.keysAt("hypervisors");
    this.setField(
      list === "pty" ? `${this.visor.profile.ptySection.value}.whitelist` : "hypervisors",
      keys,
    );
    const removed = before.filter((key) => !keys.includes(key));
    if (removed.length > 0 && this.visor.state === "regrowing") this.#regrow(list, removed);
  }

  /** The configured lists are in force from now on. */
  admitConfigured(): void {
    this.peers.configure(this.trusted());
  }

  /** Writes the whole configuration file, as every persisting setter does. */
  persist(): Promise<void> {
    return this.visor.folder.writeConfig(this.config);
  }

  /** Writes or removes the file of the reward address. */
  saveReward(): Promise<void> {
    return this.visor.folder.writeReward(this.rewardAddress);
  }

  /** Writes the file of the served ports. */
  savePorts(): Promise<void> {
    return this.visor.folder.writePorts(this.ports.records.values());
  }

  /** Copies the values that paths have in a configuration to /etc/skywire.conf, where the visor keeps one. */
  async mirror(paths: readonly string[], config: JsonObject = this.config): Promise<void> {
    const conf = this.visor.conf;
    if (conf === undefined) return;
    await this.visor.setConf(mirrorPaths(conf, config, paths));
  }

  /** A copy whose changes nobody sees, for a visor that only claims to do what it is told. */
  scratch(): VisorInstance {
    const disk: DiskState = {
      config: this.config,
      reward: this.rewardAddress,
      ports: this.ports.records,
      conf: this.visor.conf,
    };
    const scratch: VisorInstance = new ScratchInstance(
      this.visor,
      this.config,
      disk,
      this.startedAtMs,
    );
    for (const [name, process] of this.#processes) scratch.#processes.set(name, process.copy());
    return scratch;
  }

  #regrow(list: "hypervisors" | "pty", removed: readonly string[]): void {
    const { clock, timeScale } = this.visor.world;
    clock.after(REGROWS_AFTER_MS * timeScale, () => {
      const now = list === "pty" ? this.ptyWhitelist : this.keysAt("hypervisors");
      this.setTrust(list, [...new Set([...now, ...removed])]);
      this.admitConfigured();
      void this.persist().catch(() => undefined);
    });
  }

  #autoStart(app: AppEntry, process: AppProcess): void {
    const atMs = this.startedAtMs + APPS_AFTER_MS * this.visor.world.timeScale;
    if (this.behaviourOf(app) !== "no-binary")
      this.#begin(app, process, { mode: app.launcherMode, atMs });
  }

  #begin(
    app: AppEntry,
    process: AppProcess,
    at: { readonly atMs: number; readonly mode: string },
  ): void {
    const { args, env } = app;
    process.start({ ...at, behaviour: this.behaviourOf(app), args, env, fault: faultOf(app) });
  }
}

class ScratchInstance extends VisorInstance {
  override saveReward(): Promise<void> {
    return Promise.resolve();
  }

  override savePorts(): Promise<void> {
    return Promise.resolve();
  }

  override persist(): Promise<void> {
    return Promise.resolve();
  }

  override mirror(): Promise<void> {
    return Promise.resolve();
  }
}
