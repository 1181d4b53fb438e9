import { beforeEach, describe, expect, it } from "vitest";
import {
  type ReadingWants,
  type RememberingReader,
  rememberingReader,
  type SafeSummary,
} from "../../../src/skywire/visor/index.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { KEYS } from "../../support/scripted-visor.ts";
import { FAR } from "../../support/visor-reading.ts";

const TEN_MINUTES_MS = 600_000;
const WANTS: ReadingWants = { probes: ["StartApp"], liveTrust: true };
const SUMMARY = {} as SafeSummary;

let clock: ManualClock;
let asked: ReadingWants[];
let startedAtMs: number;
let reader: RememberingReader;

/** A visor of a release whose configuration cannot be read: its summary stands in for it. */
beforeEach(() => {
  clock = new ManualClock();
  asked = [];
  startedAtMs = 0;
  reader = rememberingReader(
    {
      read: async (_target, wants = {}) => {
        asked.push(wants);
        const probed = (wants.probes ?? []).map((name) => [name, "present"] as const);
        return {
          kind: "seen",
          key: KEYS.far,
          uptimeSeconds: (clock.now() - startedAtMs) / 1000,
          startedAtMs,
          startedWithinMs: 0,
          apps: [],
          methods: new Map(probed),
          ...(wants.summary === false ? {} : { summary: SUMMARY }),
        };
      },
    },
    clock,
  );
});

/** What the next reading asks of the visor. */
async function nextAsk(): Promise<ReadingWants | undefined> {
  const from = asked.length;
  const reading = await reader.read(FAR, WANTS);
  expect(reading).toMatchObject({ kind: "seen", summary: SUMMARY });
  expect("methods" in reading && reading.methods.get("StartApp")).toBe("present");
  return asked.slice(from).at(-1);
}

describe("a reader that remembers", () => {
  it("asks for methods once while a visor runs, and for a summary every ten minutes", async () => {
    expect(await nextAsk()).toEqual(WANTS);
    clock.advance(TEN_MINUTES_MS - 1);
    expect(await nextAsk()).toMatchObject({ probes: [], summary: false });
    clock.advance(1);
    expect(await nextAsk()).toEqual(WANTS);
  });

  it("asks for everything of a visor that started anew", async () => {
    clock.advance(30_000);
    await nextAsk();
    clock.advance(60_000);
    startedAtMs = clock.now() - 10_000;
    expect(await nextAsk()).toEqual(WANTS);
  });

  it("asks for everything of a visor that was written to, and of no other", async () => {
    await nextAsk();
    reader.forget(new Set([KEYS.local]));
    expect(await nextAsk()).toMatchObject({ summary: false });
    reader.forget(new Set([KEYS.far]));
    expect(await nextAsk()).toEqual(WANTS);
  });
});
