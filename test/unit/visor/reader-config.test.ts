import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { utf8 } from "../../../src/core/index.ts";
import { t } from "../../../src/skywire/gob/index.ts";
import { createVisorReader } from "../../../src/skywire/visor/index.ts";
import {
  answers,
  CANARY,
  configOf,
  fails,
  KEYS,
  type Script,
  scriptedVisor,
} from "../../support/scripted-visor.ts";
import { accessTo, EVERYTHING, FAR, readFar, seen, worldOf } from "../../support/visor-reading.ts";

describe("a configuration", () => {
  const whole = JSON.stringify(configOf(KEYS.far), undefined, "\t");
  const configs = (texts: readonly string[]): Script["methods"] => {
    let next = 0;
    return [
      answers("GetRuntimeConfig", t.empty, t.bytes, () =>
        utf8(texts[Math.min(next++, texts.length - 1)] ?? ""),
      ),
    ];
  };

  it("that was half written is read once more", async () => {
    const reading = await seen(readFar({ methods: configs([whole.slice(0, 700), whole]) ?? [] }));
    expect(reading.config?.pk).toBe(KEYS.far);
  });

  it("that stays half written is malformed, and nothing of it is told", async () => {
    const reading = await readFar({ methods: configs([whole.slice(0, 700)]) ?? [] });
    expect(reading).toMatchObject({ kind: "malformed", code: "visor/config-json" });
    expect(inspect(reading, { depth: 20 })).not.toContain(CANARY.slice(0, 8));
  });

  it("that is refused is malformed, not absent", async () => {
    const reading = await readFar({
      methods: [fails("GetRuntimeConfig", "open /opt/x:\u001b[31m denied")],
    });
    expect(reading).toMatchObject({ kind: "malformed", code: "visor/unexpected-answer" });
    expect(inspect(reading)).not.toContain("\\x1B");
  });

  it("that a release cannot show leaves the summary, in a third write", async () => {
    const far = scriptedVisor({ key: KEYS.far, without: ["GetRuntimeConfig"] });
    const world = worldOf(far);
    const reading = await seen(createVisorReader(accessTo(world)).read(FAR));
    expect(reading.summary?.minHops).toBe(1);
    expect(reading.config).toBeUndefined();
    expect(world.connections[0]?.written).toHaveLength(3);
  });

  it("never shows its secrets, whatever else is read", async () => {
    const reading = await seen(readFar({}, EVERYTHING));
    expect(
      inspect(reading, { depth: 20, showHidden: true }) + JSON.stringify(reading),
    ).not.toContain(CANARY.slice(0, 16));
  });
});
