// What a visor's own setters store for an app, and what the app's program makes of it when it starts.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { t } from "../../../src/skywire/gob/index.ts";
import {
  type EmbeddedWorld,
  embeddedWorld,
  failureOf,
  textArgument,
} from "../../support/embedded-world.ts";

const SETTLED_MS = 40;
let world: EmbeddedWorld;

beforeEach(async () => {
  world = await embeddedWorld(
    (["newest", "v1.3.94", "v1.3.73", "v1.3.28"] as const).map((profile) => ({
      name: profile,
      profile,
      local: true,
    })),
    { timeScale: 0.05 },
  );
});
afterEach(async () => {
  await world.fleet.stop();
});

function appOf(
  visor: string,
  app: string,
): ReturnType<typeof world.fleet.control.inspect>["apps"][number] {
  const found = world.fleet.control.inspect(visor).apps.find(({ name }) => name === app);
  if (found === undefined) throw new Error(`no app ${app}`);
  return found;
}

async function setFlag(visor: string, method: string, app: string, isOn: boolean): Promise<void> {
  const schema = t.struct("visor.SetAppBoolIn", { AppName: t.string, Val: t.bool });
  await world.call(visor, method, { schema, value: { AppName: app, Val: isOn } });
}

async function start(visor: string, app: string, mode = ""): Promise<void> {
  const schema = t.struct("visorapi.StartAppIn", { AppName: t.string, LauncherMode: t.string });
  const argument =
    visor === "v1.3.28"
      ? textArgument(app)
      : { schema, value: { AppName: app, LauncherMode: mode } };
  await world.call(visor, "StartApp", argument);
  await new Promise((resolve) => {
    setTimeout(resolve, SETTLED_MS);
  });
}

describe("a flag that a visor's own setter stores", () => {
  it("A1: on v1.3.28 it is one dash and a value, and the app ends as it reads it", async () => {
    await setFlag("v1.3.28", "SetAppSecure", "vpn-server", true);
    expect(appOf("v1.3.28", "vpn-server").args).toEqual(["app", "vpn-server", "-secure=true"]);
    await start("v1.3.28", "vpn-server");
    expect(appOf("v1.3.28", "vpn-server")).toMatchObject({ status: 0, runningArgs: null });
  });

  it.each(["newest", "v1.3.94", "v1.3.73"])(
    "A11: on %s it is two dashes without a value, and nothing for false",
    async (visor) => {
      await setFlag(visor, "SetAppSecure", "vpn-server", true);
      expect(appOf(visor, "vpn-server").args).toEqual(["--secure"]);
      await start(visor, "vpn-server");
      expect(appOf(visor, "vpn-server").status).toBe(1);
      await setFlag(visor, "SetAppSecure", "vpn-server", false);
      expect(appOf(visor, "vpn-server").args).toEqual([]);
    },
  );
});

describe("an app's program and its arguments", () => {
  it.each([
    { name: "two dashes and a value", args: ["--secure=true"], runs: true },
    { name: "two dashes and a short word for no", args: ["--secure=F"], runs: true },
    { name: "a value that looks like an option", args: ["--netifc", "-secure=true"], runs: true },
    { name: "words after two dashes alone", args: ["--", "-secure=true"], runs: true },
  ])("A1: takes $name", async ({ args, runs }) => {
    await give("newest", "vpn-server", args);
    await start("newest", "vpn-server");
    expect(appOf("newest", "vpn-server").runningArgs !== null).toBe(runs);
  });

  it.each([
    { name: "one dash and a value", args: ["-secure=true"] },
    { name: "one dash alone", args: ["-secure"] },
    { name: "one dash behind another flag", args: ["--secure", "-netifc=eth0"] },
    { name: "a value that is neither yes nor no", args: ["--secure=on"] },
    { name: "an option whose value is missing", args: ["--netifc"] },
  ])("A1: ends at $name", async ({ args }) => {
    await give("newest", "vpn-server", args);
    await start("newest", "vpn-server");
    expect(appOf("newest", "vpn-server")).toMatchObject({ status: 0, runningArgs: null });
  });

  it("R3: v1.3.28 knows no whitelist, so an app that is given one ends", async () => {
    await give("v1.3.28", "skysocks", ["app", "skysocks", "--whitelist", "02ab"]);
    await start("v1.3.28", "skysocks");
    expect(appOf("v1.3.28", "skysocks").runningArgs).toBeNull();
  });
});

describe("the mode in which an app starts", () => {
  it("A7: is the one that StartApp names, whatever the configuration says", async () => {
    await world.fleet.control.changeBehindBack("newest", {
      kind: "config",
      path: "launcher.apps[vpn-server].launcher_mode",
      value: "external",
    });
    await start("newest", "vpn-server");
    expect(appOf("newest", "vpn-server")).toMatchObject({ runningMode: "" });
    await world.call("newest", "StopApp", textArgument("vpn-server"));
    await start("newest", "vpn-server", "external");
    expect(appOf("newest", "vpn-server")).toMatchObject({ runningMode: "external" });
  });
});

describe("the address of skychat", () => {
  const setAddress = async (visor: string, address: string): Promise<string | undefined> => {
    const schema = t.struct("visor.SetAppStringIn", { AppName: t.string, Val: t.string });
    const value = { AppName: "skychat", Val: address };
    return (await failureOf(world.call(visor, "SetAppAddress", { schema, value })))?.message;
  };

  it.each(["127.0.0.1:8001", "localhost:8001"])("A10: visors of 2026 take %s", async (address) => {
    expect(await setAddress("newest", address)).toBeUndefined();
    expect(await setAddress("v1.3.28", address)).toMatch(/^invalid addr value/);
  });

  it.each([":8001", "*:8001"])("A10: all take %s", async (address) => {
    expect(await setAddress("newest", address)).toBeUndefined();
    expect(await setAddress("v1.3.28", address)).toBeUndefined();
  });

  it("A10: a visor of 2026 refuses a port above 65535", async () => {
    expect(await setAddress("newest", ":65536")).toMatch(/^invalid port number/);
  });

  it.each(["localhost:80", "host.example:8001", "[::1]:8001x"])(
    "A10: a visor of 2026 refuses %s",
    async (address) => {
      expect(await setAddress("newest", address)).toMatch(/^invalid (addr value|port number)/);
    },
  );
});

async function give(visor: string, app: string, args: readonly string[]): Promise<void> {
  await world.fleet.control.changeBehindBack(visor, {
    kind: "config",
    path: `launcher.apps[${app}].args`,
    value: args,
  });
}
