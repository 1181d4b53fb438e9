import { describe, expect, it } from "vitest";
import { t } from "../../../src/skywire/gob/index.ts";
import {
  defineMethod,
  RpcServer,
  served,
  type ServedMethod,
} from "../../../src/skywire/rpc/index.ts";
import {
  createVisorReader,
  createVisorWriter,
  DEFAULT_RPC_ADDRESS,
  type VisorAccess,
  type VisorTarget,
} from "../../../src/skywire/visor/index.ts";
import { realClock } from "../../support/clocks.ts";
import { KEYS } from "../../support/scripted-visor.ts";
import { visorVectors, type VisorCallVector } from "../../support/vectors.ts";
import { visorSchema, visorValue } from "../../support/visor-shapes.ts";
import { visorWorld } from "../../support/visor-world.ts";

const LOCAL: VisorTarget = { key: undefined, route: { kind: "local" } };

function callsOf(...names: readonly string[]): readonly VisorCallVector[] {
  return visorVectors()
    .sessions.filter(({ name }) => names.includes(name))
    .flatMap(({ calls }) => calls ?? []);
}

/** Answers each method as it was answered first in the recorded sessions; a method that was never asked is absent. */
function recorded(...sessions: readonly string[]): ServedMethod[] {
  const methods = new Map<string, ServedMethod>();
  for (const call of callsOf(...sessions)) {
    if (
      methods.has(call.method) ||
      call.noReply === true ||
      call.error?.startsWith("rpc: can't find") === true
    )
      continue;
    const { replyType = "struct {}", reply, error } = call;
    const schema = visorSchema(replyType) ?? t.empty;
    const method = defineMethod(
      call.method,
      visorSchema(call.argsType ?? "struct {}") ?? t.empty,
      schema,
    );
    methods.set(
      call.method,
      served(method, () => {
        if (error !== undefined) throw new Error(error);
        return visorValue(replyType, reply ?? null);
      }),
    );
  }
  return [...methods.values()];
}

function accessTo(methods: readonly ServedMethod[]): VisorAccess {
  const server = new RpcServer({ methods, firstId: 64 });
  const world = visorWorld((stream) => server.serve(stream));
  return {
    dial: world.dial,
    clock: realClock,
    rpcAddress: DEFAULT_RPC_ADDRESS,
    timeouts: { firstReplyMs: 1_000, callMs: 1_000 },
  };
}

describe("the recorded visor of v1.3.20-6", () => {
  it("is seen once it is up", async () => {
    const reading = await createVisorReader(accessTo(recorded("read-core", "read-misc"))).read(
      LOCAL,
      { summary: true },
    );
    expect(reading).toMatchObject({
      kind: "seen",
      key: KEYS.local,
      release: { version: "v1.3.28", commit: "0e7420a5cb01", date: "2024-03-27T16:56:02Z" },
    });
    if (reading.kind !== "seen") return;
    expect(reading.config).toBeUndefined();
    expect(reading.apps.map(({ name, status }) => `${name} ${status}`)).toEqual([
      "crash-later 0",
      "crash-now 0",
      "never-speaks 0",
      "no-binary 0",
      "skychat 1",
      "skysocks 0",
      "skysocks-client 0",
      "vpn-client 0",
      "vpn-server 0",
    ]);
    expect(reading.apps.find(({ name }) => name === "skychat")?.args).toEqual([
      "app",
      "skychat",
      "--addr",
      ":8001",
    ]);
    expect(reading.summary).toMatchObject({
      publicIp: "Test failed",
      isHypervisor: false,
      transportCount: 0,
    });
    for (const method of ["IsStartupComplete", "GetRuntimeConfig", "GetConfigPath"]) {
      expect([method, reading.methods.get(method)]).toEqual([method, "absent"]);
    }
  });

  it("is starting while it is cut off from its services, and is asked nothing more", async () => {
    const sent: string[] = [];
    const access = {
      ...accessTo(recorded("degraded-reads", "early-Overview", "early-Summary")),
      onSend: ({ method }: { method: string }) => sent.push(method),
    };
    const wants = {
      summary: true,
      ports: true,
      known: true,
      skyenv: true,
      probes: ["SetAppPK", "StartApp"],
    } as const;
    expect(await createVisorReader(access).read(LOCAL, wants)).toMatchObject({
      kind: "starting",
      waitingFor: "Apps",
      detail: expect.stringContaining("no app launcher available") as string,
    });
    await expect(createVisorWriter(access).open(LOCAL, wants)).rejects.toMatchObject({
      code: "visor/starting",
    });
    expect([...new Set(sent)]).toEqual(["Uptime", "Apps", "TransportTypes", "IsStartupComplete"]);
  });

  it("is reported with the words it was recorded with when it refuses a write", async () => {
    const session = await createVisorWriter(
      accessTo(recorded("read-core", "read-misc", "app-start-twice", "app-not-existing")),
    ).open(LOCAL);
    await expect(session.startApp("skysocks", "")).rejects.toMatchObject({
      code: "visor/refused",
      message: expect.stringContaining("app already started") as string,
    });
    await expect(session.stopApp("nope")).rejects.toMatchObject({
      code: "visor/refused",
      message: expect.stringContaining("app not running") as string,
    });
    session.close();
  });
});
