import { describe, expect, it, test, vi } from "vitest";
import { FleetError } from "../../../src/core/index.ts";
import { cliWorld } from "../../support/cli-world.ts";

const KEY = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
const MANIFEST = `apiVersion: fleet.skywire/v1\nfleet: home\ncontrollers: [laptop]\nvisors:\n  laptop: { key: "${KEY}", settings: { log_level: info } }\n`;

describe("a command line", () => {
  test.each([
    { name: "unknown command", argv: ["plam"], code: 64, err: "did you mean `fleet plan`?" },
    {
      name: "option first",
      argv: ["--json", "plan"],
      code: 64,
      err: "an option before the command",
    },
    { name: "no manifest", argv: ["plan"], code: 64, err: "fleet init" },
    { name: "unknown schema", argv: ["schema", "nope"], code: 64, err: "plan" },
    { name: "unknown shell", argv: ["completion", "tcsh"], code: 64, err: "powershell" },
    { name: "no key", argv: ["log"], code: 4, err: "fleet keygen" },
    { name: "nothing to show", argv: ["show"], code: 64, err: "--live" },
    {
      name: "no such visor",
      argv: ["show", "--live", "shop-33"],
      code: 64,
      err: 'no visor is named "shop-33"',
    },
    { name: "no visors", argv: ["embedded", "up", "--visors", "0"], code: 64, err: "from 1" },
    {
      name: "nothing to change",
      argv: ["embedded", "change", "shop-1"],
      code: 64,
      err: "error: what to change is missing",
    },
    {
      name: "both formats",
      argv: ["plan", "--json", "--events"],
      code: 64,
      err: "give one of them",
    },
  ])("$name exits with $code and says what to try", async ({ argv, code, err }) => {
    const ran = await cliWorld().run(...argv);
    expect(ran.code).toBe(code);
    expect(ran.err).toContain(err);
    expect(ran.err).toMatch(/\n {2}next: [^\n]+\n$/);
  });

  it("prints errors as a document as well when JSON was asked for", async () => {
    const { out } = await cliWorld().run("plan", "--json");
    expect(JSON.parse(out)).toMatchObject({ error: { code: "cli/no-file" } });
  });

  it("says that a folder is no manifest", async () => {
    const world = cliWorld();
    const folder = { size: 0, mode: 0o700, modifiedMs: 0, isFolder: true, identity: "1" };
    vi.spyOn(world.files, "stat").mockResolvedValue(folder);
    const ran = await world.run("validate", "home");
    expect([ran.code, ran.err]).toEqual([64, expect.stringContaining("home is a folder")]);
  });

  it("4.4: what needs no terminal is said before that nobody can be asked", async () => {
    const world = cliWorld();
    await world.write("fleet.yaml", MANIFEST);
    const keyless = await world.run("apply");
    expect([keyless.code, keyless.err]).toEqual([4, expect.stringContaining("key/missing")]);
    await world.run("keygen");
    await world.write("fleet.yaml", "visors: [");
    expect(await world.run("apply")).toMatchObject({
      code: 64,
      err: expect.stringContaining("fleet.yaml:1"),
    });
  });

  it("without a visor a plan is one error with exit 3", async () => {
    const world = cliWorld(
      async () => await Promise.reject(new FleetError("net/refused", "nobody")),
      "127.0.0.1:1",
    );
    await world.write("fleet.yaml", MANIFEST);
    const ran = await world.run("plan");
    expect(ran.code).toBe(3);
    expect(ran.err).toContain("--rpc");
  });
});

describe("validate and explain", () => {
  it("say that a manifest is good, and where a value comes from", async () => {
    const world = cliWorld();
    await world.write("fleet.yaml", MANIFEST);
    expect(await world.run("validate")).toMatchObject({
      code: 0,
      last: "Valid: fleet home, 1 visor, 1 owned field.",
    });
    expect((await world.run("explain", "visors.laptop.settings")).out).toContain(
      "settings.log_level: info  (fleet.yaml:5)",
    );
  });

  it("report every fault with its place and exit 64", async () => {
    const world = cliWorld();
    await world.write(
      "bad.yaml",
      MANIFEST.replace("log_level", "log_levl").replace("[laptop]", "[lapttop]"),
    );
    const ran = await world.run("validate", "bad.yaml");
    expect(ran).toMatchObject({ code: 64, last: "Invalid: 2 errors." });
    expect(ran.out).toContain("bad.yaml:5:");
    expect(JSON.parse((await world.run("validate", "bad.yaml", "--json")).out)).toMatchObject({
      valid: false,
    });
  });
});

describe("keygen", () => {
  it("prints the manifest line alone on standard output, keeps the secret, and refuses a second key", async () => {
    const world = cliWorld();
    const ran = await world.run("keygen", "--name", "owner");
    expect(ran.out).toMatch(
      /^ {2}owner: \{ key: "ed25519:[0-9a-f]{64}", seal: "x25519:[0-9a-f]{64}", feed: "[0-9a-f]{66}", may: \[plan, apply\] \}\n$/,
    );
    expect(ran.err).toContain("One key per machine");
    expect(await world.run("keygen")).toMatchObject({
      code: 4,
      err: expect.stringContaining("--new"),
    });
    expect((await world.run("verify")).last).toMatch(
      /^Verified: 1 entry, head [0-9a-f]{12}, no fault\.$/,
    );
    const anew = await world.run("keygen", "--new", "--name", "owner");
    expect(anew.code).toBe(0);
    expect(anew.out).not.toBe(ran.out);
    expect(
      [...world.files.files.keys()].filter((path) => path.includes("operator.json.until-")),
    ).toHaveLength(1);
  });

  it("keeps the secret out of the manifest's folder", async () => {
    const world = cliWorld();
    world.env["FLEET_HOME"] = "/desk/home";
    await world.write("fleet.yaml", MANIFEST);
    expect(await world.run("keygen")).toMatchObject({ code: 4, out: "" });
  });

  it("protects the secret with FLEET_PASSPHRASE", async () => {
    const world = cliWorld();
    world.env["FLEET_PASSPHRASE"] = "correct horse";
    await world.run("keygen");
    world.env["FLEET_PASSPHRASE"] = "wrong";
    expect((await world.run("log")).code).toBe(4);
    delete world.env["FLEET_PASSPHRASE"];
    expect((await world.run("log")).code).toBe(4);
    world.answers.push("correct horse");
    expect((await world.run("log")).code).toBe(0);
  });
});
