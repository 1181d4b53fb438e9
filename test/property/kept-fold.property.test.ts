// What is kept beside a ledger never changes an answer: whatever becomes of the file, the entries decide.
import fc from "fast-check";
import { expect, it } from "vitest";
import {
  createLedger,
  type EntryDraft,
  FleetState,
  type FleetRecords,
  type Fold,
  foldKept,
  joinFeeds,
  Keyring,
  type Ledger,
  newEpoch,
  openLedger,
  type OperatorKeys,
  readLedger,
  type ReadOnlyLedger,
} from "../../src/ledger/index.ts";
import type { Plan } from "../../src/model/index.ts";
import {
  ApplyFold,
  ApplyPast,
  type ApplyState,
  HistoryFold,
  type HistoryState,
} from "../../src/reconcile/index.ts";
import {
  countingRandom,
  ledgerOptions,
  testDigest,
  testKeys,
  testVisor,
} from "../support/ledger-world.ts";
import { MemoryFiles } from "../support/memory-files.ts";

const SETTINGS = { seed: 20_261_201, numRuns: 8 } as const;
const FLEET = "home";
const WRITERS = ["ann", "ben"] as const;
type Writer = (typeof WRITERS)[number];
const NAMES = ["plan", "fleet", "apply"] as const;
const PATHS = ["settings.log_level", "trust.pty", "ports.80.open"] as const;

type Step =
  | {
      readonly do: "write";
      readonly by: Writer;
      readonly what: number;
      readonly clock: number;
      readonly sees: boolean;
    }
  | { readonly do: "seal"; readonly by: Writer; readonly shared: boolean; readonly clock: number }
  | { readonly do: "look" }
  | { readonly do: "flip"; readonly file: number; readonly at: number; readonly bit: number }
  | { readonly do: "cut"; readonly file: number; readonly at: number }
  | { readonly do: "take" }
  | { readonly do: "put back" };

const writer = fc.constantFrom(...WRITERS);
const clock = fc.integer({ min: 1, max: 20 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("write" as const),
      by: writer,
      what: fc.nat(99),
      clock,
      sees: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("seal" as const),
      by: writer,
      shared: fc.boolean(),
      clock,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("look" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("flip" as const),
      file: fc.nat(1),
      at: fc.nat(),
      bit: fc.nat(7),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("cut" as const), file: fc.nat(1), at: fc.nat() }),
  },
  { weight: 1, arbitrary: fc.constant({ do: "take" } as const) },
  { weight: 1, arbitrary: fc.constant({ do: "put back" } as const) },
);

/** Two operators on one machine: ann, who asks, and ben, whose ledger she has a copy of. */
class TwoLedgers {
  readonly files = new MemoryFiles();
  readonly keys: Readonly<Record<Writer, OperatorKeys>> = {
    ann: testKeys("ann"),
    ben: testKeys("ben"),
  };
  readonly ledgers = new Map<Writer, Ledger>();
  readonly #random = countingRandom("kept");
  readonly #times: Record<Writer, number> = { ann: 1_790_000_000_000, ben: 1_790_000_000_000 };
  /** With all keys that each drew, so that a later keyset opens earlier entries. */
  readonly #keyrings = { ann: new Keyring(testKeys("ann")), ben: new Keyring(testKeys("ben")) };
  #taken = new Map<string, Uint8Array>();

