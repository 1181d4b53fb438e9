import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { BugError, fromUtf8, type Json } from "../../../src/core/index.ts";
import { t } from "../../../src/skywire/gob/index.ts";
import {
  createVisorReader,
  createVisorWriter,
  type VisorReader,
  type VisorTarget,
  type WriteSession,
} from "../../../src/skywire/visor/index.ts";
import { CALLS } from "../../../src/skywire/visor/methods.ts";
import { answers, configOf, KEYS, scriptedVisor } from "../../support/scripted-visor.ts";
import { accessTo, FAR, lastOf, openFar, worldOf } from "../../support/visor-reading.ts";
import { visorWorld } from "../../support/visor-world.ts";

const LOCAL_KEY: VisorTarget = { key: KEYS.local, route: { kind: "local" } };

describe("opening a visor for writing", () => {
  it("reads it first, on the same connection", async () => {
    const { session, world } = await openFar({ apps: [{ name: "skychat" }] });
    expect(session.reading.key).toBe(KEYS.far);
    expect(session.reading.apps.map(({ name }) => name)).toEqual(["skychat"]);
    await session.setMinHops(2);
    expect(world.connections).toHaveLength(1);
    session.close();
  });

  it.each([
    { name: "another visor", script: { config: configOf(KEYS.third) }, code: "visor/impostor" },
    {
      name: "one that is starting",
      script: { methods: [answers("IsStartupComplete", t.empty, t.bool, () => false)] },
      code: "visor/starting",
    },
    {
      name: "one that tells nothing readable",
      script: { config: "none" },
      code: "visor/malformed",
    },
  ])("refuses $name", async ({ script, code }) => {
    await expect(openFar(script)).rejects.toMatchObject({
      code,
      exit: 3,
      next: expect.any(String) as string,
    });
  });

  it("refuses when nobody is there", async () => {
    const writer = createVisorWriter(accessTo(visorWorld(undefined)));
    await expect(writer.open(FAR)).rejects.toMatchObject({ code: "visor/no-local-visor", exit: 3 });
    const alone = createVisorWriter(accessTo(visorWorld(scriptedVisor({ key: KEYS.local }))));
    await expect(alone.open(FAR)).rejects.toMatchObject({ code: "visor/unreachable", exit: 3 });
  });
});

describe("a write", () => {
  it("sets configuration fields as JSON by path, and hears which are live", async () => {
    const { session, far } = await openFar();
    const fields = new Map<string, Json>([
      ["routing.min_hops", 2],
      ["hypervisors", [KEYS.local]],
      ["launcher.apps[skychat].args", ["--x", "é"]],
    ]);
    expect(await session.setConfigFields(fields)).toEqual([
      { path: "hypervisors", live: true },
      { path: "launcher.apps[skychat].args", live: true },
      { path: "routing.min_hops", live: true },
    ]);
    const sent = lastOf(far).args as ReadonlyMap<string, Uint8Array>;
    expect([...sent].map(([path, bytes]) => [path, JSON.parse(fromUtf8(bytes)) as Json])).toEqual([
      ...fields,
    ]);
    session.close();
  });

  it.each(["sk", "cli_addr", "dmsg.servers", "launcher.apps[a].args].x"])(
    "never sets %s",
    async (path) => {
      const { session, far } = await openFar();
      const before = far.requests.length;
      await expect(session.setConfigFields(new Map([[path, 1]]))).rejects.toBeInstanceOf(BugError);
      expect(far.requests).toHaveLength(before);
      session.close();
    },
  );

  it("starts an app in the form its release takes", async () => {
    const old = scriptedVisor({ key: KEYS.local, release: "old" });
    const session = await createVisorWriter(accessTo(visorWorld(old))).open(LOCAL_KEY);
    await session.startApp("skychat", "");
    expect(lastOf(old)).toEqual({
      method: "app-visor.StartApp",
      args: "skychat",
      outcome: "called",
    });
    session.close();

    const between = scriptedVisor({
      key: KEYS.local,
      methods: [answers("StartApp", t.string, t.empty, () => ({}))],
    });
    const other = await createVisorWriter(accessTo(visorWorld(between))).open(LOCAL_KEY);
    await other.startApp("skychat", "");
    expect(
      between.requests
        .slice(-2)
        .map(({ outcome, args }) => ({ outcome, args: outcome === "called" ? args : "" })),
    ).toEqual([
      { outcome: "refused", args: "" },
      { outcome: "called", args: "skychat" },
    ]);
    other.close();
  });

  it("that is refused says why, without the values that were sent and without control characters", async () => {
    const { session } = await openFar({
      methods: [
        answers("StopApp", t.string, t.empty, () => Promise.reject(new Error("app not running"))),
        answers("SetAppArgs", CALLS.SetAppArgs.method.args, t.empty, ({ Args }) => {
          throw new Error(`bad \u001b[31m arguments: ${Args.join(" ")}`);
        }),
      ],
    });
    await expect(session.stopApp("skychat")).rejects.toMatchObject({
      code: "visor/refused",
      message: expect.stringContaining("app not running") as string,
    });
    const error: unknown = await session
      .setAppArgs("a", ["--passcode", "s3cr3t-value"])
      .catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: "visor/refused" });
    expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(/s3cr3t|\\x1B/);
    session.close();
  });

  it("that a release lacks is told apart from one that failed", async () => {
    const { session } = await openFar({ without: ["SetAppDNS"] });
    await expect(session.setAppDns("vpn-client", "1.1.1.1")).rejects.toMatchObject({
      code: "visor/no-method",
    });
    await session.setMinHops(1);
    session.close();
  });

  it("that is never answered has an unknown outcome, within its own deadline", async () => {
    const { session } = await openFar({
      methods: [answers("StopApp", t.string, t.empty, () => new Promise<never>(() => undefined))],
    });
    const startMs = Date.now();
    await expect(session.stopApp("skysocks-client", { timeoutMs: 60 })).rejects.toMatchObject({
      code: "visor/unanswered",
    });
    expect(Date.now() - startMs).toBeLessThan(400);
    await session.killApp("skysocks-client");
    session.close();
  });

  it("that was cut has an unknown outcome, and the next one is not sent", async () => {
    const { session, far } = await openFar({
      methods: [
        answers("KillApp", t.string, t.empty, (_name, call) => {
          call.connection.destroy();
          return {};
        }),
      ],
    });
    await expect(session.killApp("a")).rejects.toMatchObject({ code: "visor/unanswered" });
    const before = far.requests.length;
    await expect(session.setMinHops(1)).rejects.toMatchObject({ code: "visor/closed" });
    await expect(session.readApps()).rejects.toMatchObject({ code: "visor/closed" });
    expect(far.requests).toHaveLength(before);
  });

  it("that waits when the session is closed has an unknown outcome", async () => {
    const { session } = await openFar({
      methods: [answers("StopApp", t.string, t.empty, () => new Promise<never>(() => undefined))],
    });
    const stopping = session.stopApp("a");
    setImmediate(() => session.close());
    await expect(stopping).rejects.toMatchObject({ code: "visor/unanswered" });
  });
});

