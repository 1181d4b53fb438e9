// One value taken over that decides who gets in: an open proxy, remote execution, who may copy files.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CliFleet, cliFleet } from "../../support/cli-world.ts";

let user: CliFleet;
beforeEach(async () => {
  user = await cliFleet([{ name: "laptop", profile: "newest", local: true }]);
  const proxy = { enable: true, proxy_port: 4445, proxy_addr: "0.0.0.0" };
  await behindBack("dmsg_web", proxy);
  await behindBack("skynet_web", { ...proxy, proxy_addr: "127.0.0.1", proxy_port: 4446 });
  await behindBack("pty.allow_rpc_exec", true);
});
afterEach(async () => await user.fleet.stop());

async function behindBack(path: string, value: unknown): Promise<void> {
  await user.fleet.control.changeBehindBack("laptop", {
    kind: "config",
    path,
    value: value as boolean,
  });
}

const KIM = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
const PROXY = "laptop/settings.dmsg_web.proxy_addr";

describe("one value that decides who gets in", () => {
  beforeEach(async () => {
    await user.manifest(`controllers: [laptop]\nkeys: { kim: ${KIM} }`, {
      laptop:
        'settings: { dmsg_web.enable: true, dmsg_web.proxy_addr: "127.0.0.1" }, trust: { allow_rpc_exec: false }',
    });
  });

  it("9.1: takes the open address of a proxy over only with --open, as one for everybody", async () => {
    const before = await user.read("fleet.yaml");
    const refused = await user.run("adopt", PROXY, "--yes");
    expect(refused.code).toBe(4);
    expect(refused.err).toContain("--open writes");
    expect(await user.read("fleet.yaml")).toBe(before);
    const taken = await user.run("adopt", PROXY, "--open", "--yes");
    expect(taken, taken.err).toMatchObject({ code: 0 });
    expect(await user.read("fleet.yaml")).toContain('{ host: "0.0.0.0", whitelist: anyone }');
    expect((await user.run("plan")).out).not.toContain("dmsg_web");
  });

  it("A12: takes over that programs may be run from afar", async () => {
    const taken = await user.run("adopt", "laptop/trust.allow_rpc_exec", "--yes");
    expect(taken, taken.err).toMatchObject({ code: 0 });
    expect(await user.read("fleet.yaml")).toContain("allow_rpc_exec: true");
    expect((await user.run("plan")).out).not.toContain("allow_rpc_exec");
  });

  it("A12: puts a key into the list of those who may copy files", async () => {
    const added = await user.run(
      ..."whitelist add kim --to dmsgscp --on laptop --edit-only --yes".split(" "),
    );
    expect(added, added.err).toMatchObject({ code: 0 });
    expect(await user.read("fleet.yaml")).toMatch(/dmsgscp: .*kim/);
  });
});
