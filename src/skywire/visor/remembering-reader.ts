// A reader for whoever reads the same visors again and again: what does not change is asked once.
import type { Clock } from "../../core/index.ts";
import type { VisorReader } from "./reader.ts";
import type { Presence, ReadingWants, SafeSummary, SeenReading, VisorReading } from "./reading.ts";
import type { VisorTarget } from "./target.ts";

/** A summary starts a shell on a real visor: no visor is asked for it more often than this. */
const SUMMARY_AGE_MAX_MS = 10 * 60_000;
/** Two estimates of one start may differ by this much. */
const START_TOLERANCE_MS = 5_000;

const LOCAL = "local";

/** A reader that remembers. */
export interface RememberingReader extends VisorReader {
  /** Forgets these visors, which were written to, and the local one. */
  forget(keys: ReadonlySet<string>): void;
}

/** What does not change while a visor runs, and what is dear to ask. */
interface Memory {
  readonly uptimeSeconds: number;
  readonly startedAtMs: number;
  /** Methods that were asked about, and what is known of them: some of them can only be found unknown. */
  readonly asked: ReadonlySet<string>;
  readonly methods: ReadonlyMap<string, Presence>;
  /** Of a release whose configuration cannot be read: its summary stands in for it. */
  readonly summary?: { readonly value: SafeSummary; readonly readMs: number };
}

/**
 * Makes a reader for whoever reads the same visors again and again: which methods a visor serves is asked once while
 * it runs, and a summary at most every ten minutes. Remembers one small record a visor.
 */
export function rememberingReader(reader: VisorReader, clock: Clock): RememberingReader {
  const memories = new Map<string, Memory>();
  return {
    read: async (target, wants = {}, turn = {}) => {
      const id = idOf(target);
      const memory = memories.get(id);
      const spared = memory === undefined ? undefined : spare(wants, memory, clock.now());
      if (memory !== undefined && spared !== undefined) {
        const reading = await reader.read(target, spared, turn);
        if (reading.kind !== "seen") return reading;
        if (isSameRun(memory, reading)) {
          memories.set(id, goneOn(memory, reading, clock.now()));
          return withMemory(reading, memory);
        }
      }
      const reading = await reader.read(target, wants, turn);
      if (reading.kind === "seen") memories.set(id, memoryOf(reading, askedOf(wants), clock.now()));
      return reading;
    },
    forget: (keys) => {
      for (const id of memories.keys())
        if (id === LOCAL || keys.has(id.split(" ", 1)[0] ?? "")) memories.delete(id);
    },
  };
}

function idOf({ key, route }: VisorTarget): string {
  return key === undefined ? LOCAL : `${key} ${JSON.stringify(route)}`;
}

/** What is left to ask; `undefined` when everything must be. */
function spare(wants: ReadingWants, memory: Memory, nowMs: number): ReadingWants | undefined {
  if (![...askedOf(wants)].every((name) => memory.asked.has(name))) return undefined;
  const { summary } = memory;
  if (summary === undefined) return { ...wants, probes: [], liveTrust: false };
  const ageMs = nowMs - summary.readMs;
  if (ageMs < 0 || ageMs >= SUMMARY_AGE_MAX_MS) return undefined;
  return { ...wants, probes: [], liveTrust: false, config: false, summary: false };
}

/** The methods that a reading asks about for nothing but their presence. */
function askedOf({ probes = [], liveTrust }: ReadingWants): ReadonlySet<string> {
  return new Set([...probes, ...(liveTrust === true ? ["PendingHypervisors"] : [])]);
}

/** A visor that started anew may be another release. */
function isSameRun(memory: Memory, reading: SeenReading): boolean {
  if (reading.uptimeSeconds < memory.uptimeSeconds) return false;
  const apartMs = Math.abs(reading.startedAtMs - memory.startedAtMs);
  return apartMs <= reading.startedWithinMs + START_TOLERANCE_MS;
}

function memoryOf(reading: SeenReading, asked: ReadonlySet<string>, nowMs: number): Memory {
  const { uptimeSeconds, startedAtMs, config, summary, methods } = reading;
  const isStandIn = config === undefined && summary !== undefined;
  return {
    uptimeSeconds,
    startedAtMs,
    asked,
    methods,
    ...(isStandIn ? { summary: { value: summary, readMs: nowMs } } : {}),
  };
}

/** The memory after one more reading of the same run. */
function goneOn(memory: Memory, { uptimeSeconds, summary }: SeenReading, nowMs: number): Memory {
  return {
    ...memory,
    uptimeSeconds,
    ...(summary === undefined || memory.summary === undefined
      ? {}
      : { summary: { value: summary, readMs: nowMs } }),
  };
}

function withMemory(reading: SeenReading, { methods, summary }: Memory): VisorReading {
  return {
    ...reading,
    methods: new Map([...methods, ...reading.methods]),
    ...(summary === undefined || reading.summary !== undefined ? {} : { summary: summary.value }),
  };
}