describe("reading again on the same connection", () => {
  it("gives the lists as they are now", async () => {
    let calls = 0;
    const { session, world } = await openFar({
      methods: [
        answers("GetRuntimeConfig", t.empty, t.bytes, () => {
          calls += 1;
          return new TextEncoder().encode(
            JSON.stringify(configOf(KEYS.far, calls === 1 ? {} : { hypervisors: [KEYS.third] })),
          );
        }),
        answers("ListForwardedPorts", t.empty, CALLS.ListForwardedPorts.method.reply, () => [
          {
            Port: 1,
            LocalPort: 2,
            Label: "",
            Description: "",
            ShowOnLanding: false,
            Whitelist: [],
            Skynet: true,
            DMSG: true,
            UDP: false,
            ProxyAddr: "",
            PreserveHost: false,
            InjectPK: false,
          },
        ]),
      ],
      apps: [{ name: "b" }, { name: "a" }],
    });
    expect(session.reading.config?.hypervisors).toEqual([KEYS.local]);
    expect(await session.readConfig()).toMatchObject({
      hypervisors: [KEYS.third],
      pty: [KEYS.local],
      survey: [KEYS.third],
      dmsgscp: [],
      unsetBlocks: expect.arrayContaining(["dmsgscp"]),
    });
    expect((await session.readApps()).map(({ name }) => name)).toEqual(["a", "b"]);
    expect((await session.readPorts())?.map(({ port }) => port)).toEqual([1]);
    expect(world.connections).toHaveLength(1);
    session.close();
  });

  it("says so where a release cannot show them", async () => {
    const { session } = await openFar({ without: ["GetRuntimeConfig", "ListForwardedPorts"] });
    expect(await session.readConfig()).toBeUndefined();
    expect(await session.readPorts()).toBeUndefined();
    session.close();
  });

  it("may come from an instance that is gone: only a fresh connection tells", async () => {
    let uptimeSeconds = 500;
    const far = scriptedVisor({
      key: KEYS.far,
      methods: [answers("Uptime", t.empty, t.float, () => uptimeSeconds)],
    });
    const world = worldOf(far);
    const session = await createVisorWriter(accessTo(world)).open(FAR);
    uptimeSeconds = 1;
    await session.readApps();
    const fresh = await createVisorReader(accessTo(world)).read(FAR);
    if (fresh.kind !== "seen") throw new Error(fresh.kind);
    const { startedAtMs, startedWithinMs } = session.reading;
    expect(fresh.startedAtMs).toBeGreaterThan(startedAtMs + startedWithinMs);
    session.close();
  });
});

describe("an app", () => {
  it("that crashed looks like one that never started", async () => {
    const { session } = await openFar({
      apps: [
        { name: "crashed", status: 0 },
        { name: "idle", status: 0 },
      ],
    });
    const [crashed, idle] = await session.readApps();
    expect({ ...crashed, name: "", binary: "" }).toEqual({ ...idle, name: "", binary: "" });
    session.close();
  });
});

describe("the reader", () => {
  it("has no method that writes", () => {
    const reader: VisorReader = createVisorReader(accessTo(visorWorld(undefined)));
    expect(Object.keys(reader)).toEqual(["read"]);
    const writing: keyof WriteSession = "setMinHops";
    // @ts-expect-error: the type has none either
    expect(reader[writing]).toBeUndefined();
  });
});
