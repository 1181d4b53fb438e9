import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readFileHistory } from "../../../src/platform/index.ts";
import { type GitWorld, gitWorld } from "../../support/git-world.ts";

let world: GitWorld;
let repository = "";
let first = "";

beforeAll(async () => {
  world = await gitWorld();
  repository = await world.init("repository");
  first = await world.commit(repository, { "fleet.yaml": "1" }, "fleet: as it is");
});
afterAll(async () => {
  await world.remove();
});

describe("the commits of a file", () => {
  it("are those that changed it", async () => {
    await world.commit(repository, { other: "1" }, "other: nothing of a fleet");
    const history = await readFileHistory(join(repository, "fleet.yaml"), {
      until: "HEAD",
      countMax: 5,
    });
    expect(history.commits.map(({ commit }) => commit)).toEqual([first]);
    expect(history.isCutOff).toBe(false);
  });

  it("count as not all there when git cannot name them", async () => {
    const history = await readFileHistory(join(repository, "fleet.yaml"), {
      until: "0".repeat(40),
      countMax: 5,
    });
    expect(history).toEqual({ commits: [], isCutOff: true });
  });
});
