import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import type { EmbeddedVisorSpec } from "../../../src/skywire/embedded/index.ts";
import { type CliFleet, cliFleet } from "../../support/cli-world.ts";
import { keyOf } from "../../support/manifest-text.ts";

const TRUST = { hypervisors: ["laptop", "desk"], pty: ["laptop", "desk"] };
const VISORS: readonly EmbeddedVisorSpec[] = [
  { name: "laptop", profile: "newest", local: true, ...TRUST },
  { name: "desk", profile: "newest", ...TRUST },
  { name: "shop-1", profile: "newest", ...TRUST },
  { name: "shop-2", profile: "newest", ...TRUST },
];

let user: CliFleet;

beforeAll(async () => {
  user = await cliFleet(VISORS);
  await user.manifest(
    `controllers: [laptop]
keys:
  kim: ${keyOf("kim")}
roles:
  shop:   # the counters
    settings: { log_level: info }
  chat: { settings: { is_public: true } }`,
    {
      laptop: "tags: [home]",
      desk: "tags: [home]",
      "shop-1": "tags: [arm], roles: [shop]",
      "shop-2": "tags: [arm], roles: [shop]",
    },
  );
  const { code, err } = await user.run("apply", "--yes", "--allow-keyset-change");
  if (code !== 0) throw new Error(err);
});
afterAll(async () => {
  await user.fleet.stop();
});

/** The lines that a difference of texts adds and takes, without their white space. */
function changedLines(err: string): readonly string[] {
  return err
    .split("\n")
    .filter((line) => /^[+-](?![+-])/.test(line))
    .map(
      (line) =>
        line[0] +
        line
          .slice(1)
          .trim()
          .replaceAll(/"0[0-9a-f]{65}"/g, "KEY")
          .replaceAll(/ +/g, " "),
    );
}

interface Row {
  readonly line: string;
  readonly on: string;
  readonly diff: readonly string[];
  /** What the plan shows. */
  readonly plan: string;
  readonly more?: readonly string[];
}

// One user's story: each step stands on the one before.
describe("one line for several visors", () => {
  test.each<Row>([
    {
      line: "app stop skychat",
      on: "tag:home",
      diff: [
        "-laptop: { key: KEY, tags: [home] }",
        "-desk: { key: KEY, tags: [home] }",
        "+laptop: { key: KEY, tags: [home], apps: { skychat: { running: false } } }",
        "+desk: { key: KEY, tags: [home], apps: { skychat: { running: false } } }",
      ],
      plan: "apps.skychat.running",
    },
    {
      line: "app start skychat",
      on: "tag:home",
      diff: [
        "-laptop: { key: KEY, tags: [home], apps: { skychat: { running: false } } }",
        "-desk: { key: KEY, tags: [home], apps: { skychat: { running: false } } }",
        "+laptop: { key: KEY, tags: [home], apps: { skychat: { running: true } } }",
        "+desk: { key: KEY, tags: [home], apps: { skychat: { running: true } } }",
      ],
      plan: "apps.skychat.running",
    },
    {
      line: "app autostart off skychat",
      on: "role:shop",
      diff: ["+apps:", "+skychat: { auto_start: false }"],
      plan: "apps.skychat.auto_start",
    },
    {
      line: "app set skychat address=:8002",
      on: "shop-1,shop-2",
      diff: [
        "-skychat: { auto_start: false }",
        '+skychat: { auto_start: false, address: ":8002" }',
      ],
      plan: "apps.skychat.address",
    },
    {
      line: "app stop skychat",
      on: "tag:arm",
      diff: [
        '-skychat: { auto_start: false, address: ":8002" }',
        '+skychat: { auto_start: false, address: ":8002", running: false }',
      ],
      plan: "apps.skychat.running",
    },
    {
      line: "whitelist add kim --to pty",
      on: "role:shop",
      diff: ["+trust: { pty: { add: [kim] } }"],
      plan: "trust.pty",
    },
    {
      line: "whitelist remove kim --from pty",
      on: "role:shop",
      diff: ["-trust: { pty: { add: [kim] } }", "+trust: { pty: { remove: [kim] } }"],
      plan: "trust.pty",
      more: ["--allow-removals", "2", "--allow-trust-removals", "2"],
    },
    {
      line: "ports serve 8080 whitelist=kim,desk local_port=3000",
      on: "shop-1",
      diff: [
        "-shop-1: { key: KEY, tags: [arm], roles: [shop] }",
        "+shop-1: { key: KEY, tags: [arm], roles: [shop], ports: { 8080: { whitelist: [kim, desk], local_port: 3000 } } }",
      ],
      plan: "ports.8080",
    },
    {
      line: "whitelist remove desk --from 8080",
      on: "shop-1",
      diff: [
        "-shop-1: { key: KEY, tags: [arm], roles: [shop], ports: { 8080: { whitelist: [kim, desk], local_port: 3000 } } }",
        "+shop-1: { key: KEY, tags: [arm], roles: [shop], ports: { 8080: { whitelist: [kim], local_port: 3000 } } }",
      ],
      plan: "ports.8080.whitelist",
    },
    {
      line: "ports close 8080",
      on: "shop-1",
      diff: [
        "-shop-1: { key: KEY, tags: [arm], roles: [shop], ports: { 8080: { whitelist: [kim], local_port: 3000 } } }",
        "+shop-1: { key: KEY, tags: [arm], roles: [shop], ports: { 8080: closed } }",
      ],
      plan: "ports.8080",
    },
    {
      line: "role assign chat",
      on: "desk",
      diff: [
        "-desk: { key: KEY, tags: [home], apps: { skychat: { running: true } } }",
        "+desk: { key: KEY, tags: [home], apps: { skychat: { running: true } }, roles: [chat] }",
      ],
      plan: "settings.is_public",
    },
  ])("$line --on $on: text, plan, apply, and a second run without effect", async (row) => {
    const argv = [...row.line.split(" "), "--on", row.on, "--yes", ...(row.more ?? [])];
    const before = await user.read("fleet.yaml");
    const first = await user.run(...argv);
    expect(first).toMatchObject({ code: 0, out: expect.stringContaining(row.plan) });
    expect(changedLines(first.err)).toEqual(row.diff);
    const after = await user.read("fleet.yaml");
    expect(after).not.toBe(before);
    user.fleet.counters.reset();
    const second = await user.run(...argv.filter((word) => !/^(--allow.*|\d)$/.test(word)));
    expect(second).toMatchObject({ code: 0, err: expect.stringContaining("says so already") });
    expect(changedLines(second.err)).toEqual([]);
    expect(second.last).toMatch(
      /^No changes( on \d of 4 visors \(--on [^)]+\))?(, 1 awaiting restart)?\.$/,
    );
    expect(user.fleet.counters.mutating()).toBe(0);
    expect(await user.read("fleet.yaml")).toBe(after);
  });

  it("tags visors, which no visor hears of", async () => {
    user.fleet.counters.reset();
    const ran = await user.run("tag", "add", "quiet", "--on", "all", "--yes");
    expect(ran).toMatchObject({ code: 0 });
    expect(await user.read("fleet.yaml")).toContain("tags: [arm, quiet]");
    const removed = await user.run("tag", "remove", "quiet", "--on", "tag:quiet", "--yes");
    expect(removed).toMatchObject({ code: 0 });
    expect(await user.read("fleet.yaml")).not.toContain("quiet");
    expect(user.fleet.counters.mutating()).toBe(0);
  });

  it("takes a role back and names what it let go", async () => {
    const ran = await user.run("role", "remove", "chat", "--on", "desk", "--yes");
    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining("released") });
    expect(await user.read("fleet.yaml")).not.toContain("roles: [chat]");
  });
});

