// Who can manage which visor: ways from keys into visors, directly or through visors that somebody manages.
import { compareTexts, type VisorKey } from "../core/index.ts";
import type { KeyListPath, UnknownList, VisorTrust } from "./visor-trust.ts";

/** By what a key comes in: a list, its being the visor's own, or a hypervisor that hands its own hypervisors on. */
export type WayBy = KeyListPath | "own-key" | "pushed";

/** What a way in includes. `rpc` is full control: apps, settings, lists. */
export type Power = "rpc" | "shell" | "files" | "survey";

/** A way of a key into a visor. */
export interface Way {
  readonly from: string;
  readonly to: VisorKey;
  readonly by: WayBy;
  /** Of a pushed key: the hypervisor that hands it on. It stands in no list, and ends with the visor's next start. */
  readonly via?: VisorKey;
}

/** Why it is not known who manages a visor. */
export type Doubt =
  | { readonly visor: VisorKey; readonly list: KeyListPath; readonly why: UnknownList }
  /** A hypervisor that is no visor of the fleet: whom it hands on is its own affair. */
  | { readonly visor: VisorKey; readonly hypervisor: string };

/** Whether a key can manage a visor. */
export type ManageAnswer =
  | { readonly kind: "yes"; readonly path: readonly Way[] }
  | { readonly kind: "no" }
  | { readonly kind: "unknown"; readonly doubts: readonly Doubt[] };

/** What a key reaches. */
export interface Reached {
  readonly visor: VisorKey;
  /** The shortest chain of ways, the last one into this visor. */
  readonly path: readonly Way[];
  readonly includes: readonly Power[];
}

/** Lists of which each member has full control; the others let somebody do less. */
const MANAGING: readonly WayBy[] = ["own-key", "trust.hypervisors", "trust.pty", "pushed"];
const LISTS_THAT_MANAGE = ["trust.hypervisors", "trust.pty"] as const;

/**
 * What a way includes. Source: skywire-rpc on the peer whitelist (own key, hypervisors, pty list, pushed keys: RPC, terminal
 * and files; both lists count for the survey); the scp list is for files alone.
 */
const INCLUDES: Readonly<Record<WayBy, readonly Power[]>> = {
  "own-key": ["rpc", "shell", "files", "survey"],
  "trust.hypervisors": ["rpc", "shell", "files", "survey"],
  "trust.pty": ["rpc", "shell", "files", "survey"],
  pushed: ["rpc", "shell", "files"],
  "trust.dmsgscp": ["files"],
  survey: ["survey"],
};

/** What a way includes. */
export function includes({ by }: Pick<Way, "by">): readonly Power[] {
  return INCLUDES[by];
}

/** True for a way that gives full control. */
export function manages({ by }: Pick<Way, "by">): boolean {
  return MANAGING.includes(by);
}

/** The ways of keys into the visors of a fleet. */
export class TrustGraph {
  readonly visors: ReadonlyMap<VisorKey, VisorTrust>;
  readonly #into = new Map<VisorKey, readonly Way[]>();
  /** Ways by the key that has them. */
  readonly #from = new Map<string, Way[]>();
  readonly #walks = new Map<string, ReadonlyMap<VisorKey, readonly Way[]>>();
  #behindDoubts: ReadonlyMap<VisorKey, VisorKey> | undefined;

