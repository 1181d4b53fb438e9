// Every command line that is offered is tried: drift's by running them, all others as they are printed (cli-world).
import { afterEach, describe, expect, it } from "vitest";
import { lineFault } from "../support/advised-lines.ts";
import type { Json } from "../../src/core/index.ts";
import { type CliFleet, cliFleet } from "../support/cli-world.ts";

const users: CliFleet[] = [];
afterEach(async () => {
  for (const user of users.splice(0)) await user.fleet.stop();
});

interface Offered {
  readonly path: string;
  readonly adopt?: string;
  readonly revert: string;
  readonly ignore?: string;
}

/** A fleet in which somebody changed a value of each kind. */
async function driftedFleet(): Promise<CliFleet> {
  const trust = { hypervisors: ["laptop"], pty: ["laptop"] };
  const user = await cliFleet([
    { name: "laptop", profile: "newest", local: true, ...trust },
    { name: "shop-1", profile: "newest", ...trust },
    { name: "desk", profile: "newest", ...trust },
  ]);
  users.push(user);
  await user.manifest(
    `controllers: [laptop]
roles:
  shop:
    trust: { hypervisors: [laptop], pty: [laptop] }
    settings: { log_level: debug, is_public: false }
    apps: { skychat: { running: true, auto_start: true, address: ":8005" } }
    ports: { 8080: { whitelist: [laptop], label: web } }`,
    { laptop: "", "shop-1": "roles: [shop]", desk: "" },
  );
  expect(await user.run("apply", "--yes")).toMatchObject({ code: 0 });
  const behind = async (path: string, value: string | boolean | string[]): Promise<void> =>
    await user.fleet.control.changeBehindBack("shop-1", { kind: "config", path, value });
  await behind("log_level", "error");
  await behind("is_public", true);
  await behind("pty.whitelist", [user.keyOf("laptop"), user.keyOf("desk")]);
  await user.fleet.control.changeBehindBack("shop-1", {
    kind: "app",
    app: "skychat",
    action: "stop",
  });
  return user;
}

const EMPTIED = [
  "trust.pty",
  "apps.skychat.args",
  "apps.skysocks.whitelist",
  "ports.8080.whitelist",
  "reward_address",
];

/** A fleet in which somebody took away all that lists and values held. */
async function emptiedFleet(): Promise<CliFleet> {
  const trust = { hypervisors: ["laptop"], pty: ["laptop"] };
  const user = await cliFleet([
    { name: "laptop", profile: "newest", local: true, ...trust },
    { name: "shop-1", profile: "newest", hypervisors: ["laptop"], pty: ["laptop", "desk"] },
    { name: "desk", profile: "newest", ...trust },
  ]);
  users.push(user);
  await user.manifest(
    `controllers: [laptop]
roles:
  shop:
    trust: { hypervisors: [laptop, desk], pty: [laptop, desk] }
    survey: { add: [desk] }
    reward_address: "2jBbGxZRGoQG1mqhPBnXnLTxK6oxsTf8os6"
    apps:
      skychat: { args: [--verbose] }
      skysocks: { whitelist: [desk] }
    ports: { 8080: { whitelist: [laptop], label: web } }`,
    { laptop: "", "shop-1": "roles: [shop]", desk: "" },
  );
  const applied = await user.run("apply", "--yes");
  expect(applied, applied.err).toMatchObject({ code: 0 });
  const behind = async (path: string, value: Json): Promise<void> =>
    await user.fleet.control.changeBehindBack("shop-1", { kind: "config", path, value });
  await behind("pty.whitelist", []);
  await behind("hypervisors", [user.keyOf("laptop")]);
  await behind("survey_whitelist", []);
  await behind("launcher.apps[skychat].args", []);
  await behind("launcher.apps[skysocks].args", []);
  await user.fleet.control.changeBehindBack("shop-1", { kind: "reward", address: "" });
  await user.fleet.control.changeBehindBack("shop-1", {
    kind: "port",
    port: 8080,
    record: { Port: 8080, LocalPort: 8080, Skynet: true, DMSG: true, Label: "web" },
  });
  return user;
}

