import process from "node:process";
import { expect, it } from "vitest";
import { runCommand } from "../../../src/platform/index.ts";

const run = (...argv: readonly string[]): Promise<string | undefined> =>
  runCommand({ argv, input: "news", timeoutMs: 10_000, env: process.env });

it.each([
  ["a program that is not there", ["/nowhere/at-all"], /ENOENT/],
  ["an argument that no system takes", ["true", "a\0b"], /null bytes/],
  ["an argument that is too long", ["true", "x".repeat(4_000_000)], /E2BIG/],
  ["a program that fails", [process.execPath, "-e", "process.exit(3)"], /^it ended with 3$/],
])("a command tells of %s and never fails", async (_, argv, fault) => {
  expect(await run(...argv)).toMatch(fault);
});

it("a command that ends well tells of nothing, though it read nothing", async () => {
  expect(await run(process.execPath, "-e", "")).toBeUndefined();
});
