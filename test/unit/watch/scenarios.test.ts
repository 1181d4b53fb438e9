import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runScenario } from "../../support/watch-scenario.ts";

const ROOT = join(import.meta.dirname, "../../..");
const FOLDER = join(ROOT, "test/scenarios/watch");
const NAMES = readdirSync(FOLDER).sort();

describe("scenarios of a watch in virtual time", () => {
  it("are there", () => {
    expect(NAMES.length).toBeGreaterThanOrEqual(8);
  });

  it.each(NAMES)("%s goes as written", async (name) => {
    const told = runScenario(readFileSync(join(FOLDER, name), "utf8"));
    await expect(told).toMatchFileSnapshot(join(ROOT, "test/golden/watch", name));
  });
});
