// The program, its reader, planner and applier, before a visor of 2026 that Go serves by the public texts.
import { afterAll, afterEach, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { keyOf } from "../support/manifest-text.ts";
import { buildGoPeer, goFault, type GoPeer } from "../support/go-peer.ts";
import { goVisorUser, type GoVisorUser, type GoVisorState, KIM } from "../support/go-visor.ts";
import type { Json } from "../../src/core/index.ts";

const fault = goFault();
if (fault !== undefined) console.log(`SKIPPED: tests before a Go visor: ${fault}`);

const STRANGER = keyOf("stranger");
const SERVED = "ports: { 8080: { whitelist: [kim], local_port: 3000 } }";
const CLOSED = "ports: { 8080: closed }";

let peer: GoPeer | undefined;
let user: GoVisorUser | undefined;

beforeAll(() => {
  if (fault === undefined) peer = buildGoPeer();
}, 180_000);
afterEach(async () => {
  await user?.visor.stop();
  user = undefined;
});
afterAll(() => peer?.remove());

/** Runs a test that needs Go; without Go it is skipped and says why. */
function withVisor(
  run: (user: GoVisorUser) => Promise<void>,
  config: Readonly<Record<string, Json>> = {},
): (context: TestContext) => Promise<void> {
  return async (context) => {
    context.skip(fault !== undefined, fault);
    if (peer === undefined) throw new Error("there is no Go peer");
    user = await goVisorUser(peer, config);
    await run(user);
  };
}

/** The state of the visor that the test runs before. */
async function inside(): Promise<GoVisorState> {
  if (user === undefined) throw new Error("there is no visor");
  return await user.visor.inspect();
}

async function plan(box: GoVisorUser): Promise<{ readonly code: number; readonly last: string }> {
  const { code, last } = await box.run("plan", "--detailed-exitcode");
  return { code, last };
}

const IN_SYNC = { code: 0, last: "No changes." };

describe("flags of apps", () => {
  it(
    "A1: are written in a form that the program reads, which starts and stays",
    withVisor(async (box) => {
      const body =
        "apps: { vpn-server: { secure: false, whitelist: [kim], running: true, auto_start: true } }";
      expect((await box.apply(body)).code).toBe(0);
      const { alive, args, fault } = (await inside()).apps["vpn-server"] ?? {};
      expect({ alive, fault }).toEqual({ alive: true, fault: "" });
      expect(args).toEqual(["--whitelist", KIM, "--secure=false"]);
      await box.restart();
      expect(await plan(box)).toEqual(IN_SYNC);
    }),
  );

  it(
    "A1: one that keeps a program from starting is named, and mended where it is owned",
    withVisor(async (box) => {
      await box.visor.command("args", "vpn-server", '["-secure=true"]');
      await box.want("apps: { vpn-server: { auto_start: false } }");
      expect((await box.run("plan")).out).toContain("-secure=true");
      const body = "apps: { vpn-server: { secure: true, whitelist: [kim], running: true } }";
      expect((await box.apply(body)).code).toBe(0);
      expect((await inside()).apps["vpn-server"]).toMatchObject({ alive: true, fault: "" });
    }),
  );

  it(
    "A2: an absent flag is what the program takes it for",
    withVisor(async (box) => {
      await box.want("apps: { vpn-server: { secure: true } }");
      expect(await plan(box)).toEqual(IN_SYNC);
      await box.want("apps: { vpn-server: { secure: false } }");
      expect((await plan(box)).code).toBe(2);
    }),
  );
});

describe("a served port", () => {
  it(
    "A3: is closed in two parts, with nobody let in between them",
    withVisor(async (box) => {
      await box.apply(SERVED);
      expect(await box.visor.reach(KIM, 8080, "dmsg")).toBe("localhost:3000");
      const closed = await box.apply(CLOSED);
      expect(closed.code, closed.err).toBe(0);
      expect(closed.out).toMatch(/ports\.8080\.open .*in force after/);
      expect((await inside()).sockets, "the socket itself is still open").toEqual({ 8080: 3000 });
      for (const from of [KIM, STRANGER]) {
        expect(await box.visor.reach(from, 8080, "dmsg")).toBeUndefined();
        expect(await box.visor.reach(from, 8080, "skynet")).toBeUndefined();
      }
      expect(await plan(box)).toEqual({ code: 0, last: "No changes, 1 awaiting restart." });
      await box.restart();
      expect((await plan(box)).code).toBe(2);
      expect((await box.run("apply", "--yes")).code).toBe(0);
      expect(await inside()).toMatchObject({ ports: [], sockets: {} });
      expect(await plan(box)).toEqual(IN_SYNC);
    }),
    40_000,
  );

  it(
    "A3: that somebody deregisters is open to everybody, which is named and shut",
    withVisor(async (box) => {
      await box.apply(SERVED);
      await box.apply(CLOSED);
      await box.visor.command("forget", "8080");
      expect(await box.visor.reach(STRANGER, 8080, "dmsg")).toBe("localhost:3000");
      expect((await box.run("drift")).out).toMatch(/ports\.8080\.open .*everybody/);
      expect((await box.run("apply", "--yes")).code).toBe(0);
      expect(await box.visor.reach(STRANGER, 8080, "dmsg")).toBeUndefined();
    }),
    40_000,
  );

  it(
    "A3: is moved by a proxy address until the visor restarts",
    withVisor(async (box) => {
      await box.apply(SERVED);
      const moved = "ports: { 8080: { whitelist: [kim], local_port: 4000 } }";
      expect((await box.apply(moved)).code).toBe(0);
      expect((await inside()).sockets).toEqual({ 8080: 3000 });
      expect(await box.visor.reach(KIM, 8080, "dmsg")).toBe("127.0.0.1:4000");
      await box.restart();
      expect((await box.run("apply", "--yes")).code).toBe(0);
      expect(await inside()).toMatchObject({ sockets: { 8080: 4000 }, ports: [{ port: 8080 }] });
      expect((await inside()).ports[0]).not.toHaveProperty("proxy_addr");
      expect(await plan(box)).toEqual(IN_SYNC);
    }),
    40_000,
  );

  it(
    "A9: that others open after the plan is not replaced",
    withVisor(async (box) => {
      await box.want(SERVED);
      expect((await box.run("plan", "--out", "p.json")).code).toBe(0);
      const theirs = { port: 8080, label: "theirs", whitelist: [STRANGER], skynet: true };
      await box.visor.command("record", JSON.stringify(theirs));
      const late = await box.run("apply", "p.json", "--yes", "--allow-keyset-change");
      expect(late.code).toBe(5);
      expect(late.out + late.err).toMatch(/ports\.8080\.open +stale/);
      expect((await inside()).ports).toMatchObject([{ label: "theirs", whitelist: [STRANGER] }]);
    }),
  );
});

describe("a web proxy", () => {
  const OFF = { enable: false, proxy_port: 4445 };
  const open = (enable: boolean, host: string): string =>
    `settings: { dmsg_web.enable: ${enable}, dmsg_web.proxy_addr: ${host} }`;

  it(
    "A4: is not opened to the network without the word for it",
    withVisor(
      async (box) => {
        expect((await box.apply(open(true, '"192.168.1.50"'))).code).toBe(4);
        expect((await inside()).listening.dmsg_web).toBe("");
        const anyone = '{ host: "192.168.1.50", whitelist: anyone }';
        expect((await box.apply(open(true, anyone))).code).toBe(0);
        expect((await inside()).listening.dmsg_web).toBe("192.168.1.50:4445");
      },
      { dmsg_web: OFF },
    ),
  );

  it(
    "A4: that is wanted off stays off when its address is written",
    withVisor(
      async (box) => {
        expect((await box.apply(open(false, "127.0.0.2"))).code).toBe(0);
        const { config, listening } = await inside();
        expect(config["dmsg_web"]).toMatchObject({ enable: false, proxy_addr: "127.0.0.2" });
        expect(listening.dmsg_web).toBe("");
        expect(await plan(box)).toEqual(IN_SYNC);
      },
      { dmsg_web: { ...OFF, enable: true } },
    ),
  );

  it(
    "A10: of .dmsg names takes the other with it, which is said or stopped",
    withVisor(
      async (box) => {
        const both = "settings: { dmsg_web.enable: true, skynet_web.enable: false }";
        expect((await box.apply(both)).code).toBe(0);
        expect((await inside()).listening).toEqual({ dmsg_web: "127.0.0.1:4445", skynet_web: "" });
      },
      { dmsg_web: OFF, skynet_web: { ...OFF, proxy_port: 4446 } },
    ),
  );
});

describe("settings", () => {
  const GOOD = "is_public: true, routing.min_hops: 2, transport.stcpr_port: 4000";

  it(
    "A5: of a block that is not set take nothing else with them",
    withVisor(async (box) => {
      const body = `trust: { pty: [kim] }, settings: { ${GOOD}, dmsg_web.enable: true }`;
      expect((await box.apply(body)).code).toBe(0);
      const { config } = await inside();
      expect(config).toMatchObject({
        is_public: true,
        routing: { min_hops: 2 },
        transport: { stcpr_port: 4000 },
        pty: { whitelist: [KIM] },
        dmsg_web: { enable: true },
      });
      expect((await inside()).listening.dmsg_web, "a whole block waits for the restart").toBe("");
      await box.restart();
      expect((await inside()).listening.dmsg_web).toBe("127.0.0.1:4445");
      expect(await plan(box)).toEqual(IN_SYNC);
    }),
    40_000,
  );

  const refusing = async (box: GoVisorUser): Promise<string> => {
    await box.visor.command("fail", "routing.min_hops", "router not available");
    const { code, out } = await box.apply(`settings: { ${GOOD}, log_level: debug }`);
    expect(code).toBe(6);
    return out;
  };

  it(
    "A5: of which one is refused leave the others done",
    withVisor(async (box) => {
      expect(await refusing(box)).toMatch(/settings\.routing\.min_hops .*router not available/);
      expect((await inside()).config).toMatchObject({
        is_public: true,
        log_level: "debug",
        routing: { min_hops: 0 },
        transport: { stcpr_port: 4000 },
      });
    }),
  );

  it(
    "A6: that went in beside a refused one are in skywire.conf, and so is that one later",
    withVisor(async (box) => {
      await refusing(box);
      expect((await inside()).conf).toBe("LOGLVL='debug'\nVISORISPUBLIC=true\n");
      await box.visor.command("heal", "routing.min_hops");
      expect((await box.run("apply", "--yes")).code).toBe(0);
      expect((await inside()).conf).toBe("LOGLVL='debug'\nMINHOPS=2\nVISORISPUBLIC=true\n");
    }),
    40_000,
  );

  it(
    "A10: a hypervisor that is served already leaves the others",
    withVisor(async (box) => {
      await box.visor.command("connected", KIM);
      const body = `trust: { hypervisors: [kim, "${STRANGER}"] }, settings: { is_public: true }`;
      expect((await box.apply(body)).code).toBe(6);
      const { config, conf } = await inside();
      expect(config).toMatchObject({ hypervisors: [STRANGER], is_public: true });
      expect(conf).toContain(`HYPERVISORPKS=('${STRANGER}')\n`);
    }),
  );
});

describe("an app's mode", () => {
  it(
    "A7: is the one it starts in",
    withVisor(async (box) => {
      const body =
        "apps: { vpn-server: { launcher_mode: external, whitelist: [kim], running: true } }";
      expect((await box.apply(body)).code).toBe(0);
      expect((await inside()).apps["vpn-server"]).toMatchObject({ alive: true, mode: "external" });
      expect((await box.run("app", "restart", "vpn-server", "--on", "box", "--yes")).code).toBe(0);
      expect((await inside()).apps["vpn-server"]).toMatchObject({ mode: "external" });
      await box.apply(`${body.replace(" running: true", " auto_start: true")}`);
      await box.restart();
      expect((await inside()).apps["vpn-server"]).toMatchObject({ alive: true, mode: "external" });
    }),
    40_000,
  );
});

describe("a suspended visor", () => {
  it(
    "A8: is called suspended, and as it was when it is resumed",
    withVisor(async (box) => {
      await box.apply("settings: { log_level: debug }");
      await box.visor.command("suspend");
      for (const word of ["plan", "status", "doctor"]) {
        const { out, err } = await box.run(word);
        expect(out + err, word).toMatch(/suspended/);
        expect(out + err, word).not.toMatch(/still starting/);
      }
      await box.visor.command("resume");
      expect(await plan(box)).toEqual(IN_SYNC);
    }),
  );
});
