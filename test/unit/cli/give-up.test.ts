// What a command cannot do is said as that, and not as done, nor as the user's fault.
import { describe, expect, it } from "vitest";
import { cliWorld } from "../../support/cli-world.ts";
import { desiredOf, manifest } from "../../support/manifest-text.ts";

/** A key behind a question mark, and names indented by four. */
const ODD = manifest(
  "visors:\n    ? desk\n    : tags: [old]\n      key: $desk\n      settings: { log_level: info }\n    shop: { key: $shop }\n",
);
const IGNORE = ["ignore", "desk/settings.log_level", "--until", "2099-12-31", "--yes"] as const;

describe("a layout that few people write", () => {
  it("F14: is not called formatted", async () => {
    const world = cliWorld();
    await world.write("fleet.yaml", ODD);
    for (const argv of [["fmt"], ["fmt", "--check"]] as const) {
      const { code, out, err } = await world.run(...argv);
      expect(out).toBe("");
      expect(err).toMatch(/fleet.yaml keeps its form: line \d+ has a key behind a question mark/);
      expect(code).toBe(4);
    }
    expect(await world.read("fleet.yaml")).toBe(ODD);
  });

  it("F14: takes a new entry where its map stands", async () => {
    const world = cliWorld();
    await world.write("fleet.yaml", ODD);
    expect(await world.run(...IGNORE)).toMatchObject({ code: 0 });
    const { visors } = desiredOf(await world.read("fleet.yaml"));
    const desk = visors.find(({ name }) => name === "desk");
    expect(desk?.ignores?.map(({ path }) => path)).toEqual(["settings.log_level"]);
  });

  it("F14: is named when an edit of ours does not fit it", async () => {
    const world = cliWorld();
    await world.write("fleet.yaml", ODD);
    const argv = ["tag", "remove", "old", "--on", "desk", "--edit-only", "--yes"];
    const { code, err } = await world.run(...argv);
    expect(err).toContain("cannot be written into this layout");
    expect(err).not.toContain("indented");
    expect(code).toBe(4);
    expect(await world.read("fleet.yaml")).toBe(ODD);
  });
});
