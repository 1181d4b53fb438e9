import type { Json } from "../../src/core/index.ts";
import type {
  FeedKey,
  IntentPayload,
  LedgerRecord,
  PayloadMap,
  ReceiptOutcome,
  RecordedChange,
} from "../../src/ledger/index.ts";
import { testDigest, testKeys, testVisor } from "./ledger-world.ts";

/** When the first record of a story is written. */
export const STORY_MS = Date.parse("2026-11-01T00:00:00Z");
const STEP_MS = 60_000;

/** One operator's records, written a minute apart, as a ledger would give them. */
export class RecordStory {
  readonly records: LedgerRecord[] = [];
  readonly #sizes = new Map<string, number>();
  #nowMs = STORY_MS;

  /** The feed of an operator. */
  static feed(author: string): FeedKey {
    return testKeys(author).feed;
  }

  /** Lets time pass. */
  wait(ms: number): void {
    this.#nowMs += ms;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Adds a record; `sealed` ones hold no payload. Gives its index. */
  add<K extends keyof PayloadMap>(
    kind: K,
    payload: PayloadMap[K] | undefined,
    { author = "owner", parts = 1, sees = {} }: AddOptions = {},
  ): number {
    const index = this.#sizes.get(author) ?? 0;
    const keys = testKeys(author);
    const heads = Object.entries(sees).map(([name, size]) => ({
      feed: testKeys(name).feed,
      size,
      tree: "0".repeat(64),
    }));
    const record = {
      kind,
      feed: keys.feed,
      index,
      parts,
      timeNs: BigInt(this.#nowMs) * 1_000_000n,
      timeMs: this.#nowMs,
      hash: "ab".repeat(32),
      operator: keys.operator,
      heads,
      sealed: payload === undefined,
      payload,
    };
    this.records.push(record as unknown as LedgerRecord);
    this.#sizes.set(author, index + parts);
    this.#nowMs += STEP_MS;
    return index;
  }

  /** A plan, and the part of one visor. */
  plan(name: string, options: PlanOptions & AddOptions = {}): void {
    const { visor = "a", manifest = name, commit, owned = [], changes = [], readMs } = options;
    const plan = testDigest(name);
    this.add(
      "plan",
      {
        fleet: "home",
        plan,
        decision: testDigest(`decision ${name}`),
        manifest: testDigest(`manifest ${manifest}`),
        ...(commit === undefined ? {} : { commit }),
        counts: {},
        overrides: [],
      },
      options,
    );
    this.add(
      "plan-part",
      {
        fleet: "home",
        plan,
        visor: testVisor(visor),
        owned: [...owned, ...changes.map(({ path }) => path)],
        changes,
        ...(readMs === undefined
          ? {}
          : { reading: { at: new Date(readMs).toISOString(), unsure: options.unsure ?? [] } }),
      },
      options,
    );
  }

  /** An intent of a plan. Gives its index. */
  intent(name: string, changes: readonly StoryChange[], options: IntentOptions = {}): number {
    return this.add(
      "intent",
      {
        fleet: "home",
        plan: testDigest(name),
        visor: testVisor(options.visor ?? "a"),
        step: "a",
        changes: changes.map((change) => ({ ...change, lifetime: "config" as const })),
        restartsOwed: [],
      },
      options,
    );
  }

  /** The receipt of an intent. */
  receipt(
    name: string,
    intent: number,
    outcomes: readonly ReceiptOutcome[],
    options: IntentOptions = {},
  ): void {
    this.add(
      "receipt",
      {
        fleet: "home",
        intent,
        plan: testDigest(name),
        visor: testVisor(options.visor ?? "a"),
        step: "a",
        outcomes,
      },
      options,
    );
  }

  /** An intent and its receipt, all done. */
  write(name: string, changes: readonly StoryChange[], options: IntentOptions = {}): void {
    const intent = this.intent(name, changes, options);
    const outcomes = changes.map(({ path, element }) => ({
      path,
      ...(element === undefined ? {} : { element }),
      outcome: "done" as const,
    }));
    this.receipt(name, intent, outcomes, options);
  }
}

interface AddOptions {
  readonly author?: string;
  readonly parts?: number;
  /** How many entries of other authors this one names as seen. */
  readonly sees?: Readonly<Record<string, number>>;
}

interface IntentOptions extends AddOptions {
  readonly visor?: string;
}

interface PlanOptions {
  readonly visor?: string;
  readonly manifest?: string;
  readonly commit?: string;
  readonly owned?: readonly string[];
  readonly changes?: readonly RecordedChange[];
  /** When the visor was read; without it the part says nothing of that, as in release 0.1.0. */
  readonly readMs?: number;
  readonly unsure?: readonly string[];
}

type StoryChange = RecordedChange & Partial<Pick<IntentPayload["changes"][number], "lifetime">>;

/** A change of the log level. */
export function levelChange(before: Json, after: Json): RecordedChange {
  return {
    path: "settings.log_level",
    before,
    after,
    origin: { file: "fleet.yaml", line: 5, role: "base" },
  };
}
