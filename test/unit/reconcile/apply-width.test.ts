// How many visors an apply writes to at once, what waits without a place, and which entries share a commit.
import { afterEach, describe, expect, it } from "vitest";
import { FleetError, sleep } from "../../../src/core/index.ts";
import { type EntryDraft, intentsWithoutReceipt, type Ledger } from "../../../src/ledger/index.ts";
import type { DesiredField } from "../../../src/model/index.ts";
import type { ApplyInput, ApplyReport } from "../../../src/reconcile/index.ts";
import { defaultMix } from "../../../src/skywire/embedded/index.ts";
import type { VisorWriter } from "../../../src/skywire/visor/index.ts";
import { type FleetWorld, startFleetWorld } from "../../support/fleet-world.ts";
import { keyAt, setLeaf, valueLeaf } from "../../support/reconcile-builders.ts";
import { bentWriter } from "./bent-writer.ts";

const worlds: FleetWorld[] = [];
async function startWorld(count: number): Promise<FleetWorld> {
  const world = await startFleetWorld(defaultMix(count));
  worlds.push(world);
  return world;
}
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});

const TIMING = { appPollMs: 5, appSettleMs: 40, appDeadlineMs: 1_500 };
const OLD_LIMIT = 8;

function shops(world: FleetWorld): readonly string[] {
  return world.fleet.visors.map(({ name }) => name).filter((name) => name.startsWith("shop-"));
}

async function applyTo(
  world: FleetWorld,
  names: readonly string[],
  fields: readonly DesiredField[],
  more: Partial<ApplyInput> = {},
): Promise<ApplyReport> {
  const desired = world.desired(Object.fromEntries(names.map((name) => [name, fields])));
  return await world.apply(await world.plan(desired), { timing: TIMING, ...more });
}

function allDone(report: ApplyReport): boolean {
  const outcomes = report.visors.flatMap((visor) => visor.outcomes);
  return outcomes.length > 0 && outcomes.every(({ outcome }) => outcome.startsWith("done"));
}

/** A writer that counts how many of its sessions are open at once. */
function countingWriter(writer: VisorWriter): { readonly writer: VisorWriter; most: number } {
  let open = 0;
  const counted = {
    most: 0,
    writer: {
      open: async (target, wants) => {
        open += 1;
        counted.most = Math.max(counted.most, open);
        let isOpen = true;
        const leave = (): void => {
          if (isOpen) open -= 1;
          isOpen = false;
        };
        try {
          const session = await bentWriter(writer, (real) => ({
            close: () => {
              leave();
              real.close();
            },
          })).open(target, wants);
          await sleep(worlds[0]?.clock ?? raise(), 20);
          return session;
        } catch (error) {
          leave();
          throw error;
        }
      },
    } satisfies VisorWriter,
  };
  return counted;
}

function raise(): never {
  throw new Error("there is a world");
}

describe("visors that are written to at once", () => {
  it("13.14: as many as are read, where neither trust nor a way to the visor is at stake", async () => {
    const world = await startWorld(30);
    const counted = countingWriter(world.writer);
    const report = await applyTo(
      world,
      shops(world),
      [valueLeaf("apps.vpn-client.auto_start", true)],
      { writer: counted.writer },
    );
    expect(allDone(report)).toBe(true);
    expect(counted.most).toBeGreaterThan(OLD_LIMIT);
  });

  it.each([
    { name: "trust", leaf: () => setLeaf("trust.hypervisors", [keyAt(4)]) },
    { name: "routes", leaf: () => valueLeaf("settings.routing.min_hops", 3) },
    { name: "what an app runs", leaf: () => valueLeaf("apps.skychat.args", ["--persist"]) },
  ])("no more than before where $name is at stake", async ({ leaf: field }) => {
    const world = await startWorld(30);
    const counted = countingWriter(world.writer);
    const report = await applyTo(world, shops(world), [field()], { writer: counted.writer });
    expect(allDone(report)).toBe(true);
    expect(counted.most).toBeLessThanOrEqual(OLD_LIMIT);
  });

  it("a trust step that fails begins no other step, of the same wave either", async () => {
    const world = await startWorld(40);
    for (const name of shops(world)) await world.fleet.control.make(name, "lying");
    const report = await applyTo(world, shops(world), [
      setLeaf("trust.hypervisors", [keyAt(4)]),
      valueLeaf("apps.vpn-client.auto_start", true),
    ]);
    const failed = report.visors.filter(({ outcomes }) =>
      outcomes.some(({ path, outcome }) => path === "trust.hypervisors" && outcome === "failed"),
    );
    const begun = report.visors.filter(({ outcomes }) =>
      outcomes.some(({ outcome }) => outcome !== "refused"),
    );
    expect(failed.length).toBeGreaterThan(0);
    expect(begun.length).toBeLessThanOrEqual(OLD_LIMIT);
  });
});

