import { execFile } from "node:child_process";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { FleetError, fromUtf8, utf8 } from "../../src/core/index.ts";
import { dialTcp, listenTcp } from "../../src/platform/index.ts";
import { Decoder, Encoder, key33, type Schema, t } from "../../src/skywire/gob/index.ts";
import { defineMethod, RpcClient, RpcServer, served } from "../../src/skywire/rpc/index.ts";
import { realClock } from "../support/clocks.ts";
import {
  buildGoPeer,
  goFault,
  goFindings,
  type GoPeer,
  type GoProcess,
  startGoPeer,
} from "../support/go-peer.ts";
import {
  appState,
  configFieldChange,
  echoIn,
  forwardedPort,
  startAppIn,
  type Summary,
  summary,
} from "../support/go-peer-types.ts";
import { typeAndValue } from "../support/random-types.ts";

const fault = goFault();
if (fault !== undefined) console.log(`SKIPPED: tests against real Go: ${fault}`);

const PIPELINED = 1_000;
const KEY = `02${"ab".repeat(32)}`;

const double = defineMethod("app-visor.Double", t.int, t.int);
const slow = defineMethod("app-visor.Slow", t.int, t.int);
const getSummary = defineMethod("app-visor.Summary", t.empty, summary);
const getBigSummary = defineMethod("app-visor.BigSummary", t.int, summary);
const getApps = defineMethod("app-visor.Apps", t.empty, t.list(appState));
const getConfig = defineMethod("app-visor.GetRuntimeConfig", t.empty, t.bytes);
const setFields = defineMethod(
  "app-visor.SetConfigFields",
  t.map(t.string, t.bytes),
  t.list(configFieldChange),
);
const listPorts = defineMethod("app-visor.ListForwardedPorts", t.empty, t.list(forwardedPort));
const startApp = defineMethod("app-visor.StartApp", startAppIn, t.empty);
const setMinHops = defineMethod("app-visor.SetMinHops", t.uint16, t.empty);
const addHypervisor = defineMethod("app-visor.AddHypervisor", key33, key33);
const echo = defineMethod("app-visor.Echo", echoIn, t.bytes);

let peer: GoPeer | undefined;
let go: GoProcess | undefined;
let address = { host: "127.0.0.1", port: 0 };

beforeAll(async () => {
  if (fault !== undefined) return;
  peer = buildGoPeer();
  go = startGoPeer(peer, "serve");
  const [host = "", port = ""] = (await go.line()).split(":");
  address = { host, port: Number(port) };
}, 180_000);

afterAll(async () => {
  await go?.stop();
  peer?.remove();
});

async function connect(): Promise<RpcClient> {
  return new RpcClient(await dialTcp(address, { timeoutMs: 5_000 }), { clock: realClock });
}

/** Runs a test that needs Go; without Go it is skipped and says why. */
function withGo(run: () => Promise<void>): (context: TestContext) => Promise<void> {
  return async (context) => {
    context.skip(fault !== undefined, fault);
    await run();
  };
}

async function codeAndText(call: Promise<unknown>): Promise<readonly [string, string]> {
  try {
    await call;
    return ["answered", ""];
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    return [error.code, error.message];
  }
}

describe("our client with a Go server", () => {
  it(
    "reads and writes visor types",
    withGo(async () => {
      const client = await connect();
      const reply = await client.call(getSummary, {});
      expect(reply.Overview?.Transports).toHaveLength(20);
      expect(reply.Overview?.Transports[3]?.Log).toEqual({
        recvBytes: 3_000_009n,
        sentBytes: 2_331n,
      });
      expect(reply.LastSeenAt).toEqual({
        unixSeconds: 1_700_000_000n,
        nanoseconds: 123_000_000,
        zoneOffsetSeconds: undefined,
      });
      expect((await client.call(getApps, {})).map((app) => app.AppConfig.Name)).toContain(
        "skychat",
      );
      expect(fromUtf8(await client.call(getConfig, {}))).toContain("v1.3.94");
      const changes = await client.call(
        setFields,
        new Map([
          ["is_public", utf8("true")],
          ["log_level", utf8('"info"')],
        ]),
      );
      expect(changes.map((change) => [change.Path, fromUtf8(change.New), change.Live])).toEqual([
        ["is_public", "true", true],
        ["log_level", '"info"', true],
      ]);
      expect((await client.call(listPorts, {})).map((port) => port.Port)).toEqual([8080, 22]);
      expect(await client.call(addHypervisor, KEY)).toBe(KEY);
      await client.call(startApp, { AppName: "skychat", LauncherMode: "" });
      const generic = await client.callGeneric("app-visor.Health");
      expect(generic).toMatchObject({ ServicesHealth: "healthy" });
      client.close();
    }),
  );

  it(
    "gets Go's error texts and stays usable",
    withGo(async () => {
      const client = await connect();
      const wrong = <A>(name: string, schema: Schema<A>, value: A): Promise<unknown> =>
        client.call(defineMethod(name, schema, t.empty), value);
      expect(await codeAndText(client.call(startApp, { AppName: "", LauncherMode: "" }))).toEqual([
        "rpc/remote",
        "app not found",
      ]);
      expect(await codeAndText(wrong("app-visor.Nope", t.string, "x"))).toEqual([
        "rpc/remote",
        "rpc: can't find method app-visor.Nope",
      ]);
      expect(await codeAndText(wrong("Nope.Nope", t.string, "x"))).toEqual([
        "rpc/remote",
        "rpc: can't find service Nope.Nope",
      ]);
      expect(await codeAndText(wrong("app-visor.SetMinHops", t.int, 2))).toEqual([
        "rpc/remote",
        "gob: decoding into local type *uint16, received remote type int",
      ]);
      expect(await codeAndText(wrong("app-visor.SetMinHops", t.uint32, 70_000))).toEqual([
        "rpc/remote",
        'value for "*uint16" out of range',
      ]);
      expect(await client.call(double, 4)).toBe(8);
      client.close();
    }),
  );

  it(
    "has a thousand calls under way, in few writes",
    withGo(async () => {
      const client = await connect();
      const calls = Array.from({ length: PIPELINED }, (_, index) => client.call(double, index));
      expect(await Promise.all(calls)).toEqual(
        Array.from({ length: PIPELINED }, (_, index) => 2 * index),
      );
      expect(client.pendingCalls).toBe(0);
      client.close();
    }),
  );

  it(
    "matches replies that come out of order",
    withGo(async () => {
      const client = await connect();
      const order: number[] = [];
      const waits = [120, 0, 60, 30];
      await Promise.all(waits.map(async (ms) => order.push(await client.call(slow, ms))));
      expect(order).toEqual([0, 30, 60, 120]);
      client.close();
    }),
  );

  it(
    "reads a reply of several megabytes",
    withGo(async () => {
      const client = await connect();
      const big = await client.call(getBigSummary, 20_000);
      expect(big.Overview?.Transports).toHaveLength(20_000);
      client.close();
    }),
  );

  it(
    "gives random types and values to Go and gets them back",
    withGo(async () => {
      const client = await connect();
      await fc.assert(
        fc.asyncProperty(typeAndValue, async ({ type, value }) => {
          const Data = new Encoder().encode(type.schema, value);
          const decoder = new Decoder();
          decoder.push(await client.call(echo, { Type: JSON.stringify(type.description), Data }));
          expect(decoder.next(type.schema)?.value).toEqual(value);
          decoder.end();
        }),
        { seed: 20_261_122, numRuns: 500 },
      );
      client.close();
    }),
    60_000,
  );
});

