import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { type ByteStream, type Dial, FleetError, utf8 } from "../../../src/core/index.ts";
import { t } from "../../../src/skywire/gob/index.ts";
import { type PartialReply, partialReply, served } from "../../../src/skywire/rpc/index.ts";
import { createVisorReader } from "../../../src/skywire/visor/index.ts";
import { CALLS } from "../../../src/skywire/visor/methods.ts";
import { fastClock, realClock } from "../../support/clocks.ts";
import { answers, CANARY, configOf, KEYS, scriptedVisor } from "../../support/scripted-visor.ts";
import { accessTo, EVERYTHING, FAR, LOCAL, readFar, worldOf } from "../../support/visor-reading.ts";
import { type FarEnd, visorWorld } from "../../support/visor-world.ts";

describe("a visor that is not reached", () => {
  const halfConfig = (ending: "destroy" | "silence"): PartialReply<Uint8Array> =>
    // oxlint-disable-next-line unicorn/no-thenable -- the option's name; nothing awaits the object
    partialReply(utf8(JSON.stringify(configOf(KEYS.far))), { bytes: 300, then: ending });
  const hangs = (): Promise<never> => new Promise(() => undefined);
  const silent = (stream: ByteStream): void =>
    stream.listen({ data: () => undefined, end: () => undefined, closed: () => undefined });
  const cases: readonly { name: string; far: FarEnd; reason: string }[] = [
    { name: "closed at once", far: (stream) => stream.destroy(), reason: "refused-or-no-listener" },
    {
      name: "closed after the bridge's patience",
      far: (stream) => void setTimeout(() => stream.destroy(), 150),
      reason: "dial-timeout",
    },
    { name: "never answered", far: silent, reason: "not-answering" },
    {
      name: "answered in part",
      far: scriptedVisor({ key: KEYS.far, methods: [answers("Uptime", t.empty, t.float, hangs)] }),
      reason: "not-answering",
    },
    {
      name: "silent in the middle of a reply",
      far: scriptedVisor({
        key: KEYS.far,
        methods: [answers("GetRuntimeConfig", t.empty, t.bytes, () => halfConfig("silence"))],
      }),
      reason: "cut",
    },
    {
      name: "cut in the middle of a reply",
      far: scriptedVisor({
        key: KEYS.far,
        methods: [answers("GetRuntimeConfig", t.empty, t.bytes, () => halfConfig("destroy"))],
      }),
      reason: "cut",
    },
    {
      name: "dead between two replies",
      far: scriptedVisor({
        key: KEYS.far,
        methods: [
          answers("GetRuntimeConfig", t.empty, t.bytes, (_args, call) => {
            call.connection.destroy();
            return new Uint8Array();
          }),
        ],
      }),
      reason: "cut",
    },
  ];
  it.each(cases)("$name: $reason", async ({ far, reason }) => {
    const reading = await createVisorReader(accessTo(worldOf(far))).read(FAR, EVERYTHING);
    expect(reading).toMatchObject({ kind: "unreachable", reason });
    expect(inspect(reading, { depth: 20, showHidden: true })).not.toContain(CANARY.slice(0, 16));
  });

  it.each([
    { name: "on its usual port", port: 65, isTold: true },
    { name: "where older builds listen already", port: 44, isTold: false },
  ])(
    "is told of the port of older builds only while it is not dialled there: $name",
    async ({ port, isTold }) => {
      const route = { kind: "bridge", scheme: "dmsg", port } as const;
      const access = accessTo(worldOf((stream) => stream.destroy()));
      const reading = await createVisorReader(access).read({ ...FAR, route }, EVERYTHING);
      expect(reading).toMatchObject({
        reason: "refused-or-no-listener",
        next: expect.stringContaining("check that it trusts this machine's visor"),
      });
      expect("next" in reading && reading.next.includes("port: 44")).toBe(isTold);
    },
  );

  it("because there is no local visor", async () => {
    const reading = await createVisorReader(accessTo(visorWorld(undefined))).read(FAR);
    expect(reading).toMatchObject({
      kind: "unreachable",
      reason: "no-local-visor",
      next: expect.stringContaining("--rpc") as string,
    });
  });

  it("because the local visor is still starting", async () => {
    const local = scriptedVisor({
      key: KEYS.local,
      methods: [answers("IsStartupComplete", t.empty, t.bool, () => false)],
    });
    const reading = await createVisorReader(accessTo(visorWorld(local))).read(FAR);
    expect(reading).toMatchObject({ kind: "unreachable", reason: "local-visor-starting" });
  });

  it("is told within the default deadlines: 20 s for the first reply", async () => {
    const clock = fastClock(100);
    const startMs = clock.now();
    const { timeouts: _timeouts, ...access } = accessTo(worldOf(silent), { clock });
    expect(await createVisorReader(access).read(FAR)).toMatchObject({ reason: "not-answering" });
    expect(clock.now() - startMs).toBeGreaterThanOrEqual(19_500);
    expect(clock.now() - startMs).toBeLessThan(40_000);
  });

  it("gives the dialler the literal address it was given", async () => {
    const dialled: string[] = [];
    const dial: Dial = async ({ host, port }) => {
      dialled.push(`${host} ${port}`);
      throw new FleetError("net/refused", "nobody listens");
    };
    await createVisorReader({ dial, clock: realClock, rpcAddress: { host: "::1", port: 9 } }).read(
      LOCAL,
    );
    expect(dialled).toEqual(["::1 9"]);
  });
});

describe("a hostile visor", () => {
  it("that sends too much is malformed", async () => {
    const huge = new Uint8Array(200_000).fill(0x20);
    const world = worldOf(
      scriptedVisor({
        key: KEYS.far,
        methods: [answers("GetRuntimeConfig", t.empty, t.bytes, () => huge)],
      }),
    );
    const reader = createVisorReader(accessTo(world, { limits: { messageBytes: 100_000 } }));
    expect(await reader.read(FAR)).toMatchObject({ kind: "malformed", code: "gob/limit" });
  });

  it.each([
    {
      name: "text instead of a reply",
      bytes: utf8("HTTP/1.1 400 Bad Request\r\n\r\n"),
      kind: ["malformed", "unreachable"],
    },
    { name: "zeroes", bytes: new Uint8Array(64), kind: ["malformed"] },
    {
      name: "a length without end",
      bytes: Uint8Array.of(0xf8, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
      kind: ["malformed"],
    },
  ])("that sends $name is no bug of ours", async ({ bytes, kind }) => {
    const reading = await createVisorReader(
      accessTo(worldOf((stream) => stream.write(bytes))),
    ).read(FAR);
    expect(kind).toContain(reading.kind);
  });

  it("whose replies have other types is malformed", async () => {
    const strange = served({ ...CALLS.Apps.method, reply: t.string }, () => "none");
    expect(await readFar({ methods: [strange] })).toMatchObject({
      kind: "malformed",
      code: "gob/mismatch",
    });
  });
});
