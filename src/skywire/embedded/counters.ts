// How often each method was called, for tests.
import { MUTATING_METHODS } from "./releases.ts";

/** What became of a call: `killed` is a call the visor died of. */
export type CallOutcome = "called" | "refused" | "unknown" | "killed";

/** How often one method met one outcome on one visor. */
export interface CallCount {
  readonly visor: string;
  /** Without the service's name, when it is a visor's. */
  readonly method: string;
  readonly outcome: CallOutcome;
  /** It changes something, and its argument decoded. */
  readonly mutating: boolean;
  readonly count: number;
}

/** Everything that arrived at the visors of an embedded fleet since the last reset. */
export interface EmbeddedCounters {
  /** One row per visor, method and outcome; of one visor (its name) or of all. */
  calls(visor?: string): readonly CallCount[];
  /** Calls that could change something. */
  mutating(visor?: string): number;
  total(visor?: string): number;
  deaths(visor?: string): number;
  /** Connections that reached a visor's RPC. */
  connections(visor?: string): number;
  reset(): void;
}

interface VisorCounts {
  readonly calls: Map<string, Map<CallOutcome, number>>;
  deaths: number;
  connections: number;
}

const SERVICE_PREFIX = "app-visor.";

/** Counts what visors meet. */
export class CallCounters implements EmbeddedCounters {
  readonly #visors = new Map<string, VisorCounts>();

  record(visor: string, method: string, outcome: CallOutcome): void {
    this.#add(visor, bareName(method), outcome, 1);
  }

  /** A call that was counted as called turned out to be the visor's last. */
  recordDeath(visor: string, method: string): void {
    this.#add(visor, method, "called", -1);
    this.#add(visor, method, "killed", 1);
    this.#of(visor).deaths += 1;
  }

  recordConnection(visor: string): void {
    this.#of(visor).connections += 1;
  }

  calls(visor?: string): readonly CallCount[] {
    const rows: CallCount[] = [];
    for (const [name, counts] of this.#chosen(visor)) {
      for (const [method, outcomes] of counts.calls) {
        for (const [outcome, count] of outcomes) {
          if (count === 0) continue;
          const mutating =
            MUTATING_METHODS.has(method) && (outcome === "called" || outcome === "killed");
          rows.push({ visor: name, method, outcome, mutating, count });
        }
      }
    }
    return rows;
  }

  mutating(visor?: string): number {
    return sum(this.calls(visor).filter((row) => row.mutating));
  }

  total(visor?: string): number {
    return sum(this.calls(visor));
  }

  deaths(visor?: string): number {
    return this.#chosen(visor).reduce((count, [, counts]) => count + counts.deaths, 0);
  }

  connections(visor?: string): number {
    return this.#chosen(visor).reduce((count, [, counts]) => count + counts.connections, 0);
  }

  reset(): void {
    this.#visors.clear();
  }

  #chosen(visor: string | undefined): readonly (readonly [string, VisorCounts])[] {
    return [...this.#visors].filter(([name]) => visor === undefined || name === visor);
  }

  #of(visor: string): VisorCounts {
    let counts = this.#visors.get(visor);
    if (counts === undefined) {
      counts = { calls: new Map(), deaths: 0, connections: 0 };
      this.#visors.set(visor, counts);
    }
    return counts;
  }

  #add(visor: string, method: string, outcome: CallOutcome, count: number): void {
    const { calls } = this.#of(visor);
    let outcomes = calls.get(method);
    if (outcomes === undefined) {
      outcomes = new Map();
      calls.set(method, outcomes);
    }
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + count);
  }
}

function bareName(method: string): string {
  return method.startsWith(SERVICE_PREFIX) ? method.slice(SERVICE_PREFIX.length) : method;
}

function sum(rows: readonly CallCount[]): number {
  return rows.reduce((count, row) => count + row.count, 0);
}
