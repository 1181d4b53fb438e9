import { describe, expect, it, test } from "vitest";
import { environmentName } from "../../../src/cli/shell/arguments.ts";
import type { Command } from "../../../src/cli/shell/command.ts";
import { durationText, parseDuration } from "../../../src/core/index.ts";
import { readGiven, readWords } from "../../support/read-given.ts";

const COMMAND: Command = {
  name: "try",
  about: "Try things.",
  words: [{ form: "[MANIFEST]", about: "a file" }],
  options: [
    { name: "yes", about: "yes", aliases: ["no-confirm", "auto-approve"] },
    { name: "allow-removals", value: "N", about: "many" },
    { name: "allow-trust-loss", value: "NAME", many: true, about: "names" },
    { name: "timeout", value: "TIME", about: "time", aliases: ["longest-wait"] },
  ],
  examples: ["fleet try"],
  run: async () => 0,
};

async function given(argv: readonly string[], env: Record<string, string> = {}) {
  return await readGiven(COMMAND, argv, env);
}

describe("arguments", () => {
  test.each([
    { name: "flag", argv: ["--yes"] },
    { name: "first alias", argv: ["--no-confirm"] },
    { name: "second alias", argv: ["--auto-approve"] },
  ])("$name", async ({ argv }) => {
    expect((await given(argv)).flag("yes")).toBe(true);
  });

  test.each(["false", "no", "off", "0"])("FLEET_YES=%s is no yes", async (word) => {
    expect((await given([], { FLEET_YES: word })).flag("yes")).toBe(false);
    expect((await given(["--auto-approve"], { FLEET_YES: word })).flag("yes")).toBe(true);
  });

  it("takes another name of an option for it, and nothing for a yes that was not given", async () => {
    expect((await given([])).flag("yes")).toBe(false);
    expect((await given(["--longest-wait", "2s"])).durationMs("timeout")).toBe(2_000);
    expect((await given(["--longest-wait=2s"])).durationMs("timeout")).toBe(2_000);
    await expect(given(["--timeout", "1s", "--longest-wait", "2s"])).rejects.toThrow("given twice");
    await expect(given(["--timeout", "--longest-wait"])).rejects.toThrow(
      "--longest-wait follows it",
    );
  });

  it("takes words behind -- as they are", async () => {
    expect((await given(["--yes", "--", "--no-confirm"])).words).toEqual(["--no-confirm"]);
    expect((await given(["--", "--help"])).words).toEqual(["--help"]);
  });

  it("takes words, numbers, times and repeated options", async () => {
    const all = await given([
      "a.yaml",
      "--allow-removals",
      "7",
      "--allow-trust-loss",
      "x",
      "--allow-trust-loss=y",
      "--timeout",
      "2s",
    ]);
    expect(all.words).toEqual(["a.yaml"]);
    expect(all.count("allow-removals")).toBe(7);
    expect(all.texts("allow-trust-loss")).toEqual(["x", "y"]);
    expect(all.durationMs("timeout")).toBe(2_000);
    expect(all.flag("yes")).toBe(false);
  });

  it("takes from the environment what the line leaves open", async () => {
    const env = {
      FLEET_YES: "true",
      FLEET_ALLOW_REMOVALS: "3",
      FLEET_ALLOW_TRUST_LOSS: "x,y",
      FLEET_TIMEOUT: "",
    };
    const all = await given(["--allow-removals", "4"], env);
    expect(all.flag("yes")).toBe(true);
    expect(all.count("allow-removals")).toBe(4);
    expect(all.texts("allow-trust-loss")).toEqual(["x", "y"]);
    expect(all.durationMs("timeout")).toBeUndefined();
  });

  test.each([
    { name: "unknown option", argv: ["--force"], env: {} },
    { name: "too many words", argv: ["a", "b"], env: {} },
    { name: "no number", argv: ["--allow-removals", "many"], env: {} },
    { name: "negative number", argv: ["--allow-removals", "-1"], env: {} },
    { name: "no time", argv: ["--timeout", "soon"], env: {} },
    { name: "missing value", argv: ["--timeout"], env: {} },
    { name: "no truth value", argv: [], env: { FLEET_YES: "maybe" } },
  ])("$name is cli/usage with exit 64", async ({ argv, env }) => {
    const use = async (): Promise<unknown> => {
      const all = await given(argv, env);
      return [all.count("allow-removals"), all.durationMs("timeout")];
    };
    await expect(use()).rejects.toThrow(expect.objectContaining({ code: "cli/usage", exit: 64 }));
  });

  it.each([
    ["--help", "--force"],
    ["--force", "-h"],
    ["--timeout", "--help"],
    ["--help", "--timeout"],
  ])(
    "shows help with examples and the environment, whatever else is wrong: %s %s",
    async (...argv) => {
      const read = await readWords(COMMAND, argv, { FLEET_YES: "maybe" });
      expect(read.kind === "help" && read.text).toContain("$ fleet try");
      expect(read.kind === "help" && read.text).toContain("FLEET_YES");
    },
  );

  it("names environment variables after options", () => {
    expect(environmentName("allow-trust-loss")).toBe("FLEET_ALLOW_TRUST_LOSS");
  });
});

describe("durations", () => {
  test.each([
    ["500ms", 500],
    ["2s", 2_000],
    ["2", undefined],
    ["1.5m", 90_000],
    ["1h", 3_600_000],
    ["0s", undefined],
    ["-1s", undefined],
    ["1d", 86_400_000],
    ["", undefined],
  ])("%s", (text, wanted) => {
    expect(parseDuration(text)).toBe(wanted);
  });

  test.each([
    [850, "850 ms"],
    [2_100, "2.1 s"],
    [180_000, "3 min"],
    [5 * 3_600_000, "5 h"],
    [4 * 86_400_000, "4 days"],
  ])("%d ms", (durationMs, wanted) => {
    expect(durationText(durationMs)).toBe(wanted);
  });
});
