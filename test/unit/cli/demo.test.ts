import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { demo } from "../../../src/cli/demo/demo.ts";
import { helpText } from "../../../src/cli/help.ts";
import { runInFolder } from "../../support/folder-cli.ts";

const README = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
const PIPELINE = readFileSync(new URL("../../../.ci/pipeline.mjs", import.meta.url), "utf8");

/** The line of a text that begins with these words. */
function lineOf(text: string, start: string): string {
  return text.split("\n").find((line) => line.trim().startsWith(start)) ?? "";
}

/** What a text promises about the first chapter, in seconds. */
function promisedSeconds(text: string): number | undefined {
  const seconds = /at most (\d+) s\b/.exec(text)?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}

describe("how long the demo takes", () => {
  it("demo: the README, the help text and its own words promise 20 s", () => {
    expect(promisedSeconds(lineOf(README, "npm run demo "))).toBe(20);
    expect(promisedSeconds(lineOf(helpText(), "demo "))).toBe(20);
    expect(promisedSeconds(demo.about)).toBe(20);
    expect(PIPELINE).toContain("const DEMO_MS = 20_000;");
  });

  it("demo: the README and its own words promise one length of --all", () => {
    const all = /--all shows everything, in (.*?)[.]/.exec(demo.about)?.[1] ?? "not said";
    expect(lineOf(README, "npm run demo -- --all")).toMatch(new RegExp(`; ${all}$`));
    expect(demo.options.find(({ name }) => name === "all")?.about).toContain(`in ${all}`);
  });
});

describe("the chapters of the demo", () => {
  it("demo: one that does not exist is refused with those that do", async () => {
    expect(await runInFolder("/", "demo", "relay")).toMatchObject({
      code: 64,
      out: "",
      err: expect.stringMatching(/relay: no such chapter.*\n.*short, fleet, drift, .*relays/),
    });
  });

  it("demo: all of them and one of them at once is refused", async () => {
    expect(await runInFolder("/", "demo", "relays", "--all")).toMatchObject({
      code: 64,
      out: "",
      err: expect.stringContaining("give one of the two"),
    });
  });
});
