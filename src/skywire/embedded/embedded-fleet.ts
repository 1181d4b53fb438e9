// Starts visors that know each other, on this machine, and stops them.
import {
  assert,
  type ByteStream,
  defined,
  type Dial,
  FleetError,
  type StreamAddress,
  type VisorKey,
} from "../../core/index.ts";
import { type BridgeTiming, LocalPort } from "./bridge.ts";
import { type EmbeddedControl, FleetControl } from "./control.ts";
import { serveControl } from "./control-protocol.ts";
import {
  EMBEDDED_FILE,
  EMBEDDED_FORMAT,
  type EmbeddedFile,
  formatEmbeddedFile,
} from "./embedded-file.ts";
import { CallCounters, type EmbeddedCounters } from "./counters.ts";
import { DelayLine } from "./delay-line.ts";
import { EmbeddedVisor } from "./embedded-visor.ts";
import {
  type EmbeddedFleetOptions,
  type Listening,
  type ResolvedSpec,
  resolveSpecs,
} from "./fleet-spec.ts";
import { streamPair } from "./memory-stream.ts";
import { RELEASES, type ReleaseName } from "../visor/index.ts";
import { VisorServer } from "./serve-visor.ts";
import { VisorFolder } from "./visor-folder.ts";
import type { EmbeddedWorld } from "./world.ts";

/** One visor of a running embedded fleet. */
export interface EmbeddedVisorInfo {
  readonly name: string;
  readonly key: VisorKey;
  readonly profile: ReleaseName;
  readonly folder: string;
  /** Where its RPC listens, for those that do. */
  readonly local?: StreamAddress;
}

/** Visors of our own, on this machine. */
export interface EmbeddedFleet {
  readonly visors: readonly EmbeddedVisorInfo[];
  /** Addresses of the visors that listen, by name. */
  readonly addresses: ReadonlyMap<string, StreamAddress>;
  /** Where commands of another process are taken; absent without `listen`. */
  readonly controlAddress?: StreamAddress;
  /** Leads to those addresses inside this process, without a socket. */
  readonly dial: Dial;
  readonly control: EmbeddedControl;
  readonly counters: EmbeddedCounters;
  /** Resolves when somebody asked the fleet to stop by command. */
  readonly whenStopped: Promise<void>;
  /** Ends every connection and closes every port; what was asked to be stored is on disk. */
  stop(): Promise<void>;
}

const DEFAULT_TRANSPORTS = 20;
const WRITE_AT_START_MAX = 200;
const DEFAULT_SEED = "fleet";
const LOOPBACK = "127.0.0.1";
const FIRST_MEMORY_PORT = 3435;

/**
 * Starts visors that answer on this machine as real ones of their release do, and keep what they are told in
 * their folders. A folder that holds visors of a former run is taken up again.
 * @throws FleetError embedded/name, key/visor, net/failed (a port is taken), files/*
 */
export async function startEmbeddedFleet(options: EmbeddedFleetOptions): Promise<EmbeddedFleet> {
  const fleet = new RunningFleet(options);
  await fleet.start();
  return fleet.asFleet();
}

class RunningFleet {
  readonly #options: EmbeddedFleetOptions;
  readonly #visors: readonly EmbeddedVisor[];
  readonly #byName = new Map<string, EmbeddedVisor>();
  readonly #specs: readonly ResolvedSpec[];
  readonly #ports = new Map<string, LocalPort>();
  readonly #sockets = new Map<string, Listening>();
  readonly #addresses = new Map<string, StreamAddress>();
  readonly #counters = new CallCounters();
  readonly #control: FleetControl;
  #controlSocket: Listening | undefined;
  #isStopped = false;
  #requestStop: () => void = () => undefined;
  readonly #stopAsked: Promise<void>;
  readonly #existing = new Set<string>();

