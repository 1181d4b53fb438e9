import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import type { EmbeddedVisorSpec } from "../../src/skywire/embedded/index.ts";
import { type CliFleet, cliFleet, type CliWorld, cliWorld } from "../support/cli-world.ts";

const TRUST = { hypervisors: ["laptop"], pty: ["laptop"] };
const VISORS: readonly EmbeddedVisorSpec[] = [
  { name: "laptop", profile: "newest", local: true, ...TRUST },
  { name: "shop-1", profile: "newest", ...TRUST },
  { name: "shop-2", profile: "v1.3.73", ...TRUST },
  { name: "shop-3", profile: "v1.3.94", ...TRUST },
];
const HEAD = `controllers: [laptop]
roles:
  base: { settings: { transport.public_autoconnect: false } }`;
const BODIES = {
  laptop: "roles: [base], apps: { vpn-server: { auto_start: true } }",
  "shop-1":
    "roles: [base], trust: { pty: [laptop, shop-3] }, apps: { skychat: { running: true, env: { CHAT_SECRET: env:FLEET_TEST_TOKEN }, args: [--addr, '*:8001'] } }, ports: { 8080: { whitelist: [laptop] } }",
  "shop-2": "roles: [base], trust: { hypervisors: [laptop] }",
  "shop-3":
    "roles: [base], apps: { skysocks: { running: true, whitelist: [laptop], env: { COLOR: blue } } }",
};

/** No visor, no network: whoever dials here has failed. */
const NO_DIAL = (): never => {
  throw new Error("a plan from an observation must not dial");
};

interface PlanFacts {
  readonly decision: string;
  readonly complete: boolean;
  readonly applyable: boolean;
  readonly keysetChanges: readonly string[];
  readonly source?: unknown;
  readonly visors: readonly {
    readonly name: string;
    readonly status: string;
    readonly observed?: Readonly<Record<string, unknown>>;
    readonly notObserved?: readonly string[];
  }[];
  readonly refusals: readonly { readonly guard: string; readonly measured: string }[];
}

let user: CliFleet;

/** A machine with a manifest, what is trusted and an observation, and nothing else. */
async function elsewhere(files: Readonly<Record<string, string>>): Promise<CliWorld> {
  const world = cliWorld(NO_DIAL);
  for (const [name, text] of Object.entries(files)) await world.write(name, text);
  return world;
}

async function planThere(
  files: Readonly<Record<string, string>>,
  ...more: readonly string[]
): Promise<{ code: number; plan: PlanFacts; err: string; out: string }> {
  const there = await elsewhere(files);
  const line = ["plan", "--from-observation", "seen.json", "--trust", "trusted.yaml", "--json"];
  const { code, out, err } = await there.run(...line, ...more);
  return { code, err, out, plan: JSON.parse(out) as PlanFacts };
}

async function observed(...more: readonly string[]): Promise<string> {
  const { out, code } = await user.run("observe", "--json", ...more);
  expect(code).toBe(0);
  return out;
}

beforeAll(async () => {
  user = await cliFleet(VISORS);
  user.env["FLEET_TEST_TOKEN"] = "ours-token-5b1c";
  await user.manifest(HEAD, BODIES);
});
afterAll(async () => {
  await user.fleet.stop();
});

/** What a plan says when where and when it was made do not matter. */
function comparable(text: string): unknown {
  const plan = JSON.parse(text) as Record<string, unknown> & { visors: Record<string, unknown>[] };
  const { source: _s, digest: _d, operator: _o, created: _c, expires: _e, ...rest } = plan;
  const visors = rest.visors.map(({ observed: facts, ...visor }) => {
    const {
      at: _a,
      keyed: _k,
      ageSeconds: _g,
      ...others
    } = (facts ?? {}) as Record<string, unknown>;
    return { ...visor, observed: others };
  });
  return { ...rest, visors };
}

describe("a plan from an observation", () => {
  it("is the plan that reading the visors gives, before an apply, after it, and when others changed things", async () => {
    const manifest = await user.read("fleet.yaml");
    const files = (seen: string) => ({
      "fleet.yaml": manifest,
      "trusted.yaml": manifest,
      "seen.json": seen,
    });
    const same = async (): Promise<PlanFacts> => {
      const online = await user.run("plan", "--json");
      const { plan, out } = await planThere(files(await observed()));
      expect(comparable(out)).toEqual(comparable(online.out));
      expect(plan.decision).toBe((JSON.parse(online.out) as PlanFacts).decision);
      return plan;
    };
    const first = await same();
    expect(first.visors.filter(({ status }) => status === "changes").length).toBeGreaterThan(2);
    const applied = await user.run("apply", "--yes", "--allow-removals", "9");
    expect(applied.code, applied.err).toBe(0);
    const second = await same();
    expect(second.visors.map(({ status }) => status)).not.toContain("changes");
    const shop = user.fleet.visors.find(({ name }) => name === "shop-3");
    expect(shop).toBeDefined();
  });
});