  constructor(visors: Iterable<VisorTrust>) {
    this.visors = new Map([...visors].map((visor) => [visor.key, visor]));
    for (const visor of this.visors.values()) {
      const ways = [...this.#listed(visor), ...this.#pushed(visor)];
      this.#into.set(visor.key, ways);
      for (const way of ways) {
        const known = this.#from.get(way.from);
        if (known === undefined) this.#from.set(way.from, [way]);
        else known.push(way);
      }
    }
  }

  /** All ways of others into a visor: those of its lists, in their order, then those that hypervisors push. */
  waysInto(visor: VisorKey): readonly Way[] {
    return this.#into.get(visor) ?? [];
  }

  /** All ways that a key has by itself. */
  waysOf(key: string): readonly Way[] {
    return this.#from.get(key) ?? [];
  }

  /**
   * Keys that manage a visor by its own lists, sorted. What a hypervisor pushes is gone when the visor starts next, so nobody
   * may count on it.
   */
  listedIn(visor: VisorKey): readonly string[] {
    const ways = this.waysInto(visor).filter((way) => manages(way) && way.by !== "pushed");
    return [...new Set(ways.map(({ from }) => from))].sort();
  }

  /** Keys that can manage a visor without going through another, pushed ones too, sorted; its own is not among them. */
  managersOf(visor: VisorKey): readonly string[] {
    const keys = this.waysInto(visor).flatMap((way) => (manages(way) ? [way.from] : []));
    return [...new Set(keys)].sort();
  }

  /**
   * Whether a key can manage a visor, by itself or through visors that it manages. A key that is no visor of the fleet is taken to be
   * in its owner's hands alone: who manages its machine is not known to anybody here.
   */
  answer(from: string, to: VisorKey): ManageAnswer {
    if (from === to) return { kind: "yes", path: [{ from, to, by: "own-key" }] };
    const path = this.path(from, to);
    if (path !== undefined) return { kind: "yes", path };
    if (!this.visors.has(to)) {
      const doubt = { visor: to, list: "trust.hypervisors", why: "not-looked-at" } as const;
      return { kind: "unknown", doubts: [doubt] };
    }
    const origin = this.#doubtful().get(to);
    return origin === undefined
      ? { kind: "no" }
      : { kind: "unknown", doubts: this.doubtsOf(origin) };
  }

  /** The shortest chain of ways by which a key manages a visor, whoever it leads through. */
  path(from: string, to: VisorKey): readonly Way[] | undefined {
    return this.#walk(from).get(to);
  }

  /**
   * Everything that a key reaches, sorted by visor: what it manages, directly or through others, and what it may read or copy
   * directly. It is what somebody has who holds the key.
   */
  reach(from: string): readonly Reached[] {
    const managed = this.#walk(from);
    const reached = new Map<VisorKey, Reached>();
    for (const [visor, path] of managed) {
      if (visor !== from) reached.set(visor, { visor, path, includes: powersOf(path) });
    }
    for (const way of this.waysOf(from)) {
      if (manages(way)) continue;
      const known = reached.get(way.to);
      const powers = new Set([...(known?.includes ?? []), ...includes(way)]);
      reached.set(way.to, {
        visor: way.to,
        path: known?.path ?? [way],
        includes: ORDER.filter((power) => powers.has(power)),
      });
    }
    return [...reached.values()].toSorted((left, right) => compareTexts(left.visor, right.visor));
  }

  /** Why it is not known who manages a visor by itself; empty where it is. */
  doubtsOf(visor: VisorKey): readonly Doubt[] {
    const trust = this.visors.get(visor);
    if (trust === undefined) return [];
    const doubts: Doubt[] = [];
    for (const list of LISTS_THAT_MANAGE) {
      const why = trust.lists[list].open;
      if (why !== undefined) doubts.push({ visor, list, why });
    }
    for (const hypervisor of trust.lists["trust.hypervisors"].keys) {
      const own = this.visors.get(hypervisor as VisorKey);
      const why = own?.lists["trust.hypervisors"].open;
      if (own === undefined) doubts.push({ visor, hypervisor });
      else if (why !== undefined) doubts.push({ visor: own.key, list: "trust.hypervisors", why });
    }
    return doubts;
  }

  *#listed({ key: to, lists }: VisorTrust): Generator<Way> {
    for (const by of ["trust.hypervisors", "trust.pty", "trust.dmsgscp", "survey"] as const)
      for (const from of lists[by].keys) yield { from, to, by };
  }

  /** Source: operators.md P10: a hypervisor adds its own hypervisors to the live whitelist of each visor that it manages. */
  *#pushed({ key: to, lists }: VisorTrust): Generator<Way> {
    for (const via of lists["trust.hypervisors"].keys) {
      const own = this.visors.get(via as VisorKey)?.lists["trust.hypervisors"].keys ?? [];
      for (const from of own)
        if (from !== to) yield { from, to, by: "pushed", via: via as VisorKey };
    }
  }

  /** The shortest chain to each visor that a key manages, nearest first. */
  #walk(from: string): ReadonlyMap<VisorKey, readonly Way[]> {
    const known = this.#walks.get(from);
    if (known !== undefined) return known;
    const found = new Map<VisorKey, readonly Way[]>();
    const queue: (readonly [string, readonly Way[]])[] = [[from, []]];
    for (const [key, path] of queue) {
      for (const way of this.waysOf(key)) {
        if (!manages(way) || way.to === from || found.has(way.to)) continue;
        const longer = [...path, way];
        found.set(way.to, longer);
        queue.push([way.to, longer]);
      }
    }
    this.#walks.set(from, found);
    return found;
  }

  /**
   * Visors that somebody may come into whom nobody saw, each with the visor of which that is said: itself, or one from whom a chain of
   * ways leads there. Found once for all.
   */
  #doubtful(): ReadonlyMap<VisorKey, VisorKey> {
    if (this.#behindDoubts !== undefined) return this.#behindDoubts;
    const behind = new Map<VisorKey, VisorKey>();
    const queue: VisorKey[] = [];
    for (const visor of this.visors.keys()) {
      if (this.doubtsOf(visor).length === 0) continue;
      behind.set(visor, visor);
      queue.push(visor);
    }
    for (const visor of queue) {
      for (const way of this.waysOf(visor)) {
        if (!manages(way) || behind.has(way.to)) continue;
        behind.set(way.to, behind.get(visor) ?? visor);
        queue.push(way.to);
      }
    }
    this.#behindDoubts = behind;
    return behind;
  }
}

const ORDER: readonly Power[] = ["rpc", "shell", "files", "survey"];

/** Through somebody else's visor one has what that visor has. */
function powersOf(path: readonly Way[]): readonly Power[] {
  const last = path.at(-1);
  return last === undefined ? [] : includes(last);
}
