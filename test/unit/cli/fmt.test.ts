import { describe, expect, it, test } from "vitest";
import { utf8 } from "../../../src/core/index.ts";
import { cliWorld } from "../../support/cli-world.ts";
import { keyOf } from "../../support/manifest-text.ts";

const TIDY = `apiVersion: fleet.skywire/v1\nfleet: home\nvisors:\n  desk: { key: ${keyOf("desk")} }   # here\n`;
const UNTIDY = `fleet: home  \napiVersion: fleet.skywire/v1\nvisors:\n    desk: { key: ${keyOf("desk")} }   # here\n`;

describe("fleet fmt", () => {
  test.each([
    {
      name: "writes",
      argv: [],
      text: UNTIDY,
      code: 0,
      last: "Formatted: fleet.yaml.",
      after: TIDY,
    },
    {
      name: "has nothing to do",
      argv: [],
      text: TIDY,
      code: 0,
      last: "Formatted already: fleet.yaml.",
      after: TIDY,
    },
    {
      name: "only checks",
      argv: ["--check"],
      text: UNTIDY,
      code: 2,
      last: "Not formatted: fleet.yaml.",
      after: UNTIDY,
    },
    {
      name: "finds in order what is",
      argv: ["--check"],
      text: TIDY,
      code: 0,
      last: "Formatted: fleet.yaml.",
      after: TIDY,
    },
  ])("$name", async ({ argv, text, code, last, after }) => {
    const world = cliWorld();
    await world.write("fleet.yaml", text);
    const effects = world.files.effects;
    const ran = await world.run("fmt", ...argv);
    expect(ran).toMatchObject({ code, last, err: "" });
    expect(await world.read("fleet.yaml")).toBe(after);
    // The file in one step, between taking and giving back its lock.
    expect(world.files.effects - effects).toBe(text === after ? 0 : 3);
    expect((await world.run("fmt", "--check")).code).toBe(after === TIDY ? 0 : 2);
  });

  it("shows what changes, and keeps the permissions of the file", async () => {
    const world = cliWorld();
    await world.files.replace("/desk/fleet.yaml", utf8(UNTIDY), { mode: 0o640 });
    const ran = await world.run("fmt", "--diff");
    expect(ran.out).toContain("-fleet: home  \n");
    expect(ran.out).toContain("+fleet: home\n");
    expect((await world.files.stat("/desk/fleet.yaml"))?.mode).toBe(0o640);
  });

  it("formats standard input to standard output", async () => {
    const world = cliWorld();
    world.input.text = UNTIDY;
    expect(await world.run("fmt", "-")).toMatchObject({ code: 0, out: TIDY });
    expect(await world.run("fmt", "-", "--check")).toMatchObject({ code: 2 });
  });

  it("never touches a manifest that is refused", async () => {
    const world = cliWorld();
    const text = UNTIDY.replace("desk:", "desk :\n        kye: 1\n    shop:");
    await world.write("fleet.yaml", text);
    const ran = await world.run("fmt");
    expect(ran.code).toBe(64);
    expect(ran.err).toContain("[manifest/");
    expect(await world.read("fleet.yaml")).toBe(text);
  });

  it("writes nothing when somebody changed the file meanwhile", async () => {
    const world = cliWorld();
    await world.write("fleet.yaml", UNTIDY);
    const write = world.files.write.bind(world.files);
    world.files.write = async (...args) => {
      await world.write("fleet.yaml", `${UNTIDY}# mine\n`);
      await write(...args);
    };
    const ran = await world.run("fmt");
    expect(ran).toMatchObject({ code: 5, out: "" });
    expect(ran.err).toContain("[cli/changed]");
    expect(await world.read("fleet.yaml")).toBe(`${UNTIDY}# mine\n`);
  });
});