async function offeredBy(user: CliFleet, ...words: readonly string[]): Promise<readonly Offered[]> {
  const ran = await user.run("drift", ...words, "--json");
  expect(ran, ran.err).toMatchObject({ code: 0 });
  return (JSON.parse(ran.out) as { fields: readonly Offered[] }).fields;
}

describe("a line that is offered", () => {
  it("2.3: of drift is taken by the command it names", async () => {
    const user = await driftedFleet();
    const fields = await offeredBy(user);
    expect(fields.length).toBeGreaterThan(3);
    const manifest = await user.read("fleet.yaml");
    for (const { path, adopt, revert, ignore } of fields) {
      expect(await lineFault(revert), path).toBeUndefined();
      for (const line of [adopt, ignore]) {
        if (line === undefined) continue;
        const ran = await user.run(...line.split(" ").slice(1), "--yes");
        expect(ran, `${line}\n${ran.err}`).toMatchObject({ code: 0 });
        await user.write("fleet.yaml", manifest);
      }
    }
    expect(fields.find(({ path }) => path === "trust.pty")?.ignore).toBeUndefined();
  }, 180_000);

  it("2.3: of drift works where somebody emptied what the manifest fills", async () => {
    const user = await emptiedFleet();
    const fields = await offeredBy(user);
    expect(fields.map(({ path }) => path)).toEqual(expect.arrayContaining(EMPTIED));
    const manifest = await user.read("fleet.yaml");
    for (const { path, adopt } of fields) {
      if (adopt === undefined) continue;
      const ran = await user.run(...adopt.split(" ").slice(1), "--yes");
      expect(ran, `${adopt}\n${ran.err}`).toMatchObject({ code: 0 });
      expect(await user.read("fleet.yaml"), path).not.toBe(manifest);
      await user.write("fleet.yaml", manifest);
    }
    for (const path of EMPTIED) {
      expect(fields.find((each) => each.path === path)?.adopt, path).toBeUndefined();
    }
  }, 180_000);

  it("2.3: of drift undoes what it says", async () => {
    for (const user of [await driftedFleet(), await emptiedFleet()]) {
      for (const { path, revert } of await offeredBy(user)) {
        const [command = "", ...words] = revert.split(" ").slice(1);
        user.answers.push("yes", "yes", "yes", "yes");
        const ran = await user.run(command, ...words);
        user.answers.length = 0;
        expect(ran, `${revert}\n${ran.err}`).toMatchObject({ code: 0 });
        expect((await offeredBy(user)).map((field) => field.path)).not.toContain(path);
      }
    }
  }, 120_000);

  it("2.3: of drift does not lead into a manifest that came on standard input", async () => {
    const user = await driftedFleet();
    user.input.text = await user.read("fleet.yaml");
    const fields = await offeredBy(user, "-");
    expect(fields.length).toBeGreaterThan(3);
    expect(fields.flatMap(({ adopt, ignore }) => [adopt, ignore])).toEqual(
      fields.flatMap(() => [undefined, undefined]),
    );
  });

  it("2.3: is not --edit-only to whoever gave that", async () => {
    const user = await driftedFleet();
    const ran = await user.run("app", "stop", "skychat", "--on", "shop-1", "--edit-only");
    expect(ran).toMatchObject({ code: 4 });
    expect(ran.err).not.toContain("--edit-only");
  });

  it("2.3: is told from one that no command takes", async () => {
    expect(await lineFault("fleet drift --on shop-1")).toBeUndefined();
    expect(await lineFault("fleet drift --nobody")).toContain("--nobody");
    expect(await lineFault("fleet nothing")).toContain("nothing");
  });
});