  constructor(options: EmbeddedFleetOptions) {
    this.#options = options;
    this.#specs = resolveSpecs(options.visors, options.seed ?? DEFAULT_SEED);
    const byKey = new Map<string, EmbeddedVisor>();
    const world: EmbeddedWorld = {
      clock: options.clock,
      random: options.random,
      timeScale: options.timeScale ?? 1,
      visorOf: (key) => byKey.get(key),
      keys: this.#specs.map(({ key }) => key),
    };
    this.#visors = this.#specs.map((resolved) => this.#makeVisor(world, resolved));
    for (const visor of this.#visors) {
      byKey.set(visor.key, visor);
      this.#byName.set(visor.name, visor);
    }
    this.#control = new FleetControl((name) => this.#byName.get(name) ?? byKey.get(name));
    this.#stopAsked = new Promise((resolve) => {
      this.#requestStop = resolve;
    });
  }

  async start(): Promise<void> {
    const { files, folder, writeAtStart } = this.#options;
    await files.makeFolder(folder);
    await this.#findFolders();
    for (const visor of this.#visors) if (this.#existing.has(visor.key)) await visor.load();
    if (writeAtStart ?? this.#visors.length <= WRITE_AT_START_MAX) {
      for (const visor of this.#visors) await visor.writeFirstFiles();
    }
    await this.#openPorts();
    await this.#openControl();
  }

  /** Folders of a former run: by their names in a large fleet, by what is in them in a small one. */
  async #findFolders(): Promise<void> {
    const { files, folder } = this.#options;
    for (const name of await files.list(folder)) this.#existing.add(name);
    if (this.#visors.length > WRITE_AT_START_MAX) return;
    for (const visor of this.#visors) {
      if ((await files.read(visor.folder.configPath)) !== undefined) this.#existing.add(visor.key);
    }
  }

  asFleet(): EmbeddedFleet {
    const controlAddress = this.#controlSocket?.address;
    return {
      visors: this.#visors.map((visor) => this.#infoOf(visor)),
      addresses: this.#addresses,
      ...defined({ controlAddress }),
      dial: (address) => this.#dial(address),
      control: this.#control,
      counters: this.#counters,
      whenStopped: this.#stopAsked,
      stop: () => this.#stop(),
    };
  }

  #makeVisor(
    world: EmbeddedWorld,
    { spec, key, hypervisors, pty, survey }: ResolvedSpec,
  ): EmbeddedVisor {
    const profile = RELEASES[spec.profile];
    const path = `${this.#options.folder}/${key}`;
    const folder = new VisorFolder(this.#options.files, path, profile, () =>
      this.#existing.has(key),
    );
    const visor = new EmbeddedVisor(
      world,
      {
        name: spec.name,
        key,
        profile,
        hypervisors,
        pty,
        survey,
        isController: spec.local !== undefined && profile.types.value === "2026",
        keepsConf: (spec.conf ?? true) && profile.types.value === "2026",
        canaries: spec.canaries ?? false,
        transports: spec.transports ?? DEFAULT_TRANSPORTS,
        cliPort: typeof spec.local === "object" ? spec.local.port : FIRST_MEMORY_PORT,
        fields: spec.config ?? {},
      },
      folder,
    );
    visor.state = spec.state ?? "honest";
    for (const [app, behaviour] of Object.entries(spec.apps ?? {}))
      visor.appBehaviours.set(app, behaviour);
    return visor;
  }

  async #openPorts(): Promise<void> {
    const { clock, rttMs = 0, rttLocal = false } = this.#options;
    const line = rttMs > 0 ? new DelayLine(clock, rttMs / 2) : undefined;
    const timing: BridgeTiming = { line, rttMs, delayLocal: rttLocal };
    const server = new VisorServer(this.#counters);
    let memoryPort = FIRST_MEMORY_PORT;
    for (const { spec } of this.#specs) {
      const visor = this.#byName.get(spec.name);
      assert(visor !== undefined, "every specification has its visor");
      if (spec.local === undefined) continue;
      this.#ports.set(spec.name, new LocalPort(visor, server, timing));
      if (this.#options.listen === undefined) {
        const port =
          typeof spec.local === "object" && spec.local.port > 0 ? spec.local.port : memoryPort++;
        this.#addresses.set(spec.name, { host: LOOPBACK, port });
        continue;
      }
      await this.#openSocket(spec.name, typeof spec.local === "object" ? spec.local.port : 0);
      visor.onPowerChange = (isUp) => this.#onPowerChange(spec.name, isUp);
      if (!visor.isUp) await this.#closeSocket(spec.name);
    }
  }

  async #openSocket(name: string, port: number): Promise<void> {
    const { listen } = this.#options;
    const local = this.#ports.get(name);
    assert(listen !== undefined && local !== undefined, "only a visor with a port listens");
    const socket = await listen((stream) => local.accept(stream), { host: LOOPBACK, port });
    this.#sockets.set(name, socket);
    this.#addresses.set(name, socket.address);
  }

  async #closeSocket(name: string): Promise<void> {
    const socket = this.#sockets.get(name);
    this.#sockets.delete(name);
    await socket?.close();
  }

  async #onPowerChange(name: string, isUp: boolean): Promise<void> {
    if (this.#isStopped || isUp === this.#sockets.has(name)) return;
    if (isUp) await this.#openSocket(name, this.#addresses.get(name)?.port ?? 0);
    else await this.#closeSocket(name);
  }

  async #openControl(): Promise<void> {
    const { listen, files, folder } = this.#options;
    if (listen === undefined) return;
    this.#controlSocket = await listen(
      (stream) => {
        const address = this.#controlSocket?.address;
        assert(address !== undefined, "nobody connects before the socket is there");
        serveControl(stream, {
          control: this.#control,
          counters: this.#counters,
          file: this.#fileFor(address),
          stop: () => this.#requestStop(),
        });
      },
      { host: LOOPBACK, port: 0 },
    );
    const file = this.#fileFor(this.#controlSocket.address);
    await files.replace(`${folder}/${EMBEDDED_FILE}`, formatEmbeddedFile(file));
  }

  #fileFor(control: StreamAddress): EmbeddedFile {
    const visors = this.#visors.map((visor) => {
      const { folder: _, ...shown } = this.#infoOf(visor);
      return shown;
    });
    return { format: EMBEDDED_FORMAT, visors, control };
  }

  #infoOf(visor: EmbeddedVisor): EmbeddedVisorInfo {
    const local = this.#addresses.get(visor.name);
    const info = {
      name: visor.name,
      key: visor.key,
      profile: visor.profile.name,
      folder: visor.folder.path,
    };
    return local === undefined ? info : { ...info, local };
  }

  async #dial(address: StreamAddress): Promise<ByteStream> {
    await Promise.resolve();
    const name = [...this.#addresses].find(
      ([, each]) => each.port === address.port && each.host === address.host,
    )?.[0];
    const local = name === undefined ? undefined : this.#ports.get(name);
    if (name === undefined || local === undefined || this.#byName.get(name)?.isUp !== true) {
      throw new FleetError("net/refused", `nobody listens on ${address.host}:${address.port}`);
    }
    const [ours, theirs] = streamPair();
    local.accept(theirs);
    return ours;
  }

  async #stop(): Promise<void> {
    this.#isStopped = true;
    for (const visor of this.#visors) visor.cutConnections();
    await Promise.all([...this.#sockets.values()].map((socket) => socket.close()));
    await this.#controlSocket?.close();
    await Promise.all(this.#visors.map((visor) => visor.folder.settled()));
    if (this.#controlSocket !== undefined) {
      await this.#options.files.remove(`${this.#options.folder}/${EMBEDDED_FILE}`);
    }
  }
}
