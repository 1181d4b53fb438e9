import type { Digest, VisorKey } from "../../src/core/index.ts";
import type { DesiredWatch, FeedKey } from "../../src/model/index.ts";
import {
  type AccessTest,
  type CorrectionOutcome,
  type LastApplied,
  type WatchLogLine,
  type ManifestRef,
  newWatchState,
  type Notice,
  type PlanFacts,
  parseWatchState,
  formatWatchState,
  stepWatch,
  type WatchEffect,
  type WatchNews,
  type WatchState,
} from "../../src/watch/index.ts";
import { watchVerbOf } from "../../src/watch/facts.ts";
import { isTrustUnnamed } from "../../src/watch/facts.ts";

/** The ledger of whoever watches, and that of another operator. */
const OURS = "feed-of-ours" as FeedKey;
export const THEIRS = "feed-of-theirs" as FeedKey;
const BEGUN_MS = Date.parse("2026-11-26T08:00:00Z");
/** What reading a group of visors takes, and what it takes when one of them does not answer. */
const READ_MS = 200;
const AWAY_MS = 20_000;

/** A visor of the simulation: values by path; a list is written `LIST/KEY` with true or false. */
interface SimVisor {
  readonly values: Map<string, string>;
  isAway: boolean;
  /** Paths that another writer changes back, how long after a correction, and to what. */
  readonly fights: Map<string, { readonly value: string; readonly afterMs: number }>;
  /** Paths whose writes do not take. */
  readonly stubborn: Set<string>;
}

/** A correction that was made. */
export interface SimWrite {
  readonly wallMs: number;
  readonly steadyMs: number;
  readonly manifest: string;
  readonly visor: string;
  readonly path: string;
  readonly value: string;
}

/** A world in virtual time: the pure step in the middle, visors and a source around it. */
export class WatchSim {
  readonly visors = new Map<string, SimVisor>();
  readonly writes: SimWrite[] = [];
  readonly lines: (WatchLogLine & { readonly wallMs: number })[] = [];
  readonly notices: Notice[] = [];
  readonly reads: { readonly wallMs: number; readonly visors: readonly string[] }[] = [];
  state: WatchState;
  wanted = new Map<string, string>();
  manifest: ManifestRef = { digest: digestOf("a") };
  watch: DesiredWatch;
  /** The copy of another operator's ledger cannot be read. */
  isCopyLost = false;
  sourceFault: string | undefined;
  localFault: string | undefined;
  questions: readonly string[] = [];
  /** Tests of access that the manifest writes. */
  access: readonly AccessTest[] = [];
  refusal: string | undefined;
  hasExited = false;
  #wallMs = BEGUN_MS;
  #monoMs = 0;
  #entry = 1;
  /** What ledgers say was applied, the last one last. */
  readonly #applied: LastApplied[] = [];
  #wakeAtMs: number | undefined;
  #later: { readonly monoMs: number; readonly run: () => void }[] = [];
  #seed = 0;

  constructor(watch: DesiredWatch, visors: readonly string[]) {
    this.watch = watch;
    this.state = newWatchState(watch.intervalMs);
    for (const name of visors)
      this.visors.set(name, {
        values: new Map(),
        isAway: false,
        fights: new Map(),
        stubborn: new Set(),
      });
  }

  get nowMs(): number {
    return this.#wallMs;
  }

  visor(name: string): SimVisor {
    const found = this.visors.get(name);
    if (found === undefined) throw new Error(`there is no visor ${name}`);
    return found;
  }

  start(): void {
    this.hasExited = false;
    this.send({ kind: "start" });
  }

  /** The process is killed: what was saved is all that is left. */
  crash(): void {
    this.#wakeAtMs = undefined;
    this.#later = [];
    this.state = parseWatchState(formatWatchState(this.state));
    this.#monoMs = 5;
    this.start();
  }

  /** Another operator, or a person here, applies some manifest. */
  appliedByHand(name: string, feed: FeedKey = OURS): void {
    this.#noteApplied(digestOf(name), feed);
  }

