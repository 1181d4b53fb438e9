// Random histories of a fleet, and who is named for what differs at each moment of them.
import type { Json } from "../../src/core/index.ts";
import {
  blameVisor,
  type EntryDraft,
  foldFleet,
  type Ledger,
  type LedgerRecord,
  type LiveVisor,
} from "../../src/ledger/index.ts";
import {
  type Change,
  changesOf,
  type DesiredFleet,
  type DesiredField,
  type DesiredVisor,
  type Plan,
  type SeenVisor,
} from "../../src/model/index.ts";
import { openingEntries, recordedChange } from "../../src/reconcile/apply/record-plan.ts";
import { buildPlan, HistoryFold, type KnownHistory } from "../../src/reconcile/plan/index.ts";
import { liveVisor } from "../../src/cli/record/blame-live.ts";
import { isByOthers } from "../../src/view/drift-story.ts";
import { countingRandom, testDigest, testKeys } from "./ledger-world.ts";
import {
  desiredFleet,
  desiredVisor,
  keyAt,
  seenApp,
  seenVisor,
  setLeaf,
  valueLeaf,
} from "./reconcile-builders.ts";
import { type SeededRandom, seededRandom } from "./seeded-random.ts";

const VISORS = [0, 1, 2];
const LOG = "settings.log_level";
const HOPS = "settings.routing.min_hops";
const AUTO = "apps.skychat.auto_start";
const PTY = "trust.pty";
const WORDS: Readonly<Record<string, readonly Json[]>> = {
  [LOG]: ["debug", "info", "warn"],
  [HOPS]: [0, 1, 2],
  [AUTO]: [true, false],
};
const MEMBERS = [3, 4, 5].map(keyAt);
const PATHS = [LOG, HOPS, AUTO, PTY];
const START_MS = Date.UTC(2026, 10, 30, 12);
const OWNER = testKeys("owner");

/** What one history showed. */
export interface Told {
  /** Somebody who is named wrongly, or a change that nobody is named for; a sentence each. */
  readonly faults: readonly string[];
  /** Changes for which somebody was named. */
  readonly named: number;
  readonly story: readonly string[];
}

/** A visor as it is: values by path, of the list the sorted members. */
type Truth = Map<string, Json>;

/** Plays a random history, and looks after every step at who is named for what differs. */
export async function nameFaults(seed: number): Promise<Told> {
  const play = new Play(seededRandom(seed));
  const rounds = 3 + play.random.next(9);
  for (let round = 0; round < rounds; round += 1) {
    play.step();
    await play.look();
  }
  return play;
}

class Play implements Told {
  readonly faults: string[] = [];
  readonly story: string[] = [];
  named = 0;
  readonly random: SeededRandom;
  readonly #records: LedgerRecord[] = [];
  readonly #fold = new HistoryFold("home", OWNER.feed);
  readonly #visors: readonly Truth[];
  /** What the manifest wants, by visor; a path that is not there is not owned. */
  readonly #wanted: readonly Truth[];
  /** What each value was when an apply last left it as its manifest wanted, by `visor path element`. */
  readonly #agreed = new Map<string, Json>();
  #edition = 0;
  #nowMs = START_MS;

  constructor(random: SeededRandom) {
    this.random = random;
    this.#visors = VISORS.map(() => new Map(PATHS.map((path) => [path, this.#value(path)])));
    this.#wanted = VISORS.map(
      () => new Map(PATHS.flatMap((path) => (this.#isHit(4) ? [] : [[path, this.#value(path)]]))),
    );
  }

  step(): void {
    const kind = this.random.next(5);
    if (kind < 2) this.#apply();
    else if (kind === 2) this.#edit();
    else this.#change();
  }

  async look(): Promise<void> {
    const plan = this.#plan(VISORS);
    const state = await foldFleet(this.#records);
    for (const visor of plan.visors) {
      const index = VISORS.findIndex((each) => keyAt(each) === visor.key);
      const live: LiveVisor = liveVisor(this.#seen(index), OWNER);
      const owned = changesOf(visor).map(({ path }) => path);
      const blamed = blameVisor({ state: state.visor(visor.key), owned, live });
      for (const change of changesOf(visor)) {
        const { path, element } = change;
        const isNamed = isByOthers(visor.key, change, {
          feeds: { own: OWNER.feed, feeds: new Map(), operators: new Map() },
          blamed: () => blamed.find((each) => each.path === path && each.element === element),
        });
        this.#judge(index, change, isNamed);
      }
    }
  }

  #judge(index: number, change: Change, isNamed: boolean): void {
    const name = `${index} ${change.path} ${change.element ?? ""}`;
    const agreed = this.#agreed.get(name);
    const isOthers = agreed !== undefined && agreed !== change.before;
    if (isNamed) this.named += 1;
    if (isNamed !== isOthers)
      this.faults.push(
        `${name}: agreed ${String(agreed)}, is ${String(change.before)}, wanted ${String(change.after)}: ${isNamed ? "somebody is accused" : "nobody is named"}`,
      );
    // A plan alone says the same as the drift report.
    if ((change.drift !== undefined) !== isOthers) this.faults.push(`${name}: the plan differs`);
  }

  #apply(): void {
    const isNarrow = this.#isHit(4);
    const visors = this.#isHit(2) ? VISORS : VISORS.filter(() => this.#isHit(2));
    const only = isNarrow ? [this.#pick(PATHS), this.#pick(PATHS)] : undefined;
    if (visors.length === 0) return;
    this.story.push(
      `apply on ${visors.join(",")}${only === undefined ? "" : ` only ${only.join(" ")}`}`,
    );
    const plan = this.#plan(visors, only);
    const ledger = { feed: OWNER.feed } as Ledger;
    const random = countingRandom("accused");
    for (const draft of openingEntries({
      plan,
      history: this.#history(),
      ledger,
      keys: OWNER,
      random,
    }))
      if (draft.kind !== "keyset") this.#append(draft);
    for (const visor of plan.visors) {
      const index = VISORS.findIndex((each) => keyAt(each) === visor.key);
      for (const step of visor.steps) this.#write(plan, index, step);
      const left = new Set(visor.leftOut ?? []);
      for (const path of visor.owned) if (!left.has(path)) this.#agree(index, path);
    }
  }

  #write(plan: Plan, index: number, step: Plan["visors"][number]["steps"][number]): void {
    const base = { fleet: "home", plan: plan.digest, visor: keyAt(index), step: step.letter };
    const intent = this.#append({
      kind: "intent",
      payload: {
        ...base,
        changes: step.changes.map((change) => ({
          ...recordedChange(change),
          lifetime: change.lifetime,
        })),
        restartsOwed: step.restartsOwed,
      },
    });
    for (const { path, element, after } of step.changes) this.#set(index, path, element, after);
    const outcomes = step.changes.map(({ path, element }) => ({
      path,
      ...(element === undefined ? {} : { element }),
      outcome: "done" as const,
    }));
    this.#append({ kind: "receipt", payload: { ...base, intent, outcomes } });
  }