  async begin(): Promise<void> {
    for (const by of WRITERS) this.ledgers.set(by, await createLedger(this.#options(by)));
  }

  folder(by: Writer): string {
    return `/state/${by}`;
  }

  #options(by: Writer): Parameters<typeof createLedger>[0] {
    const clock = { ...ledgerOptions(this.files).clock, now: () => this.#times[by] };
    return ledgerOptions(this.files, { keys: this.keys[by], folder: this.folder(by), clock });
  }

  async append(by: Writer, draft: EntryDraft, after: number, sees: boolean): Promise<void> {
    this.#times[by] += after;
    const ledger = this.ledgers.get(by);
    const other = this.ledgers.get(by === "ann" ? "ben" : "ann");
    await ledger?.append([draft], sees && other !== undefined ? { heads: [other.tree()] } : {});
  }

  /** A keyset that both may apply by, sealed to its writer or to both. */
  keyset(by: Writer, isShared: boolean): EntryDraft {
    const keys = this.keys[by];
    const operators = Object.fromEntries(
      WRITERS.map((name) => {
        const { operator: key, seal, feed } = this.keys[name];
        const sealed = isShared || name === by ? { seal } : {};
        return [name, { key, feed, may: ["plan", "apply"], ...sealed }] as const;
      }),
    );
    const keyring = this.#keyrings[by];
    const epoch = newEpoch({ fleet: FLEET, operators, keyring, keys, random: this.#random });
    const payload = {
      fleet: FLEET,
      operators,
      controllers: [testVisor("laptop")],
      policy: {},
      ...epoch,
    };
    keyring.add(payload);
    return { kind: "keyset", payload };
  }

  keptFile(name: string): string {
    return `${this.folder("ann")}/kept-${name}`;
  }

  take(): void {
    this.#taken = new Map(
      NAMES.flatMap((name) => {
        const bytes = this.files.files.get(this.keptFile(name))?.bytes;
        return bytes === undefined ? [] : [[name, bytes.slice()] as const];
      }),
    );
  }

  async putBack(): Promise<void> {
    for (const [name, bytes] of this.#taken) await this.files.replace(this.keptFile(name), bytes);
  }

  /** Changes a file; false where there is none. */
  change(name: string, change: (bytes: Uint8Array) => Uint8Array): boolean {
    const file = this.files.files.get(this.keptFile(name));
    if (file === undefined) return false;
    file.bytes = change(file.bytes.slice());
    return true;
  }

  async open(): Promise<readonly ReadOnlyLedger[]> {
    return await Promise.all(
      WRITERS.map((by) =>
        readLedger({
          files: this.files,
          folder: this.folder(by),
          feed: this.keys[by].feed,
          keys: this.keys.ann,
        }),
      ),
    );
  }
}

function draftOf(what: number, size: number): EntryDraft {
  const path = PATHS[what % PATHS.length] ?? PATHS[0];
  const visor = testVisor(["laptop", "shop"][Math.floor(what / 3) % 2] ?? "shop");
  const plan = testDigest(`plan ${what % 4}`);
  const element = path === "trust.pty" ? { element: testVisor("desk") } : {};
  const values =
    path === "settings.log_level"
      ? { before: "debug", after: "info" }
      : { before: true, after: false };
  const change = { path, ...element, ...values };
  const base = { fleet: FLEET, plan, visor };
  switch (what % 5) {
    case 0:
      return {
        kind: "plan",
        payload: {
          fleet: FLEET,
          plan,
          decision: plan,
          manifest: testDigest(`manifest ${what % 3}`),
          counts: {},
          overrides: [],
          ...(what % 2 === 0 ? { text: `fleet: home # ${what}\n` } : { commit: "ab".repeat(20) }),
        },
      };
    case 1: {
      const wanted = { "settings.log_level": { kind: "value" as const, value: "info" } };
      const reading = { at: new Date(1_790_000_000_000 + what).toISOString(), unsure: [], wanted };
      return {
        kind: "plan-part",
        payload: { ...base, owned: [...PATHS], changes: what % 2 === 0 ? [] : [change], reading },
      };
    }
    case 2:
      return {
        kind: "intent",
        payload: {
          ...base,
          step: "a",
          changes: [{ ...change, lifetime: "config" }],
          restartsOwed: ["skychat"],
        },
      };
    default: {
      const outcome =
        (["done", "unverified", "done-after-restart", "failed"] as const)[what % 4] ?? "done";
      const intent = Math.max(0, size - 1 - (what % 3));
      return {
        kind: "receipt",
        payload: { ...base, intent, step: "a", outcomes: [{ path, ...element, outcome }] },
      };
    }
  }
}

/** What both ways of gathering say: on from what is kept, and from the entries alone. */
async function look(world: TwoLedgers): Promise<readonly (readonly string[])[]> {
  const makes: Readonly<Record<(typeof NAMES)[number], (state?: unknown) => Fold>> = {
    plan: (state?: unknown) =>
      new HistoryFold(FLEET, world.keys.ann.feed, state as HistoryState | undefined),
    fleet: (state?: unknown) => new FleetState(state as FleetRecords | undefined),
    apply: (state?: unknown) =>
      new ApplyFold(FLEET, world.keys.ann.feed, state as ApplyState | undefined),
  };
  const notes: (readonly string[])[] = [];
  for (const name of NAMES) {
    const gather = async (keptFrom: number): Promise<Awaited<ReturnType<typeof foldKept>>> => {
      const ledgers = await world.open();
      return await foldKept({
        files: world.files,
        keys: world.keys.ann,
        folder: world.folder("ann"),
        name,
        ledgers,
        records: (from, onFinding) =>
          joinFeeds(
            ledgers.map((ledger) => {
              const start = from.get(ledger.feed) ?? 0;
              return { feed: ledger.feed, records: ledger.records({ from: start }), from: start };
            }),
            { onFinding },
          ),
        make: makes[name],
        keptFrom,
        keepEvery: 1,
      });
    };
    const whole = await gather(Number.POSITIVE_INFINITY);
    const kept = await gather(1);
    expect(kept.fold.state()).toEqual(whole.fold.state());
    expect(kept.faults).toEqual(whole.faults);
    if (kept.fold instanceof ApplyFold) await comparePasts(world, kept.fold);
    notes.push(kept.notes);
  }
  return notes;
}

/** What an apply goes by is the same by what is kept as by all records, or is not taken from there. */
async function comparePasts(world: TwoLedgers, fold: ApplyFold): Promise<void> {
  const { feed } = world.keys.ann;
  for (const what of ["plan 0", "plan 1", "plan 2", "plan 3", "another"]) {
    const digest = testDigest(what);
    const plan = { fleet: FLEET, digest, decision: digest, visors: [] } as unknown as Plan;
    const kept = ApplyPast.ofKept(plan, feed, fold);
    const ledgers = await world.open();
    const joined = joinFeeds(
      ledgers.map((ledger) => ({ feed: ledger.feed, records: ledger.records(), from: 0 })),
      { onFinding: () => undefined },
    );
    const [own] = ledgers;
    if (own === undefined) throw new Error("there is a ledger");
    const read = await ApplyPast.read(own, plan, joined);
    const isUsed = read.uses.applied.length + read.uses.carriedOut.length > 0;
    if (isUsed || read.openIntents().length > 0) expect(kept).toBeUndefined();
    if (kept === undefined) continue;
    expect(kept.history().head).toBe(read.history().head);
    expect(kept.openIntents()).toEqual([]);
    for (const name of ["laptop", "shop"])
      expect(kept.uses.latestOwn(testVisor(name))).toEqual(read.uses.latestOwn(testVisor(name)));
  }
}

it("says what the entries say, whatever becomes of the file", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 40 }), async (steps) => {
      const world = new TwoLedgers();
      await world.begin();
      await world.append("ann", world.keyset("ann", true), 1, false);
      await world.append("ben", world.keyset("ben", false), 1, false);
      await look(world);
      const hurt = new Set<string>();
      for (const each of [...steps, { do: "look" } as const]) {
        switch (each.do) {
          case "write": {
            const { by, what, clock: after, sees } = each;
            const draft = draftOf(what, world.ledgers.get(by)?.head.size ?? 0);
            await world.append(by, draft, after, sees);
            break;
          }
          case "seal":
            await world.append(each.by, world.keyset(each.by, each.shared), each.clock, false);
            break;
          case "look": {
            const notes = await look(world);
            // What was damaged is said, and nothing else is.
            expect(notes.map(({ length }) => length)).toEqual(
              NAMES.map((name) => (hurt.has(name) ? 1 : 0)),
            );
            hurt.clear();
            break;
          }
          case "flip": {
            const name = NAMES[each.file] ?? "plan";
            if (hurt.has(name)) break;
            const flipped = (bytes: Uint8Array): Uint8Array => {
              const at = each.at % bytes.length;
              bytes[at] = (bytes[at] ?? 0) ^ (1 << each.bit);
              return bytes;
            };
            if (world.change(name, flipped)) hurt.add(name);
            break;
          }
          case "cut": {
            const name = NAMES[each.file] ?? "plan";
            if (world.change(name, (bytes) => bytes.slice(0, each.at % bytes.length)))
              hurt.add(name);
            break;
          }
          case "take":
            if (hurt.size === 0) world.take();
            break;
          case "put back":
            await world.putBack();
            hurt.clear();
            break;
        }
      }
    }),
    SETTINGS,
  );
}, 300_000);

