import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AppBehaviour } from "../../../src/skywire/embedded/index.ts";
import { type GenericValue, t } from "../../../src/skywire/gob/index.ts";
import {
  type Argument,
  embeddedWorld,
  type EmbeddedWorld,
  failureOf,
  textArgument,
} from "../../support/embedded-world.ts";

const VISORS = ["newest", "v1.3.28"] as const;
/** Long enough for everything an app does within its first half second. */
const SETTLED_MS = 30;
const TIME_SCALE = 0.05;
let world: EmbeddedWorld;

beforeEach(async () => {
  world = await embeddedWorld(
    [
      { name: "newest", profile: "newest", local: true },
      { name: "v1.3.28", profile: "v1.3.28", local: true },
    ],
    { timeScale: TIME_SCALE },
  );
});

afterEach(async () => {
  await world.fleet.stop();
});

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

function startArgument(visor: string, app: string): Argument {
  if (visor === "v1.3.28") return textArgument(app);
  return {
    schema: t.struct("visorapi.StartAppIn", { AppName: t.string, LauncherMode: t.string }),
    value: { AppName: app, LauncherMode: "" },
  };
}

function start(visor: string, app: string): Promise<GenericValue> {
  return world.call(visor, "StartApp", startArgument(visor, app));
}

function stateOf(
  visor: string,
  app: string,
): { status: number; detail: string; runningArgs: readonly string[] | null } {
  const state = world.fleet.control.inspect(visor).apps.find(({ name }) => name === app);
  if (state === undefined) throw new Error(`no app ${app}`);
  return state;
}

describe.each(VISORS)("an app on %s", (visor) => {
  it.each<{ behaviour: AppBehaviour; status: number; detail: string; alive: boolean }>([
    { behaviour: "good", status: 1, detail: "Running", alive: true },
    { behaviour: "crash-at-start", status: 0, detail: "", alive: false },
    { behaviour: "never-speaks", status: 0, detail: "", alive: true },
    { behaviour: "starting-for-ever", status: 3, detail: "Starting", alive: true },
    {
      behaviour: "reports-error",
      status: 2,
      detail: "error getting iptables forward policy: permission denied",
      alive: false,
    },
  ])(
    "that is $behaviour shows status $status some time after its start",
    async ({ behaviour, status, detail, alive }) => {
      await world.fleet.control.makeApp(visor, "vpn-server", behaviour);
      await start(visor, "vpn-server");
      await wait(SETTLED_MS);
      expect(stateOf(visor, "vpn-server")).toMatchObject({ status, detail });
      expect(stateOf(visor, "vpn-server").runningArgs !== null).toBe(alive);
    },
  );

  it("that crashes later looks running until then, and never started afterwards", async () => {
    await world.fleet.control.makeApp(visor, "vpn-server", "crash-later");
    await start(visor, "vpn-server");
    await wait(SETTLED_MS);
    expect(stateOf(visor, "vpn-server").status).toBe(1);
    await wait(200);
    expect(stateOf(visor, "vpn-server")).toMatchObject({ status: 0, detail: "" });
  });

  it("whose program is missing cannot be started", async () => {
    await world.fleet.control.makeApp(visor, "vpn-server", "no-binary");
    const failure = await failureOf(start(visor, "vpn-server"));
    expect(failure?.message).toMatch(/^fork\/exec \S+: no such file or directory$/);
  });

  it.each([
    { name: "unknown", app: "nope", error: "app not found" },
    { name: "already running", app: "skychat", error: "app already started" },
    {
      name: "a client without its server",
      app: "vpn-client",
      error: "VPN server pub key is missing",
    },
  ])("cannot be started: $name", async ({ app, error }) => {
    expect(await failureOf(start(visor, app))).toEqual({ code: "rpc/remote", message: error });
  });

  it("that does not react to the interrupt keeps StopApp waiting, and KillApp ends it", async () => {
    await world.fleet.control.makeApp(visor, "vpn-server", "stop-hangs");
    await start(visor, "vpn-server");
    await wait(SETTLED_MS);
    const client = await world.connect(visor);
    const stop = client.callGeneric("app-visor.StopApp", textArgument("vpn-server"), {
      timeoutMs: 60,
    });
    expect((await failureOf(stop))?.code).toBe("rpc/timeout");
    expect(stateOf(visor, "vpn-server").status).toBe(0);
    await client.callGeneric("app-visor.KillApp", textArgument("vpn-server"));
    expect(await failureOf(world.call(visor, "StopApp", textArgument("vpn-server")))).toMatchObject(
      {
        message: "app not running",
      },
    );
    client.close();
  });

  it("still looks running right after KillApp", async () => {
    await world.call(visor, "KillApp", textArgument("skychat"));
    await wait(SETTLED_MS);
    expect(stateOf(visor, "skychat").status).toBe(0);
  });

  it("fails to come back after about ten restarts in a row", async () => {
    let restarts = 0;
    let failure: { message: string } | undefined;
    while (failure === undefined && restarts < 20) {
      failure = await failureOf(world.call(visor, "RestartApp", textArgument("skychat")));
      restarts += 1;
    }
    expect(restarts).toBe(11);
    expect(failure?.message).toMatch(/argument list too long$/);
    expect(stateOf(visor, "skychat").status).toBe(0);
  });

  it("is started with the arguments of that moment: later ones show, but do not run", async () => {
    const address = {
      schema: t.struct("visor.SetAppStringIn", { AppName: t.string, Val: t.string }),
    };
    const before = stateOf(visor, "skychat").runningArgs;
    await world.call(visor, "SetAppAddress", {
      ...address,
      value: { AppName: "skychat", Val: ":8077" },
    });
    expect(stateOf(visor, "skychat").runningArgs).toEqual(before);
    const shown = world.fleet.control
      .inspect(visor)
      .apps.find(({ name }) => name === "skychat")?.args;
    expect(shown).toContain(":8077");
    await world.call(visor, "StopApp", textArgument("skychat"));
    await start(visor, "skychat");
    expect(stateOf(visor, "skychat").runningArgs).toContain(":8077");
  });

  it("starts by itself at the visor's start when it is set so", async () => {
    const args = {
      schema: t.struct("visor.SetAutoStartIn", { AppName: t.string, AutoStart: t.bool }),
    };
    await world.call(visor, "SetAutoStart", {
      ...args,
      value: { AppName: "vpn-server", AutoStart: true },
    });
    expect(stateOf(visor, "vpn-server").status).toBe(0);
    await world.restart(visor);
    expect(stateOf(visor, "vpn-server").status).toBe(1);
  });
});

it("starts the remote shell again after StopApp", async () => {
  await world.call("newest", "StopApp", textArgument("pty"));
  await wait(SETTLED_MS);
  expect(stateOf("newest", "pty").status).toBe(1);
});

it("leaves a crashed app down, but for one that is to be restarted", async () => {
  await world.fleet.control.changeBehindBack("newest", {
    kind: "app",
    app: "skychat",
    action: "crash",
  });
  await world.fleet.control.changeBehindBack("newest", {
    kind: "app",
    app: "pty",
    action: "crash",
  });
  await wait(SETTLED_MS);
  expect(stateOf("newest", "skychat").status).toBe(0);
  expect(stateOf("newest", "pty").status).toBe(1);
});