/** Points of an apply in their order, each with the name of its visor. */
async function pointsOf(
  world: FleetWorld,
  fields: readonly DesiredField[],
  more: Partial<ApplyInput> = {},
): Promise<readonly string[]> {
  const newest = world.fleet.visors.filter(({ profile }) => profile === "newest");
  const names = newest.map(({ name }) => name);
  const points: string[] = [];
  const desired = world.desired(Object.fromEntries(names.map((name) => [name, fields])), {
    controllers: world.fleet.visors.slice(0, 2).map(({ key }) => key),
  });
  const report = await world.apply(await world.plan(desired), {
    timing: TIMING,
    ...more,
    atPoint: (point, visor) => {
      if (visor !== undefined) points.push(`${point} ${visor.name}`);
    },
  });
  expect(allDone(report)).toBe(true);
  return points;
}

describe("the waves of an apply", () => {
  const label = () => valueLeaf("settings.log_level", "debug");

  it("13.14: do not hold back a visor that gets labels only, were it a controller", async () => {
    const points = await pointsOf(await startWorld(12), [label()]);
    const firstEnd = points.findIndex((point) => point.startsWith("after-receipt"));
    for (const name of ["laptop", "desk"])
      expect(points.indexOf(`before-intent ${name}`)).toBeLessThan(firstEnd);
  });

  it.each([
    { name: "an app", fields: () => [label(), valueLeaf("apps.vpn-client.auto_start", true)] },
    { name: "how it is reached", fields: () => [valueLeaf("settings.routing.min_hops", 3)] },
  ])("hold back a controller where $name is at stake, the local visor last", async ({ fields }) => {
    const points = await pointsOf(await startWorld(12), fields());
    const [desk, laptop] = ["desk", "laptop"].map((name) =>
      points.indexOf(`before-intent ${name}`),
    );
    const others = points.filter((point) => !/ (desk|laptop)$/.test(point));
    expect(points.slice(0, others.length)).toEqual(others);
    expect(desk).toBe(others.length);
    expect(laptop).toBeGreaterThan(points.indexOf("after-receipt desk"));
  });

  it("13.14: give a place on once nothing more is written, and not before a careful step is known to be good", async () => {
    const timing = { ...TIMING, parallel: 1 };
    const plain = await pointsOf(await startWorld(12), [label()], { timing });
    const [, second = 0] = indexesOf(plain, "before-intent");
    expect(second).toBeLessThan(plain.findIndex((point) => point.startsWith("after-receipt")));
    const fields = [valueLeaf("settings.routing.min_hops", 3)];
    const careful = await pointsOf(await startWorld(12), fields, { timing });
    const receipts = indexesOf(careful, "after-receipt");
    for (const [index, begin] of indexesOf(careful, "before-intent").slice(1).entries())
      expect(begin).toBeGreaterThan(receipts[index] ?? Number.POSITIVE_INFINITY);
  });
});

function indexesOf(points: readonly string[], name: string): readonly number[] {
  return points.flatMap((point, index) => (point.startsWith(name) ? [index] : []));
}

describe("an app that is waited for", () => {
  const running = [valueLeaf("apps.skysocks-client.running", true)];

  it("13.14: holds no place while it comes up", async () => {
    const world = await startWorld(8);
    const settling = new Set<string>();
    let most = 0;
    const writer = bentWriter(world.writer, (session) => ({
      startApp: async (name, mode) => {
        await session.startApp(name, mode);
        settling.add(session.reading.key);
        most = Math.max(most, settling.size);
      },
    }));
    const report = await applyTo(world, shops(world), running, {
      writer,
      timing: { ...TIMING, appSettleMs: 1_000, parallel: 1 },
      atPoint: (point, visor) => {
        if (point === "after-write" && visor !== undefined) settling.delete(visor.key);
      },
    });
    expect(report.counts.changes).toBe(shops(world).length);
    expect(most).toBeGreaterThan(2);
  });

  it("holds its place from its stop to its start: a crash leaves few apps stopped", async () => {
    const world = await startWorld(8);
    const started = [valueLeaf("apps.skychat.running", true)];
    expect((await applyTo(world, shops(world), started)).exit).toBe(0);
    let down = 0;
    let most = 0;
    const writer = bentWriter(world.writer, (session) => ({
      stopApp: async (name) => {
        down += 1;
        most = Math.max(most, down);
        await session.stopApp(name);
      },
      startApp: async (name, mode) => {
        await session.startApp(name, mode);
        down -= 1;
      },
    }));
    const fields = [
      valueLeaf("apps.skychat.running", true),
      valueLeaf("apps.skychat.address", ":8005"),
    ];
    const report = await applyTo(world, shops(world), fields, {
      writer,
      timing: { ...TIMING, parallel: 2 },
    });
    expect(allDone(report)).toBe(true);
    expect(most).toBe(2);
  });
});

