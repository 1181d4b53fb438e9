import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { checkTitles, titleFault } from "./titles.mjs";

const AS_SOMEBODY = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.org"];

function git(cwd: string, ...args: readonly string[]): void {
  execFileSync("git", [...AS_SOMEBODY, ...args], { cwd, stdio: "ignore" });
}

it.each([
  { name: "area and imperative", title: "gob: refuse a message above the limit", fault: undefined },
  { name: "a folder in a folder", title: "skywire/gob: decode maps", fault: undefined },
  { name: "no area", title: "fix stuff", fault: "is not of the form `area: what changes`" },
  {
    name: "an upper-case area",
    title: "Gob: fix",
    fault: "is not of the form `area: what changes`",
  },
  { name: "nothing said", title: "gob: ", fault: "is not of the form `area: what changes`" },
  { name: "the past", title: "gob: added maps", fault: "is not imperative" },
  { name: "a full stop", title: "gob: decode maps.", fault: "ends with a full stop" },
  {
    name: "too long",
    title: `gob: ${"x".repeat(68)}`,
    fault: "has 73 characters, at most 72",
  },
])("$name", ({ title, fault }) => {
  expect(titleFault(title)).toBe(fault);
});

it("reads every commit but merges, also in a shallow clone", () => {
  const folder = mkdtempSync(join(tmpdir(), "fleet-titles-"));
  try {
    const repo = join(folder, "repo");
    git(folder, "init", "-q", "-b", "main", "repo");
    git(repo, "commit", "-q", "--allow-empty", "-m", "fix stuff");
    git(repo, "checkout", "-q", "-b", "side");
    git(repo, "commit", "-q", "--allow-empty", "-m", "gob: decode maps");
    git(repo, "checkout", "-q", "main");
    git(repo, "commit", "-q", "--allow-empty", "-m", "rpc: frame calls");
    git(repo, "merge", "-q", "--no-ff", "-m", "Merge branch side", "side");
    const whole = checkTitles(repo);
    expect(whole.looked).toBe(3);
    expect(whole.findings).toEqual([expect.stringContaining('"fix stuff" is not of the form')]);

    git(folder, "clone", "-q", "--depth", "2", pathToFileURL(repo).href, "shallow");
    expect(checkTitles(join(folder, "shallow"))).toEqual({ looked: 2, findings: [] });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it("finds fault with a folder that has no history", () => {
  const folder = mkdtempSync(join(tmpdir(), "fleet-titles-"));
  try {
    expect(checkTitles(folder).findings).toEqual([expect.stringContaining("git log")]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
