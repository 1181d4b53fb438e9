import { afterAll, beforeAll, expect, it } from "vitest";
import type { EmbeddedVisorSpec, Makeable } from "../../src/skywire/embedded/index.ts";
import { CANARIES } from "../../src/skywire/embedded/canaries.ts";
import { type CliFleet, cliFleet } from "../support/cli-world.ts";

const TRUST = { hypervisors: ["laptop"], pty: ["laptop"], canaries: true };
const VISORS: readonly EmbeddedVisorSpec[] = [
  { name: "laptop", profile: "v1.3.94", local: true, ...TRUST },
  { name: "shop-1", profile: "newest", ...TRUST },
  { name: "shop-2", profile: "v1.3.73", ...TRUST },
  { name: "shop-3", profile: "v1.3.94", ...TRUST },
];
/** Secrets of the user's, which the manifest names and apply resolves. */
const OURS = { FLEET_TEST_TOKEN: "ours-token-5b1c", FLEET_TEST_PASS: "ours-pass-88ad" };
const HEAD = `controllers: [laptop]
roles:
  base: { settings: { transport.public_autoconnect: false } }`;
const BODIES = {
  laptop: "roles: [base]",
  "shop-1":
    "roles: [base], apps: { skychat: { running: true, env: { CHAT_SECRET: env:FLEET_TEST_TOKEN }, address: '*:8001' } }",
  "shop-2": "roles: [base]",
  "shop-3": "roles: [base], apps: { skysocks: { args: [--passcode, env:FLEET_TEST_PASS] } }",
};
const MISBEHAVIOURS: readonly Makeable[] = [
  "lying",
  "dying",
  "oversized",
  "wrong-key",
  "regrowing",
  "slow",
];

let user: CliFleet;

beforeAll(async () => {
  user = await cliFleet(VISORS);
  Object.assign(user.env, OURS);
  await user.manifest(HEAD, BODIES);
  await user.write("trusted.yaml", await user.read("fleet.yaml"));
});
afterAll(async () => {
  await user.fleet.stop();
});

async function everyCommand(): Promise<readonly number[]> {
  const lines = [
    "validate",
    "explain visors.shop-1.apps",
    "status",
    "status --json",
    "plan",
    "plan --json",
    "plan --events",
    "plan --out plan.json",
    "show plan.json",
    "apply --yes --events --allow-removals 9",
    "apply plan.json",
    "plan",
    "drift",
    "drift --json",
    "observe",
    "observe --json",
    "plan --from-observation fleet.observed.json --trust trusted.yaml",
    "plan --from-observation fleet.observed.json --trust trusted.yaml --json",
    "log",
    "log --json",
    "show 2",
    "show 5 --json",
    "show --live laptop",
    "show --live shop-1 --json",
    "show --live shop-2 --yaml",
    "show --live shop-3",
    "show --live shop-3 --yaml",
    "verify",
    "verify --json",
    "doctor",
    "doctor --json",
    "schema plan",
    "init other.yaml",
    "plan other.yaml",
    "completion bash",
    "fmt --check",
    "fmt --diff",
    "lint --json",
    "lint --fix",
    "apply --yes --json",
  ];
  const codes: number[] = [];
  for (const line of lines) codes.push((await user.run(...line.split(" "))).code);
  return codes;
}

/** Everything that a command left anywhere: what it printed, and every file but the visors' own. */
function everythingSaid(): string {
  const files = [...user.files.files.values()].map(({ bytes }) =>
    Buffer.from(bytes).toString("latin1"),
  );
  return [...user.printed, ...files].join("\n");
}

it("no command shows a visor's secret key, or a secret of an app, in any output, file or ledger", async () => {
  const codes = await everyCommand();
  expect(codes).not.toContain(1);
  const honest = user.printed.join("");
  expect(honest).toContain("secret, set from env:FLEET_TEST_TOKEN");
  expect(honest).toContain("(secret)");
  for (const state of MISBEHAVIOURS) {
    await user.fleet.control.make("shop-2", state);
    await user.fleet.control.make("shop-3", state);
    for (const line of [
      "plan",
      "observe",
      "status",
      "show --live shop-3",
      "drift",
      "apply --yes",
    ]) {
      await user.run(...line.split(" "));
    }
  }
  await user.fleet.control.make("laptop", "oversized");
  await user.run("plan");
  await user.fleet.control.make("laptop", "dying");
  await user.run("doctor");
  const said = everythingSaid();
  for (const [name, canary] of Object.entries({ ...CANARIES, ...OURS })) {
    expect(said.includes(canary), `${name} must not be said`).toBe(false);
  }
}, 180_000);

it("an observation holds no address, no host name, and nothing that the manifest does not own", async () => {
  for (const name of ["laptop", "shop-2", "shop-3"] as const)
    await user.fleet.control.make(name, "honest");
  await user.fleet.control.changeBehindBack("shop-1", {
    kind: "config",
    path: "launcher.apps[skychat].env",
    value: [`CHAT_SECRET=${OURS.FLEET_TEST_TOKEN}`, "HOME_HOST=attic.example.net"],
  });
  const { code, out } = await user.run("observe", "--json");
  expect(code).toBe(0);
  expect(out).toContain("HOME_HOST");
  for (const word of [
    "attic.example.net",
    OURS.FLEET_TEST_TOKEN,
    OURS.FLEET_TEST_PASS,
    "(secret)=",
  ])
    expect(out).not.toContain(word);
  // A version such as v1.3.94 has three numbers, an address has four.
  expect(out).not.toMatch(/\b\d{1,3}(\.\d{1,3}){3}\b|\[?[0-9a-f]*::[0-9a-f]*\]?/);
  expect(out).not.toMatch(/\b[a-z0-9-]+\.(com|net|org|local|lan|dmsg|skynet)\b/);
  const { visors } = JSON.parse(out) as {
    visors: readonly {
      name: string;
      seen: { leaves: Record<string, unknown>; apps: Record<string, unknown> };
    }[];
  };
  const heldBy = (name: string): readonly string[] => {
    const seen = visors.find((visor) => visor.name === name)?.seen;
    return Object.keys({ ...seen?.leaves, ...seen?.apps }).sort();
  };
  expect(heldBy("shop-2")).toEqual(["settings.transport.public_autoconnect"]);
  expect(heldBy("shop-3")).toEqual([
    "apps.skysocks.args",
    "apps.skysocks.whitelist",
    "settings.transport.public_autoconnect",
    "skysocks",
  ]);
});

it("the secrets did reach the visors, or the search above proved nothing", async () => {
  for (const name of ["laptop", "shop-2", "shop-3"] as const)
    await user.fleet.control.make(name, "honest");
  const inside = user.fleet.control.inspect("shop-1");
  expect(JSON.stringify(inside.config)).toContain(OURS.FLEET_TEST_TOKEN);
});
