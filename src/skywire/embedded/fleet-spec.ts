// How an embedded fleet begins: which visors, of which releases.
import {
  type ByteStream,
  type Clock,
  FleetError,
  type Files,
  type Json,
  parseVisorKey,
  type Random,
  type StreamAddress,
  type VisorKey,
} from "../../core/index.ts";
import type { AppBehaviour } from "./app-behaviour.ts";
import { visorKeyFromSeed } from "./identity.ts";
import type { Makeable } from "./makeable.ts";
import type { ReleaseName } from "../visor/index.ts";

/** One visor of an embedded fleet, as it begins. */
export interface EmbeddedVisorSpec {
  readonly name: string;
  readonly profile: ReleaseName;
  /** Follows from the fleet's seed and the name when it is not given. */
  readonly key?: VisorKey;
  /** The visor's RPC port is open on this machine: at a port the system chooses, or at the given one. */
  readonly local?: true | { readonly port: number };
  /** Names of this fleet, or keys. */
  readonly hypervisors?: readonly string[];
  readonly pty?: readonly string[];
  readonly survey?: readonly string[];
  /** `honest` when it is not given. */
  readonly state?: Makeable;
  /** Its apps hold passwords, tokens and environment values that must never surface. */
  readonly canaries?: boolean;
  /** The machine has a file /etc/skywire.conf; true when it is not given. */
  readonly conf?: boolean;
  /** Dotted paths changed in its first configuration. */
  readonly config?: Readonly<Record<string, Json>>;
  /** Open transports; 20 when it is not given, which makes a Summary of 12 KB. */
  readonly transports?: number;
  readonly apps?: Readonly<Record<string, AppBehaviour>>;
}

/** A listening socket, as the platform makes it. */
export interface Listening {
  readonly address: StreamAddress;
  close(): Promise<void>;
}

/** Opens a listening socket on this machine. */
type ListenAddresses = (
  onStream: (stream: ByteStream) => void,
  options: { readonly host?: string; readonly port?: number },
) => Promise<Listening>;

/** What an embedded fleet is made from. */
export interface EmbeddedFleetOptions {
  readonly visors: readonly EmbeddedVisorSpec[];
  readonly files: Files;
  /** Absolute path; each visor has a folder below it, named by its key. */
  readonly folder: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Without it no port is opened, and only the fleet's own `dial` leads to its visors. */
  readonly listen?: ListenAddresses;
  /** What keys follow from; `fleet` when it is not given. */
  readonly seed?: string;
  /** 1 (when not given) is real time; 0.1 makes everything a visor takes its time for ten times as fast. */
  readonly timeScale?: number;
  /** Simulated round trip through the bridge, in ms; 0 when not given. */
  readonly rttMs?: number;
  /** Direct calls to local visors take a round trip as well. */
  readonly rttLocal?: boolean;
  /** Writes every visor's files at the start; otherwise only fleets of up to 200 visors do. */
  readonly writeAtStart?: boolean;
}

const OTHER_PROFILES: readonly ReleaseName[] = ["newest", "v1.3.94", "v1.3.73"];
const CONTROLLERS = ["laptop", "desk"] as const;

/**
 * A fleet of mixed releases: `laptop` and `desk` are controllers and can be spoken to directly; the others,
 * `shop-1` and on, are of the newest release, v1.3.94 and v1.3.73 in turn. All trust both controllers.
 */
export function defaultMix(count: number): EmbeddedVisorSpec[] {
  return Array.from({ length: count }, (_, index) => {
    const controller = CONTROLLERS[index];
    const trust = {
      hypervisors: [...CONTROLLERS].slice(0, count),
      pty: [...CONTROLLERS].slice(0, count),
    };
    if (controller !== undefined)
      return { name: controller, profile: "newest", local: true, ...trust };
    const turn = index - CONTROLLERS.length;
    const profile = OTHER_PROFILES[turn % OTHER_PROFILES.length] ?? "newest";
    return { name: `shop-${turn + 1}`, profile, ...trust };
  });
}

/** A visor's specification with its key and the keys of everybody it names. */
export interface ResolvedSpec {
  readonly spec: EmbeddedVisorSpec;
  readonly key: VisorKey;
  readonly hypervisors: readonly VisorKey[];
  readonly pty: readonly VisorKey[];
  readonly survey: readonly VisorKey[];
}

/**
 * Gives every visor its key and turns names into keys. A visor's own key is dropped from its own lists.
 * @throws FleetError embedded/name for two visors of one name, key/visor for a name or key nobody has
 */
export function resolveSpecs(
  specs: readonly EmbeddedVisorSpec[],
  seed: string,
): readonly ResolvedSpec[] {
  const keys = new Map<string, VisorKey>();
  for (const { name, key } of specs) {
    if (keys.has(name)) {
      throw new FleetError("embedded/name", `two embedded visors are called ${name}`, {
        next: "give each visor a name of its own",
        exit: 64,
      });
    }
    keys.set(name, key ?? visorKeyFromSeed(seed, name));
  }
  return specs.map((spec) => {
    const key = keys.get(spec.name) ?? visorKeyFromSeed(seed, spec.name);
    const resolve = (members: readonly string[] | undefined): readonly VisorKey[] =>
      (members ?? [])
        .map((member) => keys.get(member) ?? parseVisorKey(member))
        .filter((member) => member !== key);
    return {
      spec,
      key,
      hypervisors: resolve(spec.hypervisors),
      pty: resolve(spec.pty),
      survey: resolve(spec.survey),
    };
  });
}
