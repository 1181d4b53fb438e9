// The files of one visor: its configuration, skywire.conf and the records of served ports.
import {
  type Files,
  fromUtf8,
  jsonIfAny,
  type JsonObject,
  utf8,
  isJsonObject,
} from "../../core/index.ts";
import { type Conf, formatConf, parseConf } from "./conf-file.ts";
import { formatConfig, parseConfig, unknownMembers } from "./config-file.ts";
import { isList } from "./config-shape.ts";
import type { ReleaseFacts } from "../visor/index.ts";
import type { ForwardedPort } from "./wire-2026.ts";

const CONFIG_FILE = "skywire-config.json";
const REWARD_FILE = "reward.txt";
const PORTS_FILE = "forwarded_ports.json";
const CONF_FILE = "skywire.conf";

/** What a visor finds on its disk when it starts. */
export interface DiskState {
  /** `undefined`: no file. `broken`: a file that no visor starts with. */
  readonly config: JsonObject | "broken" | undefined;
  readonly reward: string | undefined;
  readonly ports: ReadonlyMap<number, ForwardedPort>;
  readonly conf: Conf | undefined;
}

/**
 * The files of one visor. Nothing is read for a visor that never wrote anything, so that a fleet of 10,000
 * costs nothing before it is used.
 */
export class VisorFolder {
  readonly path: string;
  readonly #files: Files;
  readonly #profile: ReleaseFacts;
  readonly #wasThere: () => boolean;
  #isMade = false;
  #queue: Promise<void> = Promise.resolve();

  constructor(files: Files, path: string, profile: ReleaseFacts, wasThere: () => boolean) {
    this.path = path;
    this.#files = files;
    this.#profile = profile;
    this.#wasThere = wasThere;
  }

  get exists(): boolean {
    return this.#isMade || this.#wasThere();
  }

  /** The name of the configuration file, as `GetConfigPath` answers. */
  get configPath(): string {
    return this.#at(CONFIG_FILE);
  }

  async read(): Promise<DiskState> {
    await this.#queue;
    const config = await this.#text(CONFIG_FILE);
    const conf = await this.#text(CONF_FILE);
    const ports = await this.#text(PORTS_FILE);
    return {
      config: config === undefined ? undefined : (parseConfig(config) ?? "broken"),
      reward: await this.#text(REWARD_FILE),
      ports: ports === undefined ? new Map() : parsePorts(ports),
      conf: conf === undefined ? undefined : parseConf(conf),
    };
  }

  /** Writes the whole file in place; members that this build does not know stay where it keeps them. */
  writeConfig(config: JsonObject): Promise<void> {
    const options = { secretKey: true };
    return this.#inOrder(async () => {
      const unknown =
        this.#profile.unknownMembers.value === "kept"
          ? unknownMembers((await this.#text(CONFIG_FILE)) ?? "")
          : {};
      await this.#rewrite(
        CONFIG_FILE,
        utf8(formatConfig(config, this.#profile, { ...options, unknown })),
      );
    });
  }

  /** Changes the text of the configuration file as a person with an editor does. */
  editConfig(change: (text: string | undefined) => string): Promise<void> {
    return this.#inOrder(async () => {
      const text = change(await this.#text(CONFIG_FILE));
      await this.#files.replace(this.configPath, utf8(text), { mode: this.#mode() });
    });
  }

  writeConf(conf: Conf): Promise<void> {
    return this.#inOrder(() => this.#files.replace(this.#at(CONF_FILE), utf8(formatConf(conf))));
  }

  /** The reward address on disk; `undefined` when there is no such file. */
  async readReward(): Promise<string | undefined> {
    await this.#queue;
    return await this.#text(REWARD_FILE);
  }

  writeReward(address: string | undefined): Promise<void> {
    return this.#inOrder(async () => {
      if (address === undefined) await this.#files.remove(this.#at(REWARD_FILE));
      else await this.#files.replace(this.#at(REWARD_FILE), utf8(address));
    });
  }

  writePorts(ports: Iterable<ForwardedPort>): Promise<void> {
    const text = JSON.stringify([...ports], undefined, "  ");
    return this.#inOrder(() => this.#files.replace(this.#at(PORTS_FILE), utf8(text)));
  }

  /** Resolves when everything that was asked for is on disk. */
  async settled(): Promise<void> {
    await this.#queue;
  }

  #mode(): number {
    return Number.parseInt(this.#profile.configMode.value, 8);
  }

  /** Truncate, then write: a reader can meet an empty or half a file. */
  async #rewrite(name: string, bytes: Uint8Array): Promise<void> {
    const path = this.#at(name);
    const file = await this.#files.openAppend(path, { mode: this.#mode() });
    try {
      await this.#files.truncate(path, 0);
      const half = bytes.length >> 1;
      await file.append(bytes.subarray(0, half));
      await file.append(bytes.subarray(half));
      await file.sync();
    } finally {
      await file.close();
    }
  }

  async #text(name: string): Promise<string | undefined> {
    if (!this.exists) return undefined;
    const bytes = await this.#files.read(this.#at(name));
    return bytes === undefined ? undefined : fromUtf8(bytes);
  }

  #inOrder(write: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(async () => {
      if (!this.exists) await this.#files.makeFolder(this.path);
      this.#isMade = true;
      await write();
    });
    this.#queue = done.catch(() => undefined);
    return done;
  }

  #at(name: string): string {
    return `${this.path}/${name}`;
  }
}

function parsePorts(text: string): ReadonlyMap<number, ForwardedPort> {
  const ports = new Map<number, ForwardedPort>();
  const value = jsonIfAny(text);
  for (const item of isList(value) ? value : []) {
    if (isJsonObject(item)) ports.set(Number(item["Port"]), portOf(item));
  }
  return ports;
}

/** A served port from JSON; what is missing has Go's zero value. */
export function portOf(value: JsonObject): ForwardedPort {
  const text = (name: string): string => (typeof value[name] === "string" ? value[name] : "");
  const number = (name: string): number => (typeof value[name] === "number" ? value[name] : 0);
  const whitelist = value["Whitelist"];
  return {
    Port: number("Port"),
    LocalPort: number("LocalPort"),
    Label: text("Label"),
    Description: text("Description"),
    ShowOnLanding: value["ShowOnLanding"] === true,
    Whitelist: isList(whitelist) ? whitelist.filter((key) => typeof key === "string") : [],
    Skynet: value["Skynet"] === true,
    DMSG: value["DMSG"] === true,
    UDP: value["UDP"] === true,
    ProxyAddr: text("ProxyAddr"),
    PreserveHost: value["PreserveHost"] === true,
    InjectPK: value["InjectPK"] === true,
  };
}
