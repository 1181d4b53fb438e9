import type { Json, VisorKey } from "../../src/core/index.ts";
import { parseVisorKey } from "../../src/core/index.ts";
import type { SeenVisor } from "../../src/model/index.ts";
import { toSeenVisor } from "../../src/reconcile/observe/index.ts";
import type { AppReading, PortReading, SeenReading } from "../../src/skywire/visor/index.ts";
import { keyOf } from "./manifest-text.ts";
import { type SeededRandom, seededRandom } from "./seeded-random.ts";

/** Values that must never stand in a manifest; random fleets are full of them. */
export const CANARIES: readonly string[] = [
  "hunter2-canary",
  "5ec4e7".repeat(10) + "5ec4",
  "https://user:canary@example.org",
];

/** How wild a fleet is: 0 as a person would set it up, up to 3 where every visor is different. */
export type Wildness = 0 | 1 | 2 | 3;

/** A visor as seen, with a name. */
export interface NamedSeen {
  readonly name: string;
  readonly seen: SeenVisor;
}

/** A random fleet of all releases; the same for the same numbers. */
export function randomFleet(seed: number, count: number, wildness: Wildness): readonly NamedSeen[] {
  const draw = new Draw(seededRandom(seed), wildness);
  const keys = Array.from({ length: count }, (_, index) => parseVisorKey(keyOf(`v${index}`)));
  const plan = new FleetDraw(draw, keys);
  return keys.map((key, index) => ({
    name: draw.oneOf(["visor", "shop-1", `board-${index}`, "desk.local", "8ball"]),
    seen: toSeenVisor(
      plan.reading(key),
      index === 0 ? { kind: "local" } : { kind: "bridge", scheme: "dmsg", port: 65 },
      Date.UTC(2026, 10, 25, 12),
    ),
  }));
}

class Draw {
  readonly #random: SeededRandom;
  readonly wildness: Wildness;

  constructor(random: SeededRandom, wildness: Wildness) {
    this.#random = random;
    this.wildness = wildness;
  }

  below(limit: number): number {
    return this.#random.next(limit);
  }

  chance(percent: number): boolean {
    return this.#random.next(100) < percent;
  }

  /** True the more often the wilder the fleet is. */
  odd(): boolean {
    return this.chance(this.wildness * 14);
  }

  oneOf<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error("nothing to draw from");
    return item;
  }

  some<Item>(items: readonly Item[], most: number): readonly Item[] {
    const count = this.below(most + 1);
    return [...new Set(Array.from({ length: count }, () => this.oneOf(items)))];
  }
}

type Release = "newest" | "v1.3.94" | "v1.3.73" | "v1.3.28";

/** Draws visors around a few templates, as real fleets are. */
class FleetDraw {
  readonly #draw: Draw;
  readonly #keys: readonly VisorKey[];
  readonly #lists: readonly (readonly VisorKey[])[];
  readonly #templates: readonly Template[];

  constructor(draw: Draw, keys: readonly VisorKey[]) {
    this.#draw = draw;
    const strangers = ["kim", "lee", "phone", "tablet"].map((name) => parseVisorKey(keyOf(name)));
    this.#keys = [...keys.slice(0, 12), ...strangers];
    this.#lists = Array.from({ length: 3 + draw.wildness * 2 }, () => draw.some(this.#keys, 5));
    this.#templates = Array.from({ length: 1 + draw.below(4) }, () => this.#template());
  }

