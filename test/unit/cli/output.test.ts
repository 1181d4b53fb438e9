import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { fromUtf8, utf8 } from "../../../src/core/index.ts";
import { GUARDS, type Plan } from "../../../src/model/index.ts";
import { type CliFleet, cliFleet, cliWorld } from "../../support/cli-world.ts";
import { readJunit, sarifFaults } from "../../support/report-readers.ts";

describe("--output", () => {
  test.each([
    { name: "an unknown kind", argv: ["--output", "html"], err: "no such kind" },
    { name: "no kind", argv: ["--output", "=a.md"], err: "no such kind" },
    { name: "no file", argv: ["--output", "sarif="], err: "the file is missing" },
    {
      name: "two on standard output",
      argv: ["--output", "github", "--output", "junit"],
      err: "--output github and --output junit both want standard output",
    },
    {
      name: "one beside --json",
      argv: ["--json", "--output", "text"],
      err: "--json and --output text both want standard output",
    },
    {
      name: "one beside --events",
      argv: ["--events", "--output", "summary"],
      err: "--events and --output summary both want standard output",
    },
    {
      name: "two in one file",
      argv: ["--output", "sarif=a", "--output", "junit=./a"],
      err: "two outputs want the file /desk/a",
    },
    {
      name: "the plan file",
      argv: ["--out", "a", "--output", "json=a"],
      err: "two outputs want the file /desk/a",
    },
  ])("refuses $name before it reads anything", async ({ argv, err }) => {
    const ran = await cliWorld().run("plan", ...argv);
    expect(ran.code).toBe(64);
    if (argv.includes("--json"))
      expect(JSON.parse(ran.out)).toMatchObject({ error: { code: "cli/usage" } });
    else expect(ran.out).toBe("");
    expect(ran.err).toContain(err);
    expect(ran.err).toMatch(/\n {2}next: [^\n]+\n$/);
  });
});