/** What the Go client reported: replies in Go's JSON, or `error: ...`. */
async function callFromGo(program: string, to: string): Promise<Readonly<Record<string, unknown>>> {
  const output = await new Promise<string>((resolve, reject) => {
    execFile(program, ["call", to], { timeout: 20_000 }, (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(new Error("the Go client failed", { cause: error }));
    });
  });
  return JSON.parse(output) as Readonly<Record<string, unknown>>;
}

const exampleSummary: Summary = {
  Overview: {
    PubKey: KEY,
    BuildInfo: { Version: "v1.3.94", Commit: "c", Date: "d" },
    AppProtoVersion: "0.1.0",
    Apps: [],
    Transports: [
      {
        ID: "00010203-0405-0607-0809-0a0b0c0d0e0f",
        Local: KEY,
        Remote: KEY,
        Type: "dmsg",
        Log: { recvBytes: 5n, sentBytes: 300n },
        IsSetup: true,
        Label: "user",
        LatencyMS: 1.5,
      },
    ],
    RoutesCount: -1,
    LocalIP: "",
    PublicIP: "",
    IsSymmetricNAT: false,
    Hypervisors: [KEY],
    ConnectedHypervisor: [],
  },
  Health: undefined,
  Uptime: 0.25,
  IsHypervisor: false,
  DmsgStats: undefined,
  Online: true,
  LastSeenAt: { unixSeconds: 0n, nanoseconds: 0, zoneOffsetSeconds: undefined },
  MinHops: 3,
  RewardAddress: "",
  BuildTag: "tag",
};

it(
  "is written as Go's own tools want it",
  withGo(async () => {
    expect(await Promise.resolve(goFindings())).toBe("");
  }),
  120_000,
);

it(
  "serves a Go client: replies, error texts, a thousand calls under way",
  withGo(async () => {
    const server = new RpcServer({
      methods: [
        served(getSummary, () => exampleSummary),
        served(getApps, async () => []),
        served(setFields, (fields) =>
          [...fields].map(([Path, New]) => ({ Path, Old: utf8("null"), New, Live: false })),
        ),
        served(startApp, () => {
          throw new Error("app not found");
        }),
        served(setMinHops, () => ({})),
        served(double, (value) => 2 * value),
      ],
    });
    const listener = await listenTcp((stream) => void server.serve(stream));
    const result = await callFromGo(peer?.program ?? "", `127.0.0.1:${listener.address.port}`);
    await listener.close();
    expect(result["Summary"]).toMatchObject({
      Uptime: 0.25,
      MinHops: 3,
      LastSeenAt: "1970-01-01T00:00:00Z",
      Overview: {
        RoutesCount: -1,
        Transports: [{ Log: { RecvBytes: 5, SentBytes: 300 }, Label: "user", IsSetup: true }],
      },
    });
    expect(result["Apps"]).toBeNull();
    expect(result["SetConfigFields"]).toMatchObject([
      { Path: "is_public", New: true, Live: false },
    ]);
    expect(result["Pipelined"]).toBe(PIPELINED * (PIPELINED - 1));
    expect(result["Last"]).toBe(42);
    expect(result).toMatchObject({
      StartApp: "error: app not found",
      Nope: "error: rpc: can't find method app-visor.Nope",
      "Other.Nope": "error: rpc: can't find service Other.Nope",
      NoDot: "error: rpc: service/method request ill-formed: NoDot",
      IntForUint: "error: gob: decoding into local type *uint16, received remote type int",
      OutOfRange: 'error: value for "*uint16" out of range',
      NoFields: "error: gob: type mismatch: no fields matched compiling decoder for StartAppIn",
      NonStruct:
        "error: gob: type mismatch in decoder: want struct type main.StartAppIn; got non-struct",
    });
  }),
);