  /** The value is as the manifest wants it, and an apply has seen that. */
  #agree(index: number, path: string): void {
    const value = this.#visors[index]?.get(path);
    if (path !== PTY) this.#agreed.set(`${index} ${path} `, value ?? null);
    else
      for (const key of MEMBERS)
        this.#agreed.set(`${index} ${path} ${key}`, (value as readonly string[]).includes(key));
  }

  #edit(): void {
    const visors = this.#isHit(2) ? VISORS : [this.#pick(VISORS)];
    const path = this.#pick(PATHS);
    const value = this.#isHit(6) ? undefined : this.#value(path);
    this.story.push(`edit ${visors.join(",")} ${path} ${JSON.stringify(value)}`);
    for (const index of visors)
      if (value === undefined) this.#wanted[index]?.delete(path);
      else this.#wanted[index]?.set(path, value);
    this.#edition += 1;
  }

  #change(): void {
    const index = this.#pick(VISORS);
    const path = this.#pick(PATHS);
    const value = this.#value(path);
    this.story.push(`others change ${index} ${path} ${JSON.stringify(value)}`);
    this.#visors[index]?.set(path, value);
  }

  #set(index: number, path: string, element: string | undefined, after: Json): void {
    const truth = this.#visors[index];
    if (element === undefined) truth?.set(path, after);
    else {
      const before = (truth?.get(path) ?? []) as readonly string[];
      const list = before.filter((key) => key !== element);
      truth?.set(path, after === true ? [...list, element].toSorted() : list);
    }
  }

  #plan(visors: readonly number[], only?: readonly string[]): Plan {
    const desired = this.#desired();
    const selected = visors.flatMap((index) => desired.visors[index] ?? []);
    return buildPlan({
      desired,
      selected,
      observed: visors.map((index) => this.#seen(index)),
      ...(only === undefined
        ? {}
        : { only: selected.flatMap(({ key }) => only.map((path) => ({ visor: key, path }))) }),
      acting: keyAt(0),
      history: this.#history(),
      secretDigest: (text) => OWNER.secretHmac(text),
      operator: OWNER.operator,
      overrides: { allowTrustLoss: [] },
      nowMs: (this.#nowMs += 1_000),
      expiresAfterMs: 1_000,
      tool: "test",
      manifest: { path: "fleet.yaml", digest: desired.manifestDigest },
    });
  }

  #history(): KnownHistory {
    return this.#fold.history();
  }

  #desired(): DesiredFleet {
    const leaf = (path: string, value: Json): DesiredField =>
      path === PTY ? setLeaf(path, value as readonly string[]) : valueLeaf(path, value);
    const visors = VISORS.map((index): DesiredVisor =>
      desiredVisor(
        index,
        [...(this.#wanted[index] ?? [])].map(([path, value]) => leaf(path, value)),
      ),
    );
    return desiredFleet(visors, { manifestDigest: testDigest(`edition ${this.#edition}`) });
  }

  #seen(index: number): SeenVisor {
    const truth = this.#visors[index] ?? new Map<string, Json>();
    return seenVisor(index, {
      atMs: (this.#nowMs += 1_000),
      startedAtMs: START_MS - 1_000,
      settings: {
        log_level: truth.get(LOG) ?? null,
        "routing.min_hops": truth.get(HOPS) ?? null,
      },
      pty: truth.get(PTY) as readonly string[],
      apps: [seenApp("skychat", { autoStart: truth.get(AUTO) === true })],
    });
  }

  #append(draft: EntryDraft): number {
    const index = this.#records.length;
    const timeMs = (this.#nowMs += 1_000);
    const record = {
      ...draft,
      feed: OWNER.feed,
      index,
      parts: 1,
      timeMs,
      timeNs: BigInt(timeMs) * 1_000_000n,
      hash: "",
      operator: OWNER.operator,
      heads: [],
      sealed: false,
    } as LedgerRecord;
    this.#records.push(record);
    this.#fold.next(record);
    return index;
  }

  #value(path: string): Json {
    if (path !== PTY) return this.#pick(WORDS[path] ?? []);
    return MEMBERS.filter(() => this.#isHit(2)).toSorted();
  }

  #isHit(one: number): boolean {
    return this.random.next(one) === 0;
  }

  #pick<Item>(items: readonly Item[]): Item {
    const item = items[this.random.next(items.length)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  }
}
