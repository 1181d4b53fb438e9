// Ports that are served over dmsg: closed, moved and switched by the program, looked at from outside.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EmbeddedVisorSpec } from "../../../src/skywire/embedded/index.ts";
import { type CliFleet, cliFleet, type Ran } from "../../support/cli-world.ts";
import { keyOf } from "../../support/manifest-text.ts";

const TRUST = { hypervisors: ["laptop"], pty: ["laptop"] };
const VISORS: readonly EmbeddedVisorSpec[] = [
  { name: "laptop", profile: "newest", local: true, ...TRUST },
  { name: "shop", profile: "v1.3.94", ...TRUST },
];
const KIM = keyOf("kim");
const STRANGER = keyOf("stranger");
const SERVED = "8080: { whitelist: [kim], local_port: 3000 }";

let user: CliFleet;
let template: string;

beforeEach(async () => {
  user = await cliFleet(VISORS);
  await user.manifest(`controllers: [laptop]\nkeys:\n  kim: ${KIM}`, {
    laptop: "tags: [home]",
    shop: "ports: { PORTS }",
  });
  template = await user.read("fleet.yaml");
});
afterEach(async () => {
  await user.fleet.stop();
});

/** Writes a manifest whose one visor `shop` has these ports. */
async function want(ports: string): Promise<void> {
  await user.write("fleet.yaml", template.replace("PORTS", ports));
}

async function apply(ports: string): Promise<Ran> {
  await want(ports);
  return await user.run("apply", "--yes", "--allow-keyset-change");
}

function reach(from = KIM, over: "dmsg" | "skynet" = "dmsg", port = 8080): string | undefined {
  return user.fleet.control.reach("shop", { from, port, over });
}

function shop(): ReturnType<CliFleet["fleet"]["control"]["inspect"]> {
  return user.fleet.control.inspect("shop");
}

async function change(record: Record<string, boolean | number | string> | "closed", port = 8080) {
  await user.fleet.control.changeBehindBack("shop", { kind: "port", port, record });
}

/** Long enough after what was done before that no slow answer makes the start look earlier than that. */
async function restart(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 500));
  await user.fleet.control.restart("shop");
  while (shop().phase !== "complete") await new Promise((resolve) => setTimeout(resolve, 2));
}

async function plan(): Promise<Ran> {
  return await user.run("plan", "--detailed-exitcode");
}

