// One run: what a seed says happens, and what in it should not have been.
import type { EntryDraft } from "../../src/ledger/index.ts";
import { CommitQueue } from "../../src/reconcile/apply/record-plan.ts";
import { keyOf } from "../support/manifest-text.ts";
import {
  ledgerSize,
  reportsThatLie,
  secretsShown,
  type Violation,
  WaysIn,
  writesWithoutIntent,
} from "./invariants.ts";
import { type Action, OPERATORS, type Scenario, scenarioOf, type SimManifest } from "./scenario.ts";
import { SimWorld } from "./sim-world.ts";
import { drive, Stuck } from "./virtual-time.ts";

/** Faults that are put in on purpose, to see that a run finds them. */
export const PLANTED = ["intent-not-synced", "intent-not-waited-for"] as const;

/** The invariant that each breaks. */
export const FOUND_BY: Readonly<Record<Planted, string>> = {
  "intent-not-synced": "I2",
  "intent-not-waited-for": "I2",
};

/** One of {@link PLANTED}. */
export type Planted = (typeof PLANTED)[number];

/** What came of a run. */
export interface SimResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly counts: Readonly<Record<string, number>>;
}

/** Applies until nothing is left to do; more would be a fleet that never comes to rest. */
const ROUNDS_MAX = 6;
/** A visor that was started answers within this time. */
const STARTS_WITHIN_MS = 120_000;
const APPLY = ["apply", "--yes", "--json", "--allow-keyset-change", "--allow-trust-removals"];

/** Plays a seed. */
export async function runSeed(seed: number, planted?: Planted): Promise<SimResult> {
  const scenario = scenarioOf(seed);
  const world = new SimWorld(scenario, seed);
  const run = new Run(world, scenario);
  const mend = plant(world, planted);
  try {
    await run.play(seed);
  } catch (error) {
    if (!(error instanceof Stuck)) throw error;
    run.found.push({ invariant: "ends", says: error.message });
  } finally {
    mend();
    await drive(world.clock, world.fleet.stop()).catch(() => undefined);
  }
  return { seed, violations: run.found, counts: run.counts };
}

/** Puts a fault in; gives what takes it out again. */
function plant(world: SimWorld, planted: Planted | undefined): () => void {
  if (planted === "intent-not-synced") world.bent = { syncsNothing: true };
  if (planted !== "intent-not-waited-for") return () => undefined;
  const door = CommitQueue.prototype;
  const whole = Object.getOwnPropertyDescriptor(door, "appendOne");
  Object.defineProperty(door, "appendOne", {
    ...whole,
    value: async function appendOne(this: CommitQueue, draft: EntryDraft): Promise<number> {
      const appending = this.append([draft]).then(([record]) => record?.index ?? 0);
      if (draft.kind !== "intent") return await appending;
      appending.catch(() => undefined);
      return 0;
    },
  });
  return () => {
    if (whole !== undefined) Object.defineProperty(door, "appendOne", whole);
  };
}

class Run {
  readonly found: Violation[] = [];
  readonly counts: Record<string, number> = {};
  readonly #world: SimWorld;
  readonly #scenario: Scenario;

  constructor(world: SimWorld, scenario: Scenario) {
    this.#world = world;
    this.#scenario = scenario;
  }

  async play(seed: number): Promise<void> {
    const world = this.#world;
    await drive(
      world.clock,
      world.begin(seed).then(() => undefined),
    );
    const ways = new WaysIn(world, this.found);
    world.onVisorWrite = () => ways.check();
    for (const { manifest, actions } of this.#scenario.chapters) {
      await world.write(manifest);
      for (const action of actions) await this.#act(action, manifest, ways);
    }
    const last = this.#scenario.chapters.at(-1)?.manifest;
    if (last !== undefined) await this.#settle(last, ways);
    this.found.push(...secretsShown(world));
  }

