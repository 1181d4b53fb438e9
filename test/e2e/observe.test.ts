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
  laptop: "roles: [base], apps: { vpn-server: { auto_start: true, whitelist: [shop-1] } }",
  "shop-1":
    "roles: [base], trust: { pty: [laptop, shop-3] }, apps: { skychat: { running: true, env: { CHAT_SECRET: env:FLEET_TEST_TOKEN }, args: [--loud] } }, ports: { 8080: { whitelist: [laptop] } }",
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

/** A moment after an observation was made. */
function after(seen: string, offsetMs: number): string {
  const { created } = JSON.parse(seen) as { created: string };
  return new Date(Date.parse(created) + offsetMs).toISOString();
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

/** What a plan says, beside what tells two readings or two planners apart. */
function comparable(text: string): unknown {
  const plan = JSON.parse(text) as Record<string, unknown> & {
    visors: readonly Record<string, unknown>[];
  };
  const { source: _s, digest: _d, operator: _o, created: _c, expires: _e, ...rest } = plan;
  // What was found as wanted is kept as a keyed digest where it may hold secrets; a planner without the key has none.
  const visors = rest.visors.map(({ observed: facts, wanted: _w, ...visor }) => {
    const seen = (facts ?? {}) as Record<string, unknown>;
    // Visors tell how long they run; the time they started at comes out a little different each time.
    const { at: _a, keyed: _k, ageSeconds: _g, startedAt: _t, ...others } = seen;
    return { ...visor, observed: others };
  });
  return { ...rest, visors };
}

async function threeFiles(): Promise<Record<"fleet.yaml" | "trusted.yaml" | "seen.json", string>> {
  const manifest = await user.read("fleet.yaml");
  return { "fleet.yaml": manifest, "trusted.yaml": manifest, "seen.json": await observed() };
}

async function expectSamePlan(): Promise<PlanFacts> {
  const online = await user.run("plan", "--json");
  const { plan, out } = await planThere(await threeFiles());
  expect(comparable(out)).toEqual(comparable(online.out));
  expect(plan.decision).toBe((JSON.parse(online.out) as PlanFacts).decision);
  return plan;
}

describe("a plan from an observation", () => {
  it("is the plan that reading the visors gives: before an apply, after it, and after others changed things", async () => {
    const first = await expectSamePlan();
    expect(first.visors.filter(({ status }) => status === "changes").length).toBeGreaterThan(2);
    const applied = await user.run("apply", "--yes", "--allow-removals", "9");
    expect(applied.code, applied.err).toBe(0);
    const second = await expectSamePlan();
    expect(second.visors.map(({ status }) => status)).not.toContain("changes");
    // The secret was compared by its digest, without the key.
    expect(second.complete).toBe(true);
    const { control } = user.fleet;
    await control.changeBehindBack("shop-3", {
      kind: "config",
      path: "transport.public_autoconnect",
      value: true,
    });
    await control.changeBehindBack("shop-3", { kind: "app", app: "skysocks", action: "stop" });
    await control.changeBehindBack("shop-1", { kind: "port", port: 8080, record: "closed" });
    const drifted = await expectSamePlan();
    expect(JSON.stringify(drifted)).toContain('"drift"');
    expect(drifted.visors.filter(({ status }) => status === "changes")).toHaveLength(2);
  });

  it("comes out the same, byte for byte, wherever it is made", async () => {
    const files = await threeFiles();
    const now = ["--now", after(files["seen.json"], 60_000)];
    const [one, other] = [await planThere(files, ...now), await planThere(files, ...now)];
    expect(one.out).toBe(other.out);
    expect(one.plan.source).toMatchObject({ kind: "observation", operator: "owner" });
    for (const { observed: facts } of one.plan.visors)
      expect(facts?.["ageSeconds"]).toBeGreaterThan(0);
  });

  it("is applied like any other plan file, after reading each visor again", async () => {
    const there = await elsewhere(await threeFiles());
    const line = "plan --from-observation seen.json --trust trusted.yaml --out plan.json";
    expect((await there.run(...line.split(" "))).code).toBe(0);
    await user.write("plan.json", await there.read("plan.json"));
    expect(await user.run("apply", "plan.json", "--yes")).toMatchObject({
      code: 4,
      err: expect.stringContaining("cli/strangers-plan"),
    });
    await user.write("seen.json", await observed());
    await user.write("trusted.yaml", await user.read("fleet.yaml"));
    const signed = await user.run(...line.split(" "));
    expect(signed.err).toContain("signed by ed25519:");
    const applied = await user.run("apply", "plan.json", "--yes");
    expect(applied.code, applied.err + applied.out).toBe(0);
    const again = await user.run("plan");
    expect(again.last).toMatch(/^No changes/);
    const { control } = user.fleet;
    const closed = { kind: "port", port: 8080, record: "closed" } as const;
    await control.changeBehindBack("shop-1", closed);
    await user.write("seen.json", await observed());
    expect((await user.run(...line.split(" "))).last).toContain("1 visor changes");
    await control.changeBehindBack("shop-1", { kind: "app", app: "skychat", action: "stop" });
    const stale = await user.run("apply", "plan.json", "--yes");
    expect(stale.code, stale.err).toBe(5);
    expect((await user.run("apply", "--yes")).code).toBe(0);
  });

  it("names what the observation does not hold, and is incomplete", async () => {
    const files = await threeFiles();
    const owned = files["fleet.yaml"].replace(
      "roles: [base], trust: { hyp",
      "roles: [base], settings: { log_level: info }, trust: { hyp",
    );
    const { plan, code, out } = await planThere({ ...files, "fleet.yaml": owned });
    expect(code).toBe(3);
    expect(plan.complete).toBe(false);
    const shop = plan.visors.find(({ name }) => name === "shop-2");
    expect(shop?.notObserved).toEqual(["settings.log_level"]);
    expect(out).toContain('"notObserved":1');
    const some = await planThere({ ...files, "seen.json": await observed("--on", "shop-1") });
    expect(some.code).toBe(3);
    expect(some.plan.visors.map(({ name, status }) => `${name} ${status}`).sort()).toEqual([
      "laptop unreachable",
      "shop-1 in-sync",
      "shop-2 unreachable",
      "shop-3 unreachable",
    ]);
  });
});

describe("whose observation counts", () => {
  let files: Awaited<ReturnType<typeof threeFiles>>;
  let stranger: { key: string; seen: string };

  beforeAll(async () => {
    files = await threeFiles();
    const other = user.another("stranger");
    const made = JSON.parse((await other.run("keygen", "--json", "--name", "mallory")).out) as {
      key: string;
    };
    await other.write("fleet.yaml", files["fleet.yaml"]);
    const { out, err } = await other.run("observe", "--json");
    if (!err.includes("does not list with may: [plan]")) throw new Error(err);
    stranger = { key: made.key, seen: out };
  });

  const withOperator = (line: string): string =>
    files["fleet.yaml"].replace("operators:\n", `operators:\n  ${line}\n`);
  const refusedWith = async (
    changed: Partial<typeof files>,
    ...more: readonly string[]
  ): Promise<string> => {
    const { code, plan, err } = await planThere({ ...files, ...changed }, ...more);
    expect([4, 64]).toContain(code);
    const { error } = plan as unknown as { error: { code: string } };
    return `${code} ${error.code} ${err}`;
  };

  it("refuses the observation of a signer that only the proposed manifest lists, with the message", async () => {
    const proposed = withOperator(`mallory: { key: "${stranger.key}", may: [plan] }`);
    const said = await refusedWith({ "fleet.yaml": proposed, "seen.json": stranger.seen });
    expect(said).toMatch(/^4 observe\/signer /);
    expect(said).toContain("which only the manifest to be planned lists (as mallory)");
  });

  test.each([
    {
      name: "a signer that nobody lists",
      change: () => ({ "seen.json": stranger.seen }),
      want: "4 observe/signer",
      says: "which the trusted manifest does not list",
    },
    {
      name: "a signer who may not plan",
      change: () => ({
        "trusted.yaml": withOperator(`mallory: { key: "${stranger.key}", may: [witness] }`),
        "seen.json": stranger.seen,
      }),
      want: "4 observe/signer",
      says: "by operator mallory, whom the trusted manifest does not let plan",
    },
    {
      name: "one that somebody changed",
      change: () => ({
        "seen.json": files["seen.json"].replace('"running":true', '"running":false'),
      }),
      want: "64 observe/damaged",
      says: "its digest does not fit",
    },
    {
      name: "one of another fleet",
      change: () => ({
        "fleet.yaml": files["fleet.yaml"].replace("fleet: home", "fleet: shop"),
        "trusted.yaml": files["trusted.yaml"].replace("fleet: home", "fleet: shop"),
      }),
      want: "4 observe/other-fleet",
      says: "the observation is of fleet home, and the manifest of fleet shop",
    },
    {
      name: "a plan file in its place",
      change: () => ({ "seen.json": '{"format":"fleet.skywire/plan/v1"}' }),
      want: "64 observe/format",
      says: "this version reads fleet.skywire/observation/v1",
    },
    {
      name: "a trusted manifest that is none",
      change: () => ({ "trusted.yaml": "fleet: home" }),
      want: "64 cli/trust",
      says: "the trusted manifest, trusted.yaml, is not valid",
    },
  ])("refuses $name", async ({ change, want, says }) => {
    const said = await refusedWith(change());
    expect(said.startsWith(`${want} `), said).toBe(true);
    expect(said).toContain(says);
  });

  it("refuses one that is not signed, and says so loudly when it is made", async () => {
    const keyless = user.another("keyless");
    await keyless.write("fleet.yaml", files["fleet.yaml"]);
    const { out, err } = await keyless.run("observe", "--json");
    expect(err).toContain("warning: NOT SIGNED");
    expect(await refusedWith({ "seen.json": out })).toMatch(/^4 observe\/unsigned /);
  });

  it("takes the secret from the file that FLEET_OPERATOR_SECRET_FILE names", async () => {
    const secret = [...user.files.files].find(([path]) => path.endsWith("/operator.json"))?.[1];
    const robot = user.another("robot");
    await robot.files.replace("/run/secrets/fleet", secret?.bytes ?? new Uint8Array());
    robot.env["FLEET_OPERATOR_SECRET_FILE"] = "/run/secrets/fleet";
    await robot.write("fleet.yaml", files["fleet.yaml"]);
    const { out, err } = await robot.run("observe", "--json");
    expect(err).not.toContain("warning:");
    expect((await planThere({ ...files, "seen.json": out })).plan.source).toMatchObject({
      operator: "owner",
    });
  });

  it("refuses one from the future, and an old one by the stricter of two policies", async () => {
    const at = (offsetMs: number): string => after(files["seen.json"], offsetMs);
    expect(await refusedWith({}, "--now", at(-600_000))).toMatch(/^4 observe\/future /);
    const policy = (age: string): string =>
      `${files["fleet.yaml"]}policy: { max_observation_age: ${age} }\n`;
    const judged = async (proposed: string, trusted: string): Promise<PlanFacts> => {
      const texts = { "fleet.yaml": policy(proposed), "trusted.yaml": policy(trusted) };
      return (await planThere({ ...files, ...texts }, "--now", at(7_140_000))).plan;
    };
    const loosened = await judged("7d", "30m");
    expect(loosened.applyable).toBe(false);
    expect(loosened.refusals).toMatchObject([{ guard: "observation-age", limit: "30m" }]);
    expect(loosened.keysetChanges).toContain(
      "policy.max_observation_age changes from 30m to 7d, which is looser",
    );
    // What the fleet last applied counts beside both: it said nothing, which is an hour.
    expect((await judged("3h", "7d")).refusals).toMatchObject([{ limit: "1h", measured: "2h" }]);
  });

  test.each([
    {
      name: "nothing to trust",
      argv: "--from-observation seen.json",
      want: "cli/no-trust",
      says: "cannot say itself whose observation counts",
    },
    {
      name: "the manifest itself",
      argv: "--from-observation seen.json --trust ./fleet.yaml",
      want: "cli/trust",
      says: "is the manifest that is planned",
    },
    {
      name: "two manifests to trust",
      argv: "--from-observation seen.json --trust trusted.yaml --base main",
      want: "cli/usage",
      says: "give one of them",
    },
    {
      name: "a base where git does not run",
      argv: "--from-observation seen.json --base main",
      want: "cli/trust",
      says: "git does not answer",
    },
    {
      name: "a base without an observation",
      argv: "--base main",
      want: "cli/usage",
      says: "give it together with --from-observation FILE",
    },
  ])("refuses $name", async ({ argv, want, says }) => {
    const there = await elsewhere(files);
    const { code, err } = await there.run("plan", ...argv.split(" "));
    expect([code, err]).toEqual([64, expect.stringContaining(want)]);
    expect(err).toContain(says);
  });
});
