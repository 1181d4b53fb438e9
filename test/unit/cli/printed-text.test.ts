// Whatever strangers write, nothing unseen reaches a screen, and no line of theirs passes for ours.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EmbeddedVisorSpec } from "../../../src/skywire/embedded/index.ts";
import { type CliFleet, cliFleet, type Ran } from "../../support/cli-world.ts";

/** Clears the screen, turns the writing round, hides marks of no width, and begins lines of its own. */
const HOSTILE =
  "x\u001b[2J\u009b1m\u0007\u007f\u202egnp\u2066\u200b\u200d\ufeff\u00ad\u{e0041}\u2028FORGED\nFORGED: No changes.\r\n::error::FORGED\n";
/** The same as far as a manifest may hold it: no control characters. */
const MARKS = "\u202egnp\u2066\u200b\u200d\u00ad\u{e0041}\u2028FORGED";
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}]/u;
const FORGED = /^\s*(?:::error::|FORGED)/m;

const VISORS: readonly EmbeddedVisorSpec[] = [
  { name: "laptop", profile: "newest", local: true },
  {
    name: "desk",
    profile: "newest",
    hypervisors: ["laptop"],
    pty: ["laptop"],
    config: {
      log_level: HOSTILE,
      "launcher.apps[skychat].args": [HOSTILE, "-x", HOSTILE],
      "launcher.apps[skychat].env": [`A=${HOSTILE}`],
      "launcher.apps[vpn-server].name": HOSTILE,
      "launcher.apps[skysocks].binary": HOSTILE,
    },
  },
];

let user: CliFleet;

beforeAll(async () => {
  user = await cliFleet(VISORS);
  const because = JSON.stringify(`for ${MARKS}`);
  await user.manifest("controllers: [laptop]", {
    laptop: "tags: [home], settings: { log_level: debug }",
    desk: `tags: [home], settings: { log_level: debug, routing.min_hops: 1 }, apps: { skychat: { running: true, args: [${JSON.stringify(MARKS)}] } }, ignore: { settings.log_level: { until: 2030-01-01, because: ${because} } }`,
  });
  await user.write(`odd ${HOSTILE}.yaml`, await user.read("fleet.yaml"));
  await user.write(`bad ${HOSTILE}.yaml`, `a: ${MARKS}\n  b: "${MARKS}\n${HOSTILE}`);
  const { code, out } = await user.run("validate");
  // A manifest that is not good ends most commands before they print what strangers wrote.
  if (code !== 0) throw new Error(out);
  await user.write("untidy.yaml", `# ${MARKS}\n${await user.read("fleet.yaml")}`);
}, 120_000);
afterAll(async () => {
  await user.fleet.stop();
});

function expectSafe({ out, err }: Ran): void {
  for (const text of [out, err]) {
    expect(text.replaceAll("\n", "")).not.toMatch(UNSEEN);
    expect(text).not.toMatch(FORGED);
  }
}

const odd = `odd ${HOSTILE}.yaml`;
const LINES: readonly (readonly string[])[] = [
  [HOSTILE],
  ["plan", `--${HOSTILE}`],
  ["plan", "--on", HOSTILE],
  ["plan", "--on", `tag:${MARKS}`],
  ["plan", HOSTILE],
  ["plan", "--timeout", HOSTILE],
  ["plan", "--output", `text=${HOSTILE}/x`],
  ["validate", `bad ${HOSTILE}.yaml`],
  ["validate", odd],
  ["validate", odd, "--json"],
  ["lint", odd],
  ["lint", "untidy.yaml", "--fix"],
  ["fmt", "untidy.yaml", "--check"],
  ["fmt", "untidy.yaml", "--diff"],
  ["explain", `visors.${HOSTILE}`],
  ["explain", "visors.desk.apps"],
  ["show", HOSTILE],
  ["show", "--live", "desk"],
  ["show", "--live", "desk", "--json"],
  ["show", "--live", "desk", "--yaml"],
  ["status"],
  ["status", "--json"],
  ["doctor"],
  ["plan", odd],
  ["plan", odd, "--verbose", "--by", "visor"],
  ["plan", odd, "--json"],
  ["plan", odd, "--output", "github"],
  ["plan", odd, "--output", "markdown"],
  ["plan", odd, "--output", "junit"],
  ["plan", odd, "--out", `kept ${HOSTILE}.plan`],
  ["show", `kept ${HOSTILE}.plan`],
  ["observe", "--out", `seen ${HOSTILE}.json`],
  ["app", "start", HOSTILE, "--on", "desk", "--edit-only", "--yes"],
  ["tag", "add", HOSTILE, "--on", "desk", "--edit-only", "--yes"],
  ["tag", "add", "new", "--on", "desk", "--edit-only", "--yes", "--manifest", odd],
  ["adopt", "--into", odd, "--yes"],
  ["ignore", `desk/${HOSTILE}`, "--until", "2030-01-01", "--yes"],
  ["operator", "add", HOSTILE, "--key", HOSTILE],
  ["apply", odd, "--yes", "--allow-keyset-change", "--verbose"],
  ["drift", odd],
  ["log"],
  ["log", "--json"],
  ["blame", "desk"],
  ["blame", HOSTILE],
  ["at", HOSTILE],
  ["diff", HOSTILE, HOSTILE],
  ["verify"],
  ["app", "restart", HOSTILE, "--on", "desk", "--yes"],
  ["app", "health", "--on", "desk"],
  ["ledger", "status"],
  ["ledger", "checkpoint", "--out", `${HOSTILE}/x`],
  ["ledger", "restore", "--relay", HOSTILE],
  ["embedded", HOSTILE],
  ["completion", HOSTILE],
];

describe("what strangers wrote, on a screen", { timeout: 120_000 }, () => {
  // One story: later lines stand on earlier ones.
  it.each(
    LINES.map(
      (line) =>
        [
          line.map((word) => (/^[\x20-\x7e]*$/.test(word) ? word : "HOSTILE")).join(" "),
          line,
        ] as const,
    ),
  )("8: is seen and stays in its line, by fleet %s", async (_title, line) => {
    expectSafe(await user.run(...line));
  });

  it("8: is data for another program as it is, where that is what was asked for", async () => {
    user.input.text = `# ${MARKS}\n${await user.read("fleet.yaml")}`;
    const { out, code } = await user.run("fmt", "-");
    expect(code).toBe(0);
    expect(out).toContain(MARKS);
  });
});