  async #wait(ms: number): Promise<void> {
    const { clock } = this.#world;
    await drive(clock, new Promise<void>((resolve) => void clock.after(ms, resolve)));
  }

  #count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }

  async #act(action: Action, manifest: SimManifest, ways: WaysIn): Promise<void> {
    const world = this.#world;
    const { control } = world.fleet;
    this.#count(action.kind);
    switch (action.kind) {
      case "apply":
        await this.#apply(action, manifest);
        return;
      case "plan":
        await this.#plan(action.by);
        return;
      case "clock":
        world.clock.jump(action.ms);
        return;
      case "restart":
        await drive(world.clock, control.restart(action.visor));
        return;
      case "make":
        this.#count(`made ${action.state}`);
        await drive(world.clock, control.make(action.visor, action.state));
        return;
      case "heal":
        await drive(world.clock, control.make(action.visor, "honest"));
        return;
      case "human":
        await this.#human(action);
        ways.forgive();
    }
  }

  async #human({ visor, what }: Extract<Action, { readonly kind: "human" }>): Promise<void> {
    const { control } = this.#world.fleet;
    if (!control.inspect(visor).alive) return;
    const changes = {
      log_level: { kind: "config", path: "log_level", value: "trace" },
      stranger: { kind: "config", path: "hypervisors", value: this.#withStranger(visor) },
      auto_start: { kind: "config", path: "launcher.apps[skychat].auto_start", value: true },
    } as const;
    await drive(
      this.#world.clock,
      control.changeBehindBack(visor, changes[what]).catch(() => undefined),
    );
  }

  #withStranger(visor: string): readonly string[] {
    const now = this.#world.look().find(({ name }) => name === visor)?.hypervisors ?? [];
    return [...new Set([...now, keyOf("stranger")])];
  }

  /** I1 and I12: a plan writes to no visor, and is the same twice. */
  async #plan(by: (typeof OPERATORS)[number]["name"]): Promise<void> {
    const { counters } = this.#world.fleet;
    await this.#wait(STARTS_WITHIN_MS);
    const before = counters.mutating();
    const argv = ["plan", "--json", "--now", "2026-09-01T12:00:00Z"];
    const first = await this.#world.run(by, argv);
    const second = await this.#world.run(by, argv);
    if (counters.mutating() !== before)
      this.found.push({ invariant: "I1", says: "a plan wrote to a visor" });
    if (first.code !== second.code || timeless(first.out) !== timeless(second.out))
      this.found.push({
        invariant: "I12",
        says: `one plan made twice is not the same (${first.code}, ${second.code})`,
      });
  }

  async #apply(
    { by, crashAt, power }: Extract<Action, { readonly kind: "apply" }>,
    { level }: SimManifest,
  ): Promise<void> {
    const world = this.#world;
    const machine = world.machines.get(by);
    if (machine === undefined) throw new Error(`there is no ${by}`);
    const argv = await this.#applyWords(by);
    const before = world.look();
    const from = await ledgerSize(machine.disk);
    const ran = await world.run(by, argv, { crashAt, power: power === true });
    if (ran.diedAt !== undefined) this.#count("crashes");
    const after = world.look();
    this.found.push(
      ...(await writesWithoutIntent(before, after, { world, disk: machine.disk, from })),
    );
    if (ran.diedAt === undefined && ran.out.startsWith("{") && ran.out.includes("apply-report"))
      this.found.push(...reportsThatLie(ran.out, ran.code, world, level));
    if (ran.code === 1 && ran.diedAt === undefined)
      this.found.push({ invariant: "no bug", says: ran.err.slice(-300) });
  }

  /** An apply that says how many removals of trust it means. */
  async #applyWords(by: (typeof OPERATORS)[number]["name"]): Promise<readonly string[]> {
    const plan = await this.#world.run(by, ["plan", "--json"]);
    const counts = plan.out.startsWith("{")
      ? (JSON.parse(plan.out) as { counts?: { trustRemovals?: number } }).counts
      : undefined;
    return [...APPLY, String(counts?.trustRemovals ?? 0)];
  }

  /** I6, I7: once all is well again, the fleet comes to what the last manifest says, and the record is sound. */
  async #settle(manifest: SimManifest, ways: WaysIn): Promise<void> {
    const world = this.#world;
    for (const { name } of world.fleet.visors)
      await drive(world.clock, world.fleet.control.make(name, "honest"));
    await this.#wait(STARTS_WITHIN_MS);
    let left = "";
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const by = OPERATORS[round % OPERATORS.length]?.name ?? "ann";
      await this.#apply({ kind: "apply", by }, manifest);
      const plan = await world.run(by, ["plan", "--detailed-exitcode"]);
      left = `${plan.code}: ${lastOf(plan.out)} ${refusalsIn(plan.out)}`;
      if (plan.code === 0) break;
      // What waits for a restart gets one.
      for (const { name } of world.fleet.visors)
        await drive(world.clock, world.fleet.control.restart(name));
      await this.#wait(STARTS_WITHIN_MS);
      ways.forgive();
    }
    if (!left.startsWith("0"))
      this.found.push({ invariant: "I6", says: `it never came to rest: ${left}` });
    for (const { name } of OPERATORS) {
      const ran = await world.run(name, ["verify"]);
      if (ran.code !== 0)
        this.found.push({
          invariant: "I4",
          says: `verify of ${name}: ${ran.code} ${ran.out.slice(-200)}`,
        });
    }
    this.counts["visors"] = world.fleet.visors.length;
  }
}

function lastOf(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}

/** What guards said, on one line. */
function refusalsIn(text: string): string {
  return (text.match(/^! refused.*\n.*$/gm) ?? []).join("; ").replaceAll(/\s+/g, " ");
}

/** A plan without what a visor tells of its own start, which it counts in whole seconds back from now, and what follows from that. */
function timeless(plan: string): string {
  return plan
    .replaceAll(/"startedAt":"[^"]*"/g, "")
    .replaceAll(/"digest":"[^"]*"/g, "")
    .replaceAll(/"created":"[^"]*"/g, "");
}