  #noteApplied(digest: Digest, feed: FeedKey): void {
    this.#entry += 3;
    this.#applied.push({ digest, entry: this.#entry, feed, timeMs: this.#wallMs });
  }

  /** Only the wall's clock moves: somebody set it, or the machine slept. */
  jump(byMs: number): void {
    this.#wallMs += byMs;
  }

  /** Lets time go by, and everything that falls due happen. */
  run(forMs: number): void {
    const endMs = this.#monoMs + forMs;
    for (;;) {
      const next = this.#nextDue();
      if (next === undefined || next.monoMs > endMs) break;
      this.#later = this.#later.filter((each) => each !== next);
      this.#advance(next.monoMs - this.#monoMs);
      next.run();
    }
    this.#advance(Math.max(0, endMs - this.#monoMs));
  }

  send(news: WatchNews): void {
    if (this.hasExited) return;
    // A golden-ratio walk: no two neighbours alike, the same in every run.
    this.#seed = (this.#seed + 0.618_034) % 1;
    const at = { wallMs: this.#wallMs, monoMs: this.#monoMs };
    const { state, effects } = stepWatch(this.state, { ...news, at, random: this.#seed });
    this.state = state;
    for (const effect of effects) this.#do(effect);
  }

  #advance(byMs: number): void {
    this.#wallMs += byMs;
    this.#monoMs += byMs;
  }

  #nextDue(): { readonly monoMs: number; readonly run: () => void } | undefined {
    const wakeAtMs = this.#wakeAtMs;
    const all = [...this.#later];
    if (wakeAtMs !== undefined)
      all.push({
        monoMs: wakeAtMs,
        run: () => {
          this.#wakeAtMs = undefined;
          this.send({ kind: "tick" });
        },
      });
    const [first] = all.toSorted((left, right) => left.monoMs - right.monoMs);
    return first;
  }

  #after(delayMs: number, run: () => void): void {
    this.#later.push({ monoMs: this.#monoMs + delayMs, run });
  }

  #do(effect: WatchEffect): void {
    switch (effect.kind) {
      case "fetch":
        return this.#after(50, () => this.#fetch());
      case "plan":
        return this.#plan(effect.visors);
      case "apply":
        return this.#after(500, () => this.#apply(effect.ids));
      case "notify":
        this.notices.push(...effect.notices);
        return;
      case "log":
        this.lines.push({ ...effect.line, wallMs: this.#wallMs });
        return;
      case "wake":
        this.#wakeAtMs = this.#monoMs + effect.delayMs;
        return;
      case "exit":
        this.hasExited = true;
    }
  }

  #fetch(): void {
    if (this.sourceFault !== undefined)
      return this.send({ kind: "failed", what: "source", message: this.sourceFault });
    this.send({
      kind: "fetched",
      manifest: this.manifest,
      visors: [...this.visors.keys()],
      intervalMs: this.watch.intervalMs,
    });
  }

  #plan(names: readonly string[]): void {
    const isSlow = names.some((name) => this.visor(name).isAway);
    this.reads.push({ wallMs: this.#wallMs, visors: names });
    // What a visor shows is what it had when it was asked.
    const facts = this.#factsOf(names);
    this.#after(isSlow ? AWAY_MS : READ_MS, () => {
      if (this.localFault !== undefined)
        this.send({ kind: "failed", what: "plan", message: this.localFault });
      else this.send({ kind: "planned", facts });
    });
  }

  #factsOf(names: readonly string[]): PlanFacts {
    const readable = this.isCopyLost ? [OURS] : [OURS, THEIRS];
    const lastApplied = this.#applied.findLast(({ feed }) => readable.includes(feed));
    return {
      refusals: [],
      read: new Map(readable.map((feed) => [feed, this.#entry + 1])),
      questions: this.questions,
      access: this.access,
      ...(lastApplied === undefined ? {} : { lastApplied }),
      visors: names.map((name) => {
        const visor = this.visor(name);
        if (visor.isAway)
          return { name, isSeen: false, why: "it did not answer in time", differences: [] };
        const differences = [...this.wanted].flatMap(([path, wanted]) => {
          const found = visor.values.get(path) ?? "absent";
          if (found === wanted) return [];
          const [field = "", element] = path.split("/");
          return [
            {
              id:
                element === undefined
                  ? `key-of-${name} ${field}`
                  : `key-of-${name} ${field} ${element}`,
              visor: name,
              path: field,
              ...(element === undefined ? {} : { element }),
              found,
              wanted,
              verb: watchVerbOf(this.watch, keyOf(name), field),
              removesTrust: element !== undefined && wanted === "false",
              isTrustUnnamed: isTrustUnnamed(this.watch, keyOf(name), field),
            },
          ];
        });
        return { name, isSeen: true, differences };
      }),
    };
  }

  #apply(ids: readonly string[]): void {
    if (this.refusal !== undefined) return this.send({ kind: "refused", message: this.refusal });
    this.#noteApplied(this.manifest.digest, OURS);
    const outcomes = ids.map((id): CorrectionOutcome => {
      const [key = "", field = "", element] = id.split(" ");
      const name = key.slice("key-of-".length);
      const path = element === undefined ? field : `${field}/${element}`;
      const visor = this.visor(name);
      if (visor.isAway) return { id, result: "unreachable" };
      if (visor.stubborn.has(path)) return { id, result: "failed", note: "it shows another value" };
      const value = this.wanted.get(path) ?? "absent";
      visor.values.set(path, value);
      this.writes.push({
        wallMs: this.#wallMs,
        steadyMs: this.state.time.steadyMs,
        manifest: JSON.stringify(this.state.manifest),
        visor: name,
        path,
        value,
      });
      const fight = visor.fights.get(path);
      if (fight !== undefined)
        this.#after(fight.afterMs, () => visor.values.set(path, fight.value));
      return { id, result: "done" };
    });
    this.send({ kind: "applied", outcomes });
  }
}

/** The digest of a manifest of this name. */
export function digestOf(name: string): Digest {
  const hex = Buffer.from(name).toString("hex");
  return `sha256:${hex.padEnd(64, "0")}`;
}

/** What stands for the key of a visor in the simulation. */
function keyOf(name: string): VisorKey {
  return `key-of-${name}` as VisorKey;
}
