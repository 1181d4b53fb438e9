import { describe, expect, it } from "vitest";
import { cliWorld } from "../../support/cli-world.ts";
import { manifest } from "../../support/manifest-text.ts";

const VISORS = "visors: { desk: { key: $desk }, shop: { key: $shop } }\n";
const CLEAN = manifest(`controllers: [desk, shop]\n${VISORS}`);
const TWICE = manifest(
  `controllers: [desk, shop, desk]\nroles: { spare: { settings: { is_public: true } } }\n${VISORS}`,
);

describe("fleet lint", () => {
  it("ends with 0 when nothing is found", async () => {
    const world = cliWorld();
    await world.write("fleet.yaml", CLEAN);
    expect(await world.run("lint")).toMatchObject({
      code: 0,
      out: "Nothing found: fleet.yaml.\n",
      err: "",
    });
  });

  it("says what, where, why and what to do, and ends with 2", async () => {
    const world = cliWorld();
    await world.write("fleet.yaml", TWICE);
    const ran = await world.run("lint");
    expect(ran).toMatchObject({ code: 2, err: "" });
    expect(ran.out).toBe(
      "fleet.yaml:3:27: warning: desk stands twice in this list [lint/key-listed-twice]\n" +
        "  3 | controllers: [desk, shop, desk]\n" +
        "    |                           ^\n" +
        "  written: desk\n  see fleet.yaml:3:15: first written here\n" +
        "  next: take one of the two out; `fleet lint --fix` takes out this one\n" +
        "fleet.yaml:4:10: warning: no visor has the role spare, so its values reach nobody [lint/unused-role]\n" +
        "  4 | roles: { spare: { settings: { is_public: true } } }\n" +
        "    |          ^\n" +
        "  written: spare\n  next: list it at the visors that shall have it, or remove it\n" +
        "Found 2 warnings, 1 can be fixed by --fix: fleet.yaml.\n",
    );
    expect(await world.read("fleet.yaml")).toBe(TWICE);
  });

  it("fixes what it can, and shows the difference", async () => {
    const world = cliWorld();
    await world.write("fleet.yaml", TWICE);
    const ran = await world.run("lint", "--fix");
    expect(ran).toMatchObject({ code: 2, last: "Found 1 warning, 1 fixed: fleet.yaml." });
    expect(ran.err).toContain("-controllers: [desk, shop, desk]\n+controllers: [desk, shop]\n");
    expect(await world.read("fleet.yaml")).toBe(TWICE.replace("shop, desk]", "shop]"));
  });

  it("prints a document", async () => {
    const world = cliWorld();
    await world.write("fleet.yaml", TWICE);
    const ran = await world.run("lint", "--json", "--fix", "--rule", "key-listed-twice");
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.out)).toMatchObject({
      format: "fleet.skywire/lint/v1",
      clean: true,
      findings: [],
      fixed: [{ rule: "key-listed-twice", at: { line: 3, column: 27 }, fixable: true }],
    });
  });

  it("reads standard input", async () => {
    const world = cliWorld();
    world.input.text = TWICE;
    const ran = await world.run("lint", "-", "--rule", "unused-role");
    expect(ran).toMatchObject({ code: 2, last: "Found 1 warning: stdin." });
    expect(await world.run("lint", "-", "--fix")).toMatchObject({ code: 64 });
  });

  it.each([
    { name: "an unknown rule", argv: ["--rule", "nobody"], err: "single-controller" },
    { name: "a manifest that is refused", argv: ["bad.yaml"], err: "[cli/invalid-manifest]" },
  ])("ends with 64 for $name", async ({ argv, err }) => {
    const world = cliWorld();
    await world.write("fleet.yaml", CLEAN);
    await world.write("bad.yaml", manifest("visors: { desk: { kye: a } }\n"));
    const ran = await world.run("lint", ...argv);
    expect(ran).toMatchObject({ code: 64, out: "" });
    expect(ran.err).toContain(err);
  });
});
