// What the apply benchmark wants of each visor: as a manifest, and as the writes that a bare loop makes of it.
import type { Json } from "../../src/core/index.ts";
import type { BenchVisor } from "./bench-fleet.ts";

/** What a bare loop writes to one visor. */
export interface LoopVisor {
  readonly key: string;
  readonly port: number;
  /** Configuration paths and their values, where the visor takes them. */
  readonly fields?: Readonly<Record<string, Json>>;
  /** For releases with setters of their own. */
  readonly minHops?: number;
  readonly autoStart?: Readonly<Record<string, boolean>>;
  /** An app that gets another address and is stopped and started. */
  readonly restart?: { readonly app: string; readonly address: string };
}

/** What a bare loop does. */
export interface LoopWork {
  /** Visors that are written to at the same time. */
  readonly atOnce: number;
  /** Pause between two looks at an app, and how long it must be seen so. */
  readonly pollMs: number;
  readonly settleMs: number;
  readonly visors: readonly LoopVisor[];
}

/** Which manifest is applied. */
export interface ApplyCase {
  readonly name: string;
  readonly visors: number;
  /** Visors that the bare loop, like the apply, writes to at once. */
  readonly atOnce: number;
  /**
   * `apps`: two settings that nothing hangs on where the release has them, and an app restart on every second visor;
   * `routes`: the same with a setting that decides which routes a visor takes; `one`: one setting where there is one.
   */
  readonly kind: "apps" | "routes" | "one";
  /** The changes that it makes. */
  readonly changes: number;
  readonly secondsMax?: number;
  /** At most so many times the bare loop. */
  readonly timesLoopMax?: number;
}

const CONTROLLERS = 2;

/** Values that differ from those of the turn before. */
interface Values {
  readonly level: string;
  readonly hops: number;
  readonly isOn: boolean;
  readonly address: string;
}

function valuesOf(turn: number): Values {
  const isEven = turn % 2 === 0;
  return {
    level: isEven ? "debug" : "warn",
    hops: isEven ? 2 : 3,
    isOn: !isEven,
    address: isEven ? ":8005" : ":8006",
  };
}

/** A manifest in which every value differs from that of the turn before. */
export function applyManifest(
  visors: readonly BenchVisor[],
  { kind }: ApplyCase,
  operator: string,
  turn: number,
): string {
  const { level, hops, isOn, address } = valuesOf(turn);
  const base =
    kind === "routes"
      ? `settings: { routing.min_hops: ${hops} }`
      : `apps: { vpn-client: { auto_start: ${!isOn} } }`;
  return `apiVersion: fleet.skywire/v1
fleet: bench
operators:
  bench: ${operator}
controllers: [laptop, desk]
roles:
  base:
    ${base}
  modern:
    settings: { log_level: ${level} }
  chat:
    apps:
      skychat: { running: true, auto_start: ${isOn}, address: "${address}" }
visors:
${visors
  .map((visor, index) => (kind === "one" && !visor.isNewest ? "" : visorLine(visor, index, kind)))
  .join("")}`;
}

function visorLine(visor: BenchVisor, index: number, kind: ApplyCase["kind"]): string {
  const { name, key, port, isNewest } = visor;
  const roles = [
    ...(kind === "one" ? [] : ["base"]),
    ...(isNewest ? ["modern"] : []),
    ...(kind !== "one" && restarts(index) ? ["chat"] : []),
  ];
  const rpc = port === 65 ? "" : `, rpc: { scheme: dmsg, port: ${port} }`;
  return `  ${name}: { key: ${key}, roles: [${roles.join(", ")}]${rpc} }\n`;
}

/** True for every second visor that is no controller. */
function restarts(index: number): boolean {
  return index >= CONTROLLERS && index % 2 === 0;
}

/** The writes that make the manifest of a turn so. */
export function loopVisors(
  visors: readonly BenchVisor[],
  { kind }: ApplyCase,
  turn: number,
): readonly LoopVisor[] {
  const { level, hops, isOn, address } = valuesOf(turn);
  return visors.flatMap(({ key, port, isNewest }, index) => {
    if (kind === "one") return isNewest ? [{ key, port, fields: { log_level: level } }] : [];
    const chat = restarts(index);
    const starts = {
      ...(kind === "apps" ? { "vpn-client": !isOn } : {}),
      ...(chat ? { skychat: isOn } : {}),
    };
    const own = isNewest
      ? {
          fields: {
            log_level: level,
            ...(kind === "routes" ? { "routing.min_hops": hops } : {}),
            ...Object.fromEntries(
              Object.entries(starts).map(([app, on]) => [`launcher.apps[${app}].auto_start`, on]),
            ),
          },
        }
      : { ...(kind === "routes" ? { minHops: hops } : {}), autoStart: starts };
    return [{ key, port, ...own, ...(chat ? { restart: { app: "skychat", address } } : {}) }];
  });
}