describe("A3: a port served over dmsg is closed in two parts", () => {
  beforeEach(async () => {
    await apply(SERVED);
  });

  it("A3: the first part shuts everybody out and is done, in force after restart", async () => {
    const { code, out } = await apply("8080: closed");
    expect(code).toBe(0);
    expect(out).toMatch(/ports\.8080\.open .*in force after/);
    expect(shop().ports).toMatchObject([
      { Port: 8080, Whitelist: [shop().key], Skynet: false, DMSG: false, LocalPort: 3000 },
    ]);
    expect([reach(), reach(STRANGER), reach(KIM, "skynet")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("A3: until the visor restarts, plan, drift and status say that it is owed, and nothing differs", async () => {
    await apply("8080: closed");
    for (let run = 0; run < 2; run += 1) {
      const again = await plan();
      expect(again.code).toBe(0);
      expect(again.out).toMatch(/ports\.8080\.open .*in force after the visor restarts/);
      expect(again.last).toBe("No changes, 1 awaiting restart.");
      expect((await user.run("apply", "--yes")).code).toBe(0);
      expect(reach(STRANGER)).toBeUndefined();
    }
    const drift = await user.run("drift", "--detailed-exitcode");
    expect(drift.code).toBe(0);
    expect(drift.out).toMatch(/ports\.8080\.open .*in force after the visor restarts/);
    expect(drift.last).toMatch(/^No drift/);
    const status = await user.run("status");
    expect(status.out).toMatch(/shop\/ports\.8080\.open.*in force after the visor restarts/);
    const document = JSON.parse((await user.run("drift", "--json")).out) as object;
    expect(document).toMatchObject({
      fields: [],
      awaitingRestart: [{ name: "shop", path: "ports.8080.open" }],
    });
    expect(JSON.parse((await user.run("status", "--json")).out)).toMatchObject({
      awaitingRestart: [{ name: "shop", path: "ports.8080.open" }],
    });
  });

  it("A3: the first apply after the restart takes the record away, and nobody is accused", async () => {
    await apply("8080: closed");
    await restart();
    const next = await plan();
    expect(next.code).toBe(2);
    expect(next.out).toMatch(/ports\.8080\.open .*restarted/);
    const drift = await user.run("drift");
    expect(drift.out).not.toMatch(/Changed by others/);
    expect((await user.run("apply", "--yes")).code).toBe(0);
    expect(shop()).toMatchObject({ ports: [], dmsgListeners: [] });
    expect((await plan()).last).toBe("No changes.");
  });

  it("A3: taking it back before the restart is an ordinary change", async () => {
    await apply("8080: closed");
    await want(SERVED);
    expect((await plan()).out).not.toMatch(/changed by others/);
    expect((await user.run("drift")).out).not.toMatch(/Changed by others/);
    const back = await apply(SERVED);
    expect(back.code).toBe(0);
    expect([reach(), reach(STRANGER), reach(KIM, "skynet")]).toEqual([
      "localhost:3000",
      undefined,
      "localhost:3000",
    ]);
    expect((await plan()).code).toBe(0);
    expect((await user.run("drift")).out).not.toMatch(/Changed by others/);
    await restart();
    expect(reach()).toBe("localhost:3000");
    expect((await plan()).last).toBe("No changes.");
  });

  it("A3: one that is taken back without dmsg is closed in two parts again", async () => {
    await apply("8080: closed");
    await apply("8080: { whitelist: [kim], local_port: 3000, dmsg: false }");
    expect((await apply("8080: closed")).code).toBe(0);
    expect(reach(STRANGER)).toBeUndefined();
    expect(shop().ports).toHaveLength(1);
  });

  it("A3: somebody else's deregistration is named, with what it opens, and shut again", async () => {
    await apply("8080: closed");
    await change("closed");
    expect(reach(STRANGER)).toBe("localhost:3000");
    const drift = await user.run("drift", "--detailed-exitcode");
    expect(drift.code).toBe(2);
    expect(drift.out).toMatch(/Changed by others/);
    expect(drift.out).toMatch(/ports\.8080\.open .*everybody/);
    const seen = await plan();
    expect(seen.out).toMatch(/ports\.8080\.open .*everybody/);
    expect((await user.run("apply", "--yes")).code).toBe(0);
    expect(reach(STRANGER)).toBeUndefined();
    expect((await plan()).last).toBe("No changes, 1 awaiting restart.");
    await restart();
    await user.run("apply", "--yes");
    expect(shop()).toMatchObject({ ports: [], dmsgListeners: [] });
  });

  it("A3: what was undone, or is planned anew, is not said to wait for the restart", async () => {
    const owed = /ports\.8080\.open .*written, in force after/;
    await apply("8080: closed");
    expect((await plan()).out).toMatch(owed);
    expect((await user.run("status")).out).toMatch(/ports\.8080\.open: written, in force after/);
    await want(SERVED);
    expect((await plan()).out).toMatch(/ports\.8080\.open .*closing -> true/);
    expect((await plan()).out).not.toMatch(owed);
    await want("8080: closed");
    await change("closed");
    for (const verb of ["plan", "drift", "status"])
      expect((await user.run(verb)).out).not.toMatch(/ports\.8080\.open.*written, in force after/);
    expect((await plan()).out).toMatch(/ports\.8080\.open .*everybody/);
  });

  it("A3: a deregistration after the restart is only early", async () => {
    await apply("8080: closed");
    await restart();
    await change("closed");
    expect((await plan()).last).toBe("No changes.");
  });

  it("A3: a record that was shut without a trace here is shut again, and waits like any other", async () => {
    await want("8080: closed");
    const [record] = shop().ports;
    await change({ ...record, Whitelist: [shop().key], Skynet: false, DMSG: false } as never);
    expect((await user.run("apply", "--yes")).code).toBe(0);
    expect(shop().ports).toHaveLength(1);
    expect(reach(STRANGER)).toBeUndefined();
    await restart();
    await user.run("apply", "--yes");
    expect(shop().ports).toEqual([]);
  });
});

describe("A3: a port without dmsg", () => {
  it("A3: is closed at once", async () => {
    await apply("8080: { whitelist: [kim], local_port: 3000, dmsg: false }");
    const { code, out } = await apply("8080: closed");
    expect(code).toBe(0);
    expect(out).not.toMatch(/in force after/);
    expect(shop().ports).toEqual([]);
    expect((await plan()).last).toBe("No changes.");
  });

  it("A3: is closed in two parts where dmsg was switched off since the visor started", async () => {
    await apply(SERVED);
    const off = await apply("8080: { whitelist: [kim], local_port: 3000, dmsg: false }");
    expect(off.out).toMatch(/ports\.8080\.dmsg .*in force after/);
    expect((await plan()).last).toBe("No changes, 1 awaiting restart.");
    expect((await apply("8080: closed")).code).toBe(0);
    expect(reach(STRANGER)).toBeUndefined();
    await restart();
    await user.run("apply", "--yes");
    expect(shop()).toMatchObject({ ports: [], dmsgListeners: [] });
  });

  it("A3: the visor's web port is closed and moved at once: it has no listener of its own", async () => {
    await apply("80: { whitelist: [kim], local_port: 3000 }");
    expect((await apply("80: { whitelist: [kim], local_port: 4000 }")).code).toBe(0);
    expect(reach(KIM, "dmsg", 80)).toBe("127.0.0.1:4000");
    expect((await apply("80: closed")).code).toBe(0);
    expect(shop().ports).toEqual([]);
  });
});

describe("A3: dmsg of a served port", () => {
  it("A3: is switched on in force after the visor restarts", async () => {
    await apply("8080: { whitelist: [kim], dmsg: false }");
    const on = await apply("8080: { whitelist: [kim] }");
    expect(on.out).toMatch(/ports\.8080\.dmsg .*in force after/);
    expect((await plan()).last).toBe("No changes, 1 awaiting restart.");
    await restart();
    expect(reach()).toBe("localhost:8080");
    expect((await plan()).last).toBe("No changes.");
  });
});

describe("A3: a port served over dmsg is moved", () => {
  const MOVED = "8080: { whitelist: [kim], local_port: 4000 }";
  beforeEach(async () => {
    await apply(SERVED);
  });

  it("A3: by a proxy address beside the local port, until the visor restarts", async () => {
    const { code, out } = await apply(MOVED);
    expect(code).toBe(0);
    expect(out).toMatch(/ports\.8080\.proxy_addr/);
    expect([reach(), reach(KIM, "skynet")]).toEqual(["127.0.0.1:4000", "127.0.0.1:4000"]);
    expect(shop().ports).toMatchObject([{ LocalPort: 4000, ProxyAddr: "127.0.0.1:4000" }]);
    const again = await plan();
    expect(again.code).toBe(0);
    expect(again.last).toBe("No changes, 1 awaiting restart.");
    await restart();
    expect((await plan()).code).toBe(2);
    expect((await user.run("drift")).out).not.toMatch(/Changed by others/);
    expect((await user.run("apply", "--yes")).code).toBe(0);
    expect(shop().ports).toMatchObject([{ LocalPort: 4000, ProxyAddr: "" }]);
    expect(reach()).toBe("localhost:4000");
    expect((await plan()).last).toBe("No changes.");
  });

  it("A3: and adopted without the address that the move left", async () => {
    await apply(MOVED);
    await user.write("keys.txt", `${user.keyOf("laptop")} laptop\n${user.keyOf("shop")} shop\n`);
    const adopt = ["adopt", "--sections", "ports", "--keys", "keys.txt", "--out", "b.yaml"];
    expect(await user.run(...adopt)).toMatchObject({ code: 0 });
    const text = await user.read("b.yaml");
    expect(text).toContain("local_port: 4000");
    expect(text).not.toContain("proxy_addr");
    expect((await user.run("show", "--live", "shop", "--yaml")).out).not.toContain("proxy_addr");
    const other = user.another("other");
    await other.write("fleet.yaml", text);
    expect((await other.run("plan")).last).toBe("No changes.");
    await want("8080: closed");
    const one = await user.run("adopt", "shop/ports.8080.open", "--yes");
    expect(one, one.err).toMatchObject({ code: 0 });
    expect(await user.read("fleet.yaml")).toContain("local_port: 4000");
    expect(await user.read("fleet.yaml")).not.toContain("proxy_addr");
  });

  it("A3: and adopted with an address that leads elsewhere", async () => {
    await change({
      LocalPort: 3000,
      Whitelist: [KIM] as never,
      Skynet: true,
      DMSG: true,
      ProxyAddr: "127.0.0.1:9000",
    });
    await user.write("keys.txt", `${user.keyOf("laptop")} laptop\n${user.keyOf("shop")} shop\n`);
    const adopt = ["adopt", "--sections", "ports", "--keys", "keys.txt", "--out", "b.yaml"];
    expect(await user.run(...adopt)).toMatchObject({ code: 0 });
    expect(await user.read("b.yaml")).toContain('proxy_addr: "127.0.0.1:9000"');
  });

  it("A3: twice, and back, each time to where the manifest says", async () => {
    await apply(MOVED);
    await apply("8080: { whitelist: [kim], local_port: 5000 }");
    expect(reach()).toBe("127.0.0.1:5000");
    await apply(SERVED);
    expect(reach()).toBe("127.0.0.1:3000");
    await restart();
    await user.run("apply", "--yes");
    expect(shop().ports).toMatchObject([{ LocalPort: 3000, ProxyAddr: "" }]);
  });

  it("A3: together with dmsg: false, the lingering listener is led to the new port", async () => {
    await apply("8080: { whitelist: [kim], local_port: 4000, dmsg: false }");
    expect(reach()).toBe("127.0.0.1:4000");
    await restart();
    await user.run("apply", "--yes");
    expect(shop().ports).toMatchObject([{ LocalPort: 4000, ProxyAddr: "", DMSG: false }]);
    expect(reach()).toBeUndefined();
  });

  it("A3: not where the manifest owns the proxy address: refused, with the way out", async () => {
    const refused = await apply(
      '8080: { whitelist: [kim], local_port: 4000, proxy_addr: "127.0.0.1:9000" }',
    );
    expect(refused.code).toBe(4);
    expect(refused.out + refused.err).toMatch(/proxy_addr/);
    expect(refused.out + refused.err).toMatch(/closed/);
    expect(shop().ports).toMatchObject([{ LocalPort: 3000, ProxyAddr: "" }]);
  });

  it("A3: not where nothing tells that a listener exists: refused, with the way out", async () => {
    await change({
      LocalPort: 3000,
      Whitelist: [KIM] as never,
      Skynet: true,
      DMSG: false,
    });
    const refused = await apply(MOVED);
    expect(refused.code).toBe(4);
    expect(refused.out + refused.err).toMatch(/dmsg: false/);
  });

  it("A3: at once without dmsg", async () => {
    await apply("8080: closed");
    await restart();
    await user.run("apply", "--yes");
    await apply("8080: { whitelist: [kim], local_port: 3000, dmsg: false }");
    expect((await apply("8080: { whitelist: [kim], local_port: 4000, dmsg: false }")).code).toBe(0);
    expect(reach(KIM, "skynet")).toBe("localhost:4000");
    expect((await plan()).last).toBe("No changes.");
  });
});

describe("A9: a registration replaces what is there, so a foreign record is looked for first", () => {
  it("A9: local port 0 is the port itself, and no difference", async () => {
    await change({ Whitelist: [KIM] as never, Skynet: true, DMSG: true, LocalPort: 0 });
    await want("8080: { whitelist: [kim] }");
    expect((await plan()).out).not.toMatch(/local_port/);
  });
});
