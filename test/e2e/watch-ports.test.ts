// A watch beside visors whose served ports wait for a restart: before it, at it, and after it.
import { afterEach, describe, expect, it } from "vitest";
import { sleep } from "../../src/core/index.ts";
import type { EmbeddedVisorSpec } from "../../src/skywire/embedded/index.ts";
import { type CliFleet, cliFleet, type Ran } from "../support/cli-world.ts";
import { realClock } from "../support/clocks.ts";
import { keyOf } from "../support/manifest-text.ts";

const TRUST = { hypervisors: ["laptop"], pty: ["laptop"] };
const VISORS: readonly EmbeddedVisorSpec[] = [
  { name: "laptop", profile: "newest", local: true, ...TRUST },
  { name: "shop", profile: "v1.3.94", ...TRUST },
];
const KIM = keyOf("kim");
const SERVED = "8080: { whitelist: [kim], local_port: 3000 }";
const MOVED = "8080: { whitelist: [kim], local_port: 4000 }";
const CLOSED = "8080: closed";
const CORRECT = "watch: { rules: [{ fields: [ports], do: correct }] }";

let user: CliFleet;
afterEach(async () => {
  await user.fleet.stop();
});

/** A fleet whose visor `shop` served port 8080 over dmsg, until `then` was applied. */
async function served(then: string, rules: string): Promise<void> {
  user = await cliFleet(VISORS);
  await user.manifest(`controllers: [laptop]\nkeys: { kim: ${KIM} }\n${rules}`, {
    laptop: "tags: [home]",
    shop: "ports: { PORTS }",
  });
  const template = await user.read("fleet.yaml");
  for (const ports of [SERVED, then]) {
    await user.write("fleet.yaml", template.replace("PORTS", ports));
    expect((await user.run("apply", "--yes", "--allow-keyset-change")).code).toBe(0);
  }
}

function shop(): ReturnType<CliFleet["fleet"]["control"]["inspect"]> {
  return user.fleet.control.inspect("shop");
}

/** Long enough after what was done before that no slow answer makes the start look earlier than that. */
async function restart(): Promise<void> {
  await sleep(realClock, 500);
  await user.fleet.control.restart("shop");
  await until(() => shop().phase === "complete");
}

async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 600 && !isSo(); turn += 1) await sleep(realClock, 25);
}

async function once(): Promise<Ran> {
  return await user.run("watch", "--once");
}

const PASSES = /"decision":"pass"/g;

describe("A3: a watch beside a port that waits for a restart", () => {
  it.each([CLOSED, MOVED])(
    "A3: writes nothing before it and accuses nobody: %s",
    async (ports) => {
      await served(ports, CORRECT);
      const records = shop().ports;
      user.fleet.counters.reset();
      for (let pass = 0; pass < 2; pass += 1) {
        const { code, out } = await once();
        expect(code).toBe(0);
        expect(out).not.toMatch(/outside fleet|correct/i);
      }
      expect(user.fleet.counters.mutating("shop")).toBe(0);
      expect(shop().ports).toEqual(records);
    },
    40_000,
  );

  it.each([
    { ports: CLOSED, after: { ports: [], dmsgListeners: [] } },
    {
      ports: MOVED,
      after: {
        ports: [{ LocalPort: 4000, ProxyAddr: "" }],
        dmsgListeners: [{ port: 8080, localPort: 4000 }],
      },
    },
  ])(
    "A3: finishes it in the first pass after it: $ports",
    async ({ ports, after }) => {
      await served(ports, CORRECT);
      await once();
      await restart();
      const { code, out } = await once();
      expect(code).toBe(0);
      expect(out).not.toMatch(/outside fleet/);
      expect(out).toMatch(/waited since entry \d+ for the visor's start at/);
      expect(shop()).toMatchObject(after);
      user.fleet.counters.reset();
      await once();
      expect(user.fleet.counters.mutating("shop")).toBe(0);
    },
    40_000,
  );

  it("A3: finishes it in the run that saw the visor restart", async () => {
    await served(CLOSED, CORRECT);
    const before = user.live.out.length;
    const passes = (): number => user.live.out.slice(before).match(PASSES)?.length ?? 0;
    const running = user.run("watch", "--json", "--interval", "2s");
    await until(() => passes() > 1);
    expect(shop().ports).toHaveLength(1);
    await restart();
    await until(() => shop().ports.length === 0);
    const seen = passes();
    await until(() => passes() > seen + 1);
    user.interrupt();
    const { out } = await running;
    expect(shop()).toMatchObject({ ports: [], dmsgListeners: [] });
    expect(out).not.toMatch(/outside fleet|"decision":"(fight|failed)"/);
  }, 180_000);

  it("A3: leaves it to the next apply where no rule corrects it, and says what is to do", async () => {
    await served(CLOSED, "");
    await restart();
    user.fleet.counters.reset();
    const { out } = await once();
    expect(out).toMatch(/ports\.8080\.open/);
    expect(out).not.toMatch(/outside fleet/);
    expect(user.fleet.counters.mutating("shop")).toBe(0);
    expect((await user.run("apply", "--yes")).code).toBe(0);
    expect(shop().ports).toEqual([]);
  }, 40_000);

  it("A3: shuts again what somebody deregistered before the restart", async () => {
    await served(CLOSED, CORRECT);
    await once();
    await user.fleet.control.changeBehindBack("shop", {
      kind: "port",
      port: 8080,
      record: "closed",
    });
    const { out } = await once();
    expect(out).toMatch(/ports\.8080\.open/);
    const knock = { from: keyOf("stranger"), port: 8080, over: "dmsg" } as const;
    expect(user.fleet.control.reach("shop", knock)).toBeUndefined();
    await restart();
    await once();
    expect(shop()).toMatchObject({ ports: [], dmsgListeners: [] });
  }, 40_000);
});
