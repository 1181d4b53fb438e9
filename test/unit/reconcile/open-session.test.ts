// A visor that is turned away while many are written to is asked once more among few, and others are not.
import { describe, expect, it } from "vitest";
import { FleetError } from "../../../src/core/index.ts";
import { openSession } from "../../../src/reconcile/apply/fresh-check.ts";
import { type WritePlace, Places } from "../../../src/reconcile/apply/places.ts";
import type { VisorWriter, WriteSession } from "../../../src/skywire/visor/index.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { keyAt } from "../../support/reconcile-builders.ts";

const TARGET = { key: keyAt(4), route: { kind: "bridge", scheme: "dmsg", port: 65 } } as const;
// openSession hands it on and calls nothing of it.
const SESSION = {} as WriteSession;

interface Try {
  readonly code: `visor/${string}`;
  readonly takesMs: number;
}

/** Opens with `held` other places taken; the first try ends as `first` says, all others succeed. */
async function openBeside(
  held: number,
  first: Try,
): Promise<{ opened: unknown; tries: number; left: number }> {
  const clock = new ManualClock();
  const places = new Places({ parallel: 64, careful: 8 });
  const others: WritePlace[] = [];
  for (let at = 0; at < held; at += 1) others.push(await places.take(false, false));
  const place = await places.take(false, false);
  let tries = 0;
  let left = 0;
  const writer: VisorWriter = {
    open: async () => {
      tries += 1;
      if (tries > 1) {
        left = others.length;
        return SESSION;
      }
      clock.advance(first.takesMs);
      throw new FleetError(first.code, "it is not there");
    },
  };
  const opening = openSession({ writer, clock, places, place }, TARGET, {});
  // Others end one by one; who waits for few has its turn when few are left.
  for (let other = others.pop(); other !== undefined; other = others.pop()) {
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    if (tries < 2) other.leave();
  }
  return { opened: await opening, tries, left };
}

describe("opening a visor while many are written to", () => {
  it("13.14: one that is turned away at once is opened again when few are", async () => {
    const { opened, tries, left } = await openBeside(40, {
      code: "visor/unreachable",
      takesMs: 20,
    });
    expect(opened).toBe(SESSION);
    expect(tries).toBe(2);
    expect(left).toBeLessThan(16);
  });

  it.each<{ name: string; held: number; first: Try }>([
    { name: "few are", held: 5, first: { code: "visor/unreachable", takesMs: 20 } },
    { name: "it took long", held: 40, first: { code: "visor/unreachable", takesMs: 15_000 } },
    { name: "it is another visor", held: 40, first: { code: "visor/impostor", takesMs: 20 } },
  ])("one that is not there is told so at once where $name", async ({ held, first }) => {
    const { opened, tries } = await openBeside(held, first);
    expect(opened).toMatchObject({ refusal: "it is not there" });
    expect(tries).toBe(1);
  });
});
