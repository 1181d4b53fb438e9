import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import type { EmbeddedVisorSpec } from "../../../src/skywire/embedded/index.ts";
import { type CliFleet, cliFleet } from "../../support/cli-world.ts";

const TRUST = { hypervisors: ["laptop"], pty: ["laptop"] };
const VISORS: readonly EmbeddedVisorSpec[] = [
  { name: "laptop", profile: "newest", local: true },
  { name: "desk", profile: "newest", ...TRUST },
  { name: "shop", profile: "v1.3.73", ...TRUST },
  { name: "away", profile: "newest", ...TRUST },
];

let user: CliFleet;

beforeAll(async () => {
  user = await cliFleet(VISORS);
  await user.manifest("controllers: [laptop]", {
    laptop: "tags: [home]",
    desk: "tags: [home]",
    shop: "tags: [old]",
    away: "tags: [gone]",
  });
});
afterAll(async () => {
  await user.fleet.stop();
});

async function restart(...argv: readonly string[]): Promise<{ code: number; outcomes: unknown }> {
  const { code, out } = await user.run("app", "restart", ...argv, "--yes", "--json");
  const { outcomes } = JSON.parse(out) as {
    outcomes: readonly { name: string; app: string; outcome: string }[];
  };
  return { code, outcomes: outcomes.map(({ name, app, outcome }) => `${name} ${app} ${outcome}`) };
}

// One user's story: each step stands on the one before.
describe("restarting apps once", () => {
  it("needs a fleet that was applied once", async () => {
    expect(await user.run("app", "restart", "skychat", "--on", "desk", "--yes")).toMatchObject({
      code: 4,
      err: expect.stringContaining("[cli/nothing-applied]"),
    });
    expect(await user.run("apply", "--yes", "--allow-keyset-change")).toMatchObject({ code: 0 });
  });

  it("stops and starts them on every visor, and records it in one entry before and one after", async () => {
    const before = await user.read("fleet.yaml");
    user.fleet.counters.reset();
    const ran = await user.run(
      "app",
      "restart",
      "skychat",
      "--on",
      "all & !away",
      "--once",
      "--yes",
    );
    expect(ran).toMatchObject({ code: 0, last: "Restarted 3 of 3 apps." });
    expect(user.fleet.counters.mutating()).toBe(6);
    for (const name of ["laptop", "desk", "shop"]) {
      const app = user.fleet.control.inspect(name).apps.find((each) => each.name === "skychat");
      expect(app).toMatchObject({ status: 1 });
    }
    expect(await user.read("fleet.yaml")).toBe(before);
    const { out } = await user.run("log", "--json");
    const operations = [...out.matchAll(/"phase": ?"([a-z]+)"/g)].map((match) => match[1]);
    expect(new Set(operations)).toEqual(new Set(["begun", "ended"]));
    expect(operations).toHaveLength(2);
    expect(await user.run("plan")).toMatchObject({ last: "No changes." });
  });

  it("leaves alone what does not run", async () => {
    await user.fleet.control.changeBehindBack("desk", {
      kind: "app",
      app: "skychat",
      action: "stop",
    });
    expect(await restart("skychat", "--on", "desk")).toEqual({
      code: 3,
      outcomes: ["desk skychat refused"],
    });
    const app = user.fleet.control.inspect("desk").apps.find(({ name }) => name === "skychat");
    expect(app?.status).toBe(0);
  });

  it("says who could not be reached", async () => {
    await user.fleet.control.make("away", "dead");
    expect(await restart("skychat", "--on", "away,shop")).toEqual({
      code: 3,
      outcomes: ["shop skychat done", "away skychat unreachable"],
    });
  });

  it("refuses an app that nobody knows, before anything is called or recorded", async () => {
    const before = await user.run("log", "--json");
    user.fleet.counters.reset();
    const argv = ["app", "restart", "skychat", "skichat", "--on", "desk", "--yes"];
    expect(await user.run(...argv)).toMatchObject({
      code: 64,
      err: expect.stringMatching(
        /"skichat" is no app that .* was seen on a visor of --on.*\n.*did you mean "skychat"\?/s,
      ),
    });
    expect(await user.run("app", "restart", "nope", "--on", "desk", "--yes")).toMatchObject({
      code: 64,
      err: expect.stringContaining("`fleet show --live VISOR` lists the apps"),
    });
    expect(user.fleet.counters.mutating()).toBe(0);
    expect((await user.run("log", "--json")).out).toBe(before.out);
  });

  it("restarts an app that the manifest does not know where a selected visor has it", async () => {
    const manifest = await user.read("fleet.yaml");
    const own = "{ present: true, binary: skychat, running: true }";
    await user.write(
      "fleet.yaml",
      manifest.replace("tags: [old]", `tags: [old], apps: { chatbot: ${own} }`),
    );
    expect(await user.run("apply", "--on", "shop", "--yes")).toMatchObject({ code: 0 });
    await user.write("fleet.yaml", manifest);
    expect(await restart("chatbot", "--on", "laptop,shop")).toEqual({
      code: 3,
      outcomes: ["laptop chatbot refused", "shop chatbot done"],
    });
  });

  it("asks first, and writes nothing when declined", async () => {
    user.fleet.counters.reset();
    user.answers.push("no");
    const ran = await user.run("app", "restart", "skychat", "--on", "shop");
    expect(ran.err).toContain("Restart skychat on shop? Only yes goes on:");
    expect(ran.code).toBe(4);
    expect(user.fleet.counters.mutating()).toBe(0);
  });

  it("is refused to whom the recorded keyset does not let apply", async () => {
    const kim = user.another("kim");
    await kim.write("fleet.yaml", await user.read("fleet.yaml"));
    await kim.run("keygen", "--new", "--name", "kim");
    user.fleet.counters.reset();
    const ran = await kim.run("app", "restart", "skychat", "--on", "shop", "--yes");
    expect(ran.code).toBe(4);
    expect(user.fleet.counters.mutating()).toBe(0);
  });

  test.each([
    { argv: ["skychat", "--yes"], err: "--on is missing" },
    { argv: ["skychat", "--on", "shop"], err: "nobody can be asked", code: 4 },
    { argv: ["pty", "--on", "shop", "--yes"], err: "the app pty cannot be stopped" },
  ])("is refused: $argv", async ({ argv, err, code = 64 }) => {
    expect(await user.run("app", "restart", ...argv)).toMatchObject({
      code,
      err: expect.stringContaining(err),
    });
  });
});

describe("asking for health once", () => {
  it("shows every visor on a line, also the one that does not answer", async () => {
    user.fleet.counters.reset();
    const ran = await user.run("health", "--on", "all");
    expect(ran).toMatchObject({
      code: 3,
      last: "Health: 4 visors, 3 answering, 1 not readable.",
    });
    expect(ran.out).toMatch(/^ {2}desk +seen +(healthy|connecting) +\d/m);
    expect(ran.out).toMatch(/^\? away +unreachable /m);
    expect(user.fleet.counters.mutating()).toBe(0);
    expect(user.fleet.counters.deaths()).toBe(0);
  });

  it("prints one document", async () => {
    const { code, out } = await user.run("health", "--on", "tag:home", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      format: "fleet.skywire/health/v1",
      visors: expect.arrayContaining([expect.objectContaining({ name: "desk", state: "seen" })]),
    });
  });

  it("is asked of a selection only", async () => {
    expect(await user.run("health")).toMatchObject({ code: 64 });
  });
});