describe("with a fleet", () => {
  let user: CliFleet;

  beforeAll(async () => {
    user = await cliFleet([
      { name: "laptop", profile: "newest", local: true },
      { name: "shop-1", profile: "newest", hypervisors: ["laptop"], pty: ["laptop"] },
    ]);
    await user.manifest("controllers: [laptop]", {
      laptop: "settings: { log_level: warn }",
      "shop-1": "settings: { log_level: debug }",
    });
  });
  afterAll(async () => {
    await user.fleet.stop();
  });

  it("writes every kind to its file, and the text where it always was", async () => {
    const kinds = ["text", "json", "github", "summary", "markdown", "gitlab", "sarif", "junit"];
    const now = ["--now", "2026-11-23T12:00:00Z"];
    const ran = await user.run(
      "plan",
      ...now,
      ...kinds.flatMap((k) => ["--output", `${k}=ci/${k}`]),
    );
    expect(ran).toMatchObject({ code: 0, last: expect.stringMatching(/^Plan: 2 visors change /) });
    const read = Object.fromEntries(
      await Promise.all(kinds.map(async (kind) => [kind, await user.read(`ci/${kind}`)] as const)),
    );
    expect(read["text"]).toBe(ran.out);
    const plan = JSON.parse(read["json"] ?? "") as Plan;
    expect(read["github"]).toMatch(/^::notice file=fleet\.yaml,line=\d+,col=\d+,title=change::/);
    expect(read["summary"]).toContain("### Fleet `home`: 2 visors would change");
    expect(read["markdown"]).toContain(
      `<!-- fleet-plan:home -->\n<!-- fleet-decision:${plan.decision} -->`,
    );
    expect(read["markdown"]).toContain(`\nfleet apply --expect-decision ${plan.decision}\n`);
    expect(JSON.parse(read["gitlab"] ?? "")).toHaveLength(2);
    expect(sarifFaults(read["sarif"] ?? "")).toEqual([]);
    expect(readJunit(read["junit"] ?? "")).toHaveLength(2 + GUARDS.length);
  });

  it("prints one kind instead of the text, with the selection in the command", async () => {
    const ran = await user.run("plan", "--output", "markdown", "--on", "shop-1 & all");
    expect(ran.out).toContain("fleet apply --on 'shop-1 & all' --expect-decision sha256:");
    expect(ran.out).toMatch(/^<!-- fleet-plan:home -->\n/);
    expect((await user.run("plan", "--output", "json")).out).toMatch(/^\{"acting":/);
  });

  it("adds the summary to what GitHub shows, and prints it where there is no GitHub", async () => {
    const printed = await user.run("plan", "--output", "summary");
    expect(printed.out).toMatch(/^### Fleet `home`/);
    await user.files.replace("/runner/summary", utf8("others"));
    user.env["GITHUB_STEP_SUMMARY"] = "/runner/summary";
    const ran = await user.run("plan", "--output", "summary", "--output", "github");
    delete user.env["GITHUB_STEP_SUMMARY"];
    expect(ran.out).toMatch(/^::/);
    const text = fromUtf8((await user.files.read("/runner/summary")) ?? new Uint8Array());
    expect(text).toMatch(/^others\n### Fleet `home`: 2 visors would change\n/);
  });

  it("says whose the file is when another output wants the one that GitHub names", async () => {
    user.env["GITHUB_STEP_SUMMARY"] = "/desk/summary.md";
    const ran = await user.run("plan", "--output", "summary", "--output", "markdown=summary.md");
    delete user.env["GITHUB_STEP_SUMMARY"];
    expect(ran).toMatchObject({
      code: 64,
      err: expect.stringContaining(
        "two outputs want the file /desk/summary.md, which GITHUB_STEP_SUMMARY names [",
      ),
    });
  });

  describe("--expect-decision", () => {
    const OTHER = `sha256:${"ab".repeat(32)}`;

    async function decision(...argv: readonly string[]): Promise<string> {
      const plan = JSON.parse((await user.run("plan", "--json", ...argv)).out) as Plan;
      return plan.decision;
    }

    test.each([
      { name: "half a digest", argv: ["--expect-decision", "sha256:abcd"], env: undefined },
      { name: "nothing", argv: ["--expect-decision", ""], env: undefined },
      { name: "an empty variable", argv: [], env: "" },
    ])("refuses $name", async ({ argv, env }) => {
      user.env["FLEET_EXPECT_DECISION"] = env;
      const ran = await user.run("apply", "--yes", ...argv);
      delete user.env["FLEET_EXPECT_DECISION"];
      expect([ran.code, ran.out]).toEqual([64, ""]);
      expect(ran.err).toContain("--expect-decision takes sha256: and 64 hexadecimal digits");
    });

    it("refuses another decision before it asks, shows the plan and both digests, and writes nothing", async () => {
      const own = await decision();
      const recorded = (await user.run("log", "--json")).out;
      user.answers.push("yes", "yes");
      const ran = await user.run("apply", "--expect-decision", OTHER);
      expect(user.answers.splice(0)).toEqual(["yes", "yes"]);
      expect(ran.code).toBe(5);
      expect(ran.out).toContain("settings.log_level");
      expect(ran.err).toContain("cli/other-decision");
      expect(ran.err).toContain(own);
      expect(ran.err).toContain(OTHER);
      expect(await decision()).toBe(own);
      expect((await user.run("log", "--json")).out).toBe(recorded);
    });

    it("refuses a plan file that decides something else", async () => {
      await user.run("plan", "--out", "plan.json");
      const ran = await user.run("apply", "plan.json", "--expect-decision", OTHER);
      expect([ran.code, ran.err]).toEqual([5, expect.stringContaining("cli/other-decision")]);
      expect((await user.run("plan")).last).toMatch(/^Plan: 2 visors change /);
    });

    it("refuses the whole fleet's plan for what was approved of one visor", async () => {
      const one = await decision("--on", "shop-1");
      const ran = await user.run(
        "apply",
        "--yes",
        "--allow-keyset-change",
        "--expect-decision",
        one,
      );
      expect(ran.code).toBe(5);
    });

    it("applies what was approved, from a plan file and from the manifest", async () => {
      const one = await decision("--on", "shop-1");
      await user.run("plan", "--on", "shop-1", "--out", "plan.json");
      const first = await user.run("apply", "plan.json", "--expect-decision", one);
      expect(first.code, first.err).toBe(0);
      const rest = await decision();
      const second = await user.run("apply", "--yes", "--expect-decision", rest.toUpperCase());
      expect(second.code, second.err).toBe(0);
      expect((await user.run("plan")).last).toBe("No changes.");
    });
  });
});