/** A ledger that notes how many drafts each append had; `may` may refuse one. */
function notingLedger(
  real: Ledger,
  note: (drafts: readonly EntryDraft[]) => Promise<void>,
): Ledger {
  return new Proxy(real, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      if (name !== "append") return value.bind(target) as unknown;
      return async (drafts: readonly EntryDraft[], options: Parameters<Ledger["append"]>[1]) => {
        await note(drafts);
        return await target.append(drafts, options);
      };
    },
  });
}

describe("the record of many visors at once", () => {
  const leaves = [valueLeaf("apps.vpn-client.auto_start", true)];

  it("13.14: several visors' intents and receipts share a commit", async () => {
    const world = await startWorld(32);
    const sizes: number[] = [];
    const ledger = notingLedger(world.ledger, async (drafts) => {
      if (drafts[0]?.kind === "intent" || drafts[0]?.kind === "receipt") sizes.push(drafts.length);
    });
    expect(allDone(await applyTo(world, shops(world), leaves, { ledger }))).toBe(true);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(2 * shops(world).length);
    expect(sizes.length).toBeLessThanOrEqual(shops(world).length / 2);
  });

  it("nothing is written before the intent is on the disk, whoever it shares a commit with", async () => {
    const world = await startWorld(32);
    const durable = new Set<string>();
    const early: string[] = [];
    const real = world.ledger;
    const ledger = new Proxy(
      notingLedger(real, async () => await sleep(world.clock, 5)),
      {
        get: (target, name) => {
          const value: unknown = Reflect.get(target, name, target);
          if (name !== "append") return value;
          return async (...words: Parameters<Ledger["append"]>) => {
            const records = await target.append(...words);
            for (const record of records)
              if (record.kind === "intent" && record.payload !== undefined)
                durable.add(record.payload.visor);
            return records;
          };
        },
      },
    );
    const writer = bentWriter(world.writer, (session) => {
      const note = (): void => {
        if (!durable.has(session.reading.key)) early.push(session.reading.key);
      };
      return {
        setConfigFields: async (fields) => {
          note();
          return await session.setConfigFields(fields);
        },
        setAutoStart: async (name, isOn) => {
          note();
          await session.setAutoStart(name, isOn);
        },
      };
    });
    expect(allDone(await applyTo(world, shops(world), leaves, { ledger, writer }))).toBe(true);
    expect(durable.size).toBe(shops(world).length);
    expect(early).toEqual([]);
  });

  it("a ledger that takes no more ends the run: no further visor is opened", async () => {
    const world = await startWorld(40);
    let appends = 0;
    const ledger = notingLedger(world.ledger, async () => {
      appends += 1;
      if (appends > 2) throw new FleetError("ledger/disk-full", "no space is left", { exit: 4 });
    });
    let opened = 0;
    const writer: VisorWriter = {
      open: async (target, wants) => {
        opened += 1;
        return await world.writer.open(target, wants);
      },
    };
    const timing = { ...TIMING, parallel: 4 };
    const applying = applyTo(world, shops(world), leaves, { ledger, writer, timing });
    await expect(applying).rejects.toMatchObject({ code: "ledger/disk-full" });
    expect(opened).toBeLessThan(shops(world).length / 2);
  });

  it("an interrupt records what was begun and begins nothing else", async () => {
    const world = await startWorld(40);
    const stop = new AbortController();
    const report = await applyTo(world, shops(world), leaves, {
      stop: stop.signal,
      timing: { ...TIMING, parallel: 4 },
      atPoint: (point) => {
        if (point === "after-intent") stop.abort();
      },
    });
    expect(report.interrupted).toBe(true);
    expect(report.left.length).toBeGreaterThan(shops(world).length / 2);
    expect(await intentsWithoutReceipt(world.ledger.records(), "home")).toEqual([]);
    expect(allDone(await applyTo(world, shops(world), leaves))).toBe(true);
  });
});