describe("a manifest that is edited", () => {
  it("is written only once somebody said yes", async () => {
    const before = await user.read("fleet.yaml");
    user.answers.push("no");
    const declined = await user.run("app", "stop", "skychat", "--on", "tag:home");
    expect(declined.err).toContain(
      "Write fleet.yaml, and these changes to 2 visors? Only yes goes on:",
    );
    expect(declined.code).toBe(4);
    expect(await user.read("fleet.yaml")).toBe(before);
    user.answers.push("yes");
    expect(await user.run("app", "stop", "skychat", "--on", "tag:home")).toMatchObject({ code: 0 });
    expect(await user.read("fleet.yaml")).toContain("running: false");
  });

  it("is not written when a guard refuses the plan", async () => {
    const before = await user.read("fleet.yaml");
    const ran = await user.run("app", "start", "vpn-server", "--on", "desk", "--yes");
    expect(ran).toMatchObject({ code: 4, err: expect.stringContaining("nothing was written") });
    expect(await user.read("fleet.yaml")).toBe(before);
  });

  it("is not written over what somebody else wrote while it was asked about", async () => {
    const before = await user.read("fleet.yaml");
    user.answers.push("yes");
    const answer = user.answers.shift.bind(user.answers);
    user.answers.shift = () => {
      void user.write("fleet.yaml", `${before}# kim was here\n`);
      return answer();
    };
    const ran = await user.run("app", "start", "skychat", "--on", "tag:home");
    user.answers.shift = answer;
    expect(ran).toMatchObject({ code: 5, err: expect.stringContaining("[cli/changed]") });
    expect(await user.read("fleet.yaml")).toBe(`${before}# kim was here\n`);
    await user.write("fleet.yaml", before);
  });

  it("is written, and the way on is told, when a visor does not answer", async () => {
    await user.fleet.control.make("shop-2", "dead");
    const ran = await user.run("app", "autostart", "on", "skychat", "--on", "shop-2", "--yes");
    expect(ran).toMatchObject({
      code: 3,
      err: expect.stringContaining("fleet.yaml is written; `fleet apply fleet.yaml --on shop-2`"),
    });
    expect(await user.read("fleet.yaml")).toContain("auto_start: true");
    await user.fleet.control.make("shop-2", "honest");
  });

  it("alone is changed with --edit-only", async () => {
    user.fleet.counters.reset();
    const ran = await user.run("app", "start", "skychat", "--on", "desk", "--edit-only", "--yes");
    expect(ran).toMatchObject({
      code: 0,
      last: "Wrote fleet.yaml: visor desk. No visor was asked anything.",
    });
    const again = await user.run(
      "app",
      "start",
      "skychat",
      "--on",
      "desk",
      "--edit-only",
      "--json",
      "--yes",
    );
    expect(JSON.parse(again.out)).toMatchObject({ outcome: "unchanged", places: [], diff: "" });
    expect(await user.run("app", "start", "skychat", "--on", "desk", "--yes")).toMatchObject({
      code: 0,
    });
  });

  it("takes an app of one's own that it names, or that is said to be present", async () => {
    const text = await user.read("fleet.yaml");
    const words = ["--on", "desk", "--edit-only", "--yes"];
    const said = await user.run("app", "set", "tide", "present=true", "binary=tide", ...words);
    expect(said).toMatchObject({ code: 0 });
    expect(await user.run("app", "start", "tide", ...words)).toMatchObject({ code: 0 });
    expect(await user.read("fleet.yaml")).toContain("binary: tide, running: true");
    const mistyped = await user.run("app", "stop", "tyde", ...words);
    expect(mistyped).toMatchObject({ code: 64, err: expect.stringContaining('mean "tide"?') });
    await user.write("fleet.yaml", text);
  });

  it("shows the plan of every visor that follows through a selection", async () => {
    const text = await user.read("fleet.yaml");
    await user.write(
      "fleet.yaml",
      text
        .replace("  chat: {", "  chat: { trust: { pty: { add: [tag:lab] } },")
        .replace("tags: [home], apps", "tags: [home, lab], roles: [chat], apps"),
    );
    const ran = await user.run("tag", "add", "lab", "--on", "shop-1", "--edit-only", "--yes");
    expect(ran).toMatchObject({
      code: 0,
      err: expect.stringContaining(
        "follows through the selections of fleet.yaml: laptop trust.pty",
      ),
    });
    await user.write("fleet.yaml", text);
  });

  test.each([
    { argv: ["app", "start", "skychat", "--yes"], code: 64, err: "--on is missing" },
    { argv: ["app", "stop", "skychat", "--on", "desk"], code: 4, err: "nobody can be asked" },
    {
      argv: ["app", "autostart", "skychat", "skysocks", "--on", "desk", "--yes"],
      code: 64,
      err: "on or off",
    },
    {
      argv: ["app", "set", "skychat", "volume=3", "--on", "desk", "--yes"],
      code: 64,
      err: "is no FIELD=VALUE",
    },
    {
      argv: ["app", "set", "skychat", "running=loud", "--on", "desk", "--yes"],
      code: 64,
      err: "takes true or false",
    },
    {
      argv: ["whitelist", "add", "kim", "--on", "desk", "--yes"],
      code: 64,
      err: "--to is missing",
    },
    { argv: ["ports", "serve", "0", "--on", "desk", "--yes"], code: 64, err: "is no port" },
    {
      argv: ["tag", "add", "kim", "--on", "desk", "--yes"],
      code: 64,
      err: "names a tag here and a key elsewhere",
    },
    {
      argv: ["app", "start", "skychat", "--on", "tag:nobody", "--yes"],
      code: 64,
      err: "no visor has the tag",
    },
    {
      argv: ["app", "start", "x", "--manifest", "-", "--on", "desk", "--yes"],
      code: 64,
      err: "standard input cannot be edited",
    },
    {
      argv: ["app", "start", "x", "--on", "desk", "--yes", "--commit"],
      code: 64,
      err: "git does not know fleet.yaml",
    },
    {
      argv: ["app", "start", "skychatt", "--on", "desk", "--edit-only", "--yes"],
      code: 64,
      err: 'did you mean "skychat"?',
    },
    {
      argv: ["app", "autostart", "on", "skychat", "nope", "--on", "desk", "--yes"],
      code: 64,
      err: "apps: { nope: { present: true, binary: PROGRAM } }",
    },
    {
      argv: ["app", "set", "nope", "running=true", "--on", "desk", "--yes"],
      code: 64,
      err: '"nope" is no app that visors have by themselves or that fleet.yaml names [cli/usage]',
    },
    {
      argv: ["ports", "serve", "8099", "label=my site", "--on", "tag:arm,desk", "--yes"],
      code: 64,
      err: "`fleet ports serve 8099 'label=my site' whitelist=NAMES --on tag:arm,desk`",
    },
    {
      argv: ["whitelist", "add", "kim", "--to", "nope", "--on", "desk", "--yes"],
      code: 64,
      err: '"nope" is no list and no app',
    },
    {
      argv: ["whitelist", "add", "kim", "--to", "hypervisor", "--on", "desk", "--yes"],
      code: 64,
      err: 'did you mean "hypervisors"?',
    },
  ])("is refused: $argv", async ({ argv, code, err }) => {
    const before = await user.read("fleet.yaml");
    expect(await user.run(...argv)).toMatchObject({ code, err: expect.stringContaining(err) });
    expect(await user.read("fleet.yaml")).toBe(before);
  });
});