it("is not believed by another ledger, nor by an older one", async () => {
  const world = new TwoLedgers();
  await world.begin();
  await world.append("ann", world.keyset("ann", true), 1, false);
  const early = new Map([...world.files.files].map(([path, file]) => [path, { ...file }]));
  await world.append("ann", draftOf(2, 2), 1, false);
  await look(world);
  const later = world.files.files.get(world.keptFile("plan"));
  for (const ledger of world.ledgers.values()) await ledger.close();
  world.files.files.clear();
  for (const [path, file] of early) world.files.files.set(path, file);
  world.files.files.delete(`${world.folder("ann")}/lock`);
  if (later !== undefined) world.files.files.set(world.keptFile("plan"), later);
  const [plan] = await look(world);
  expect(plan).toHaveLength(1);
  expect(plan?.[0]).toContain("is not of the ledger that is here now");
  // Another history of the same length and key.
  const other = await openLedger(
    ledgerOptions(world.files, { keys: world.keys.ann, folder: world.folder("ann") }),
  );
  await other.append([draftOf(7, 2)]);
  await other.close();
  if (later !== undefined) world.files.files.set(world.keptFile("plan"), later);
  const [forked] = await look(world);
  expect(forked?.[0]).toContain("is not of the ledger that is here now");
});

it("is gathered anew when a new keyset opens what was closed", async () => {
  const world = new TwoLedgers();
  await world.begin();
  await world.append("ann", world.keyset("ann", true), 1, false);
  await world.append("ben", world.keyset("ben", false), 1, false);
  await world.append("ben", draftOf(2, 2), 5, false);
  await look(world);
  await world.append("ben", world.keyset("ben", true), 5, false);
  // Neither file is at fault.
  expect(await look(world)).toEqual(NAMES.map(() => []));
});

it("is gathered anew when a copy brings what was written earlier", async () => {
  const world = new TwoLedgers();
  await world.begin();
  await world.append("ann", world.keyset("ann", true), 1, false);
  await world.append("ben", world.keyset("ben", true), 1, false);
  await world.append("ann", draftOf(0, 2), 50, false);
  await look(world);
  await world.append("ben", draftOf(5, 2), 5, false);
  // Neither file is at fault.
  expect(await look(world)).toEqual(NAMES.map(() => []));
});