  #template(): Template {
    return {
      release: this.#draw.oneOf<Release>(["newest", "newest", "v1.3.94", "v1.3.73", "v1.3.28"]),
      hypervisors: this.#draw.oneOf(this.#lists),
      pty: this.#draw.oneOf(this.#lists),
      settings: this.#settings(),
      apps: this.#draw.some(APP_NAMES, 5).map((name) => this.#app(name)),
      ports: this.#draw.some([80, 8080, 22, 65_535, 3000], 3).map((port) => this.#port(port)),
    };
  }

  reading(key: VisorKey): SeenReading {
    const draw = this.#draw;
    const template = draw.oneOf(this.#templates);
    const release = draw.odd() ? this.#template().release : template.release;
    const isOld = release === "v1.3.28";
    const settings = draw.odd()
      ? { ...template.settings, ...this.#oneSetting() }
      : template.settings;
    const apps = template.apps.map((app) => (draw.odd() ? this.#app(app.name) : app));
    const list = (usual: readonly VisorKey[]): readonly string[] => {
      const keys = draw.odd() ? draw.oneOf(this.#lists) : usual;
      const own = draw.chance(30) ? [...keys, key] : keys.filter((one) => one !== key);
      return draw.chance(draw.wildness * 2) ? [...own, "no key"] : [...new Set(own)].sort();
    };
    return {
      kind: "seen",
      key,
      uptimeSeconds: 100,
      startedAtMs: 0,
      startedWithinMs: 0,
      release: { version: `${release} # odd\nversion`, commit: "", date: "" },
      ...(isOld
        ? {}
        : {
            config: {
              pk: key,
              version: release,
              hypervisors: list(template.hypervisors),
              ...(draw.odd() ? {} : { pty: list(template.pty) }),
              survey: list(this.#lists[0] ?? []),
              dmsgscp: draw.oneOf(this.#lists),
              unsetBlocks: [],
              rewardAddress: draw.oneOf(["", "2iNNt6fm9LszSWe51693BeyNUKX34pPaLx8", "no address"]),
              settings,
            },
          }),
      summary: {
        minHops: Number(settings["routing.min_hops"] ?? 0),
        publicAutoconnect: draw.chance(50),
        ...(draw.chance(50) ? { isPublic: false } : {}),
        rewardAddress: "",
        persistentTransports: [],
        hypervisors: [],
        connectedHypervisors: [],
        isHypervisor: false,
        buildTag: "",
        configVersion: "",
        servicesHealth: "",
        hostname: "",
        localIp: "",
        publicIp: "",
        transportCount: 0,
      },
      apps: apps.map((app) => this.#asShown(app, key, isOld)),
      ...(isOld ? {} : { ports: template.ports.map((port) => this.#ownPort(port, key)) }),
      methods: new Map([["SetConfigFields", release === "newest" ? "present" : "absent"]]),
    };
  }

  #ownPort(port: PortReading, key: VisorKey): PortReading {
    const drawn = this.#draw.odd() ? this.#port(port.port) : port;
    return this.#draw.odd() ? { ...drawn, whitelist: [...drawn.whitelist, key].sort() } : drawn;
  }

  #settings(): Readonly<Record<string, Json>> {
    const draw = this.#draw;
    return {
      log_level: draw.oneOf(["info", "debug", "warn"]),
      is_public: draw.chance(20),
      "routing.min_hops": draw.below(3),
      ...(draw.chance(60) ? this.#oneSetting() : {}),
      ...(draw.chance(60) ? this.#oneSetting() : {}),
    };
  }

  #oneSetting(): Readonly<Record<string, Json>> {
    return this.#draw.oneOf<Readonly<Record<string, Json>>>([
      { log_level: "trace" },
      { log_level: "shouting" },
      { "routing.transport_preference": ["stcpr", "dmsg"] },
      { "routing.transport_preference": [] },
      { stun_servers: ["45.118.133.242:3478", "true", "null", "- 1"] },
      { "transport.stcpr_port": 7777 },
      { "transport.sudph_port": -1 },
      { "hypervisor.http_addr": ":8000" },
      { "hypervisor.http_addr": "" },
      { "dmsg_web.proxy_addr": 'a "b": #c\\' },
      { "dmsg_web.proxy_addr": "127.0.0.2" },
      { "dmsg_web.proxy_addr": "127.0.0.1", "dmsg_web.enable": this.#draw.odd() },
      { "skynet_web.proxy_addr": "192.168.1.9", "skynet_web.enable": this.#draw.odd() },
      { "dmsg_web.upstream_socks": CANARIES[2] ?? "" },
      { "skynet_web.proxy_addr": "env:NAME" },
      { "skynet_web.upstream_socks": "line\nbreak" },
    ]);
  }

  #app(name: string): AppReading {
    const draw = this.#draw;
    const program = PROGRAMS[name] ?? name;
    return {
      name,
      binary: draw.chance(20)
        ? "skywire"
        : program === name && draw.chance(50)
          ? ""
          : `/opt/${program}`,
      args: [
        ...(draw.chance(30) ? ["app", draw.odd() ? "vpn-server" : program] : []),
        ...this.#args(),
      ],
      autoStart: draw.chance(50),
      port: 1,
      env: draw.chance(25) ? ["TOKEN=hunter2-canary", "hunter2-canary"] : [],
      launcherMode: draw.oneOf(["", "internal", "external", "sideways"]),
      status: draw.oneOf([0, 0, 1, 1, 1, 2, 3]),
      detail: "hunter2-canary",
    };
  }

  #args(): readonly string[] {
    const draw = this.#draw;
    return draw.some(OPTIONS, 4).flatMap((option) => {
      const list = draw.oneOf(this.#lists).join(",");
      switch (option) {
        case "--whitelist":
          return draw.chance(50) ? [option, list] : [`-whitelist=${list}`];
        case "--srv":
          return [option, draw.odd() ? "nobody" : draw.oneOf(this.#keys)];
        default:
          return option.split(" ");
      }
    });
  }

  #asShown(app: AppReading, key: VisorKey, isOld: boolean): AppReading {
    const args = app.args.map((element, index) =>
      app.args[index - 1] === "--whitelist" && this.#draw.odd() ? `${element},${key}` : element,
    );
    const { env, launcherMode, ...others } = app;
    if (isOld) return { ...others, args };
    return {
      ...others,
      args,
      ...(env === undefined ? {} : { env }),
      ...(launcherMode === undefined ? {} : { launcherMode }),
    };
  }

  #port(port: number): PortReading {
    const draw = this.#draw;
    return {
      port,
      local_port: draw.oneOf([port, port, 3000, 0]),
      label: draw.oneOf(["", "cams", "a: #b", "yes", "5"]),
      description: draw.oneOf(["", "", "Pictures", CANARIES[1] ?? ""]),
      show_on_landing: draw.chance(20),
      whitelist: draw.oneOf(this.#lists).toSorted(),
      skynet: !draw.chance(20),
      dmsg: !draw.chance(20),
      udp: draw.chance(20),
      proxy_addr: draw.oneOf(["", "", "127.0.0.1:3000"]),
      preserve_host: draw.chance(10),
      inject_pk: draw.chance(10),
    };
  }
}

interface Template {
  readonly release: Release;
  readonly hypervisors: readonly VisorKey[];
  readonly pty: readonly VisorKey[];
  readonly settings: Readonly<Record<string, Json>>;
  readonly apps: readonly AppReading[];
  readonly ports: readonly PortReading[];
}

const PROGRAMS: Readonly<Record<string, string>> = {
  "vpn-client-2": "vpn-client",
  "exit-2": "skysocks",
  terminal: "pty",
};
const APP_NAMES = [
  "skychat",
  "skysocks",
  "vpn-server",
  "vpn-client",
  "vpn-client-2",
  "exit-2",
  "skysocks-client",
  "cam-relay",
  "pty",
  "terminal",
  "true",
  "a b",
];
const OPTIONS = [
  "--whitelist",
  "--srv",
  "--addr :8001",
  "--addr=env:HOME",
  "--netifc eth0",
  "--dns 1.1.1.1",
  "-secure=true",
  "-secure=false",
  "-killswitch",
  "--pair-enable",
  "--passcode hunter2-canary",
  "--internal-token=hunter2-canary",
  "--secret --addr=hunter2-canary",
  "--note file:secrets/a",
  "--note plain",
  "--raw " + "5ec4e7".repeat(10) + "5ec4",
  "--mode=",
  "--key",
  "word",
];
