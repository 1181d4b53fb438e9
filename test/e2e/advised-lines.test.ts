// Every command line that is offered is tried: drift's by running them, all others as they are printed (cli-world).
import { afterEach, describe, expect, it } from "vitest";
import { lineFault } from "../support/advised-lines.ts";
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

describe("a line that is offered", () => {
  it("2.3: of drift is taken by the command it names", async () => {
    const user = await driftedFleet();
    const { fields } = JSON.parse((await user.run("drift", "--json")).out) as {
      fields: readonly Offered[];
    };
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
  }, 60_000);

  it("2.3: is not --edit-only to whoever gave that", async () => {
    const user = await driftedFleet();
    const ran = await user.run("app", "stop", "skychat", "--on", "shop-1", "--edit-only");
    expect(ran).toMatchObject({ code: 64 });
    expect(ran.err).not.toContain("--edit-only");
  });

  it("2.3: is told from one that no command takes", async () => {
    expect(await lineFault("fleet drift --on shop-1")).toBeUndefined();
    expect(await lineFault("fleet drift --nobody")).toContain("--nobody");
    expect(await lineFault("fleet nothing")).toContain("nothing");
  });
});
