// What completion offers, asked of a real bash with the words as bash itself parts them.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cliWorld } from "../../support/cli-world.ts";

const MANIFEST = `apiVersion: fleet.skywire/v1
operators:
  anna: { key: x }
keys:
    kim: a
whitelists: { guests: [kim], admins: [desk] }
roles:
  base: { settings: { log_level: info } }
  exit:
    apps:
      vpn-server: { running: true }
visors:
    # key: x
    desk:
        key: b
        tags: [home, "attic"]
        apps:
            my-app:
                running: true
    "shop-1": { key: c, tags: [shop], apps: { cam: { args: [a, b] }, door: { running: true } } }
    shop-2:
        tags:
        - shop
        - window
policy:
    shall: 1
`;

let folder = "";
let script = "";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "fleet-completion-"));
  writeFileSync(join(folder, "fleet.yaml"), MANIFEST);
  writeFileSync(join(folder, "plan.json"), "{}");
  writeFileSync(join(folder, "tag"), "");
  script = (await cliWorld().run("completion", "bash")).out;
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** What bash offers for the last word; words are parted at = and : as readline does. */
function offered(...words: readonly string[]): readonly string[] {
  const parted = words.flatMap((word) => word.match(/[=:]+|[^=:]+|^$/g) ?? [""]);
  const line = ["fleet", ...parted].map((word) => `'${word}'`).join(" ");
  const ask = `COMP_WORDS=(${line}); COMP_CWORD=${parted.length}; _fleet; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const bash = spawnSync("bash", ["--norc", "-c", `${script}\n${ask}`], {
    encoding: "utf8",
    cwd: folder,
    env: { PATH: process.env["PATH"] },
  });
  expect(bash.stderr).toBe("");
  return bash.stdout.split("\n").filter((word) => word !== "");
}

describe("4.7: bash offers what fits", () => {
  it.each([
    { words: ["completion", ""], want: ["bash", "zsh", "fish", "powershell"] },
    { words: ["plan", "--on", ""], want: ["all", "desk", "shop-1", "shop-2", "tag:", "role:"] },
    { words: ["plan", "--on", "desk,sh"], want: ["desk,shop-1", "desk,shop-2"] },
    { words: ["plan", "--on", "tag:"], want: ["home", "attic", "shop", "window"] },
    { words: ["plan", "--on", "tag:sh"], want: ["shop"] },
    { words: ["plan", "--on", "desk,tag:ho"], want: ["home"] },
    { words: ["plan", "--on", "role:e"], want: ["exit"] },
    { words: ["plan", "--on=sh"], want: ["shop-1", "shop-2"] },
    { words: ["plan", "--on=tag:sh"], want: ["shop"] },
    { words: ["app", "start", ""], has: ["my-app", "cam", "door", "vpn-server", "skychat"] },
    { words: ["app", "start", "my-app", "--on", "desk", "do"], want: ["door"] },
    { words: ["app", "set", "cam", "ru"], want: ["running="] },
    { words: ["app", "set", "cam", "running=t"], want: ["true"] },
    { words: ["app", "set", ""], has: ["cam"] },
    { words: ["app", "autostart", ""], want: ["on", "off"] },
    { words: ["app", "autostart", "on", "ca"], want: ["cam"] },
    { words: ["tag", "add", ""], want: ["home", "attic", "shop", "window"] },
    { words: ["role", "assign", ""], want: ["base", "exit"] },
    { words: ["log", "--kind", "re"], want: ["receipt", "revert"] },
    { words: ["log", "--operator", ""], want: ["anna"] },
    { words: ["plan", "--output", "s"], want: ["summary", "sarif"] },
    { words: ["plan", "--via", ""], want: ["dmsg", "skynet"] },
    { words: ["plan", "--only", "des"], want: ["desk/"] },
    {
      words: ["plan", "--only", "desk/trust."],
      want: ["desk/trust.hypervisors", "desk/trust.pty"],
    },
    { words: ["plan", "--only", "desk/apps.my-app.ru"], want: ["desk/apps.my-app.running"] },
    { words: ["plan", "--only", "tag:shop/settings.log"], want: ["shop/settings.log_level"] },
    { words: ["ignore", "desk/trust.p"], want: ["desk/trust.pty"] },
    { words: ["whitelist", "add", "k"], want: ["kim"] },
    { words: ["ledger", "pull", ""], want: ["anna"] },
    { words: ["app", "set", "cam", "netifc=t"], want: [] },
    { words: ["log", "--path", "trust.p"], want: ["trust.pty"] },
    { words: ["explain", "apps.cam.ru"], want: ["apps.cam.running"] },
    { words: ["plan", "--on", "shop-1,"], has: ["shop-1,desk", "shop-1,tag:"] },
    { words: ["plan", "--on", "!ta"], want: ["!tag:"] },
    { words: ["adopt", "--sections", "trust,ap"], want: ["trust,apps"] },
    { words: ["lint", "--rule", "unused-r"], want: ["unused-role"] },
    { words: ["operator", "add", ""], want: [] },
    { words: ["schema", "ev"], want: ["event"] },
    { words: ["health", ""], want: [] },
    { words: ["log", "--since", ""], want: [] },
    { words: ["log", ""], want: [] },
    { words: ["tag", "add", "home", ""], want: [] },
    { words: ["plan", "--timeout", ""], want: [] },
    { words: ["tag", "add", "ta"], want: [] },
  ])("4.7: $words", ({ words, want, has }) => {
    const found = offered(...words);
    if (want !== undefined) expect(found.toSorted()).toEqual([...want].sort());
    expect(found).toEqual(expect.arrayContaining(has ?? []));
  });

  it.each([
    { words: ["ledger", "pul"], want: ["pull"] },
    { words: ["blame", "k"], want: [] },
    { words: ["blame", "d"], want: ["desk"] },
    { words: ["plan", "fl"], want: ["fleet.yaml"] },
    { words: ["plan", "--out", "pl"], want: ["plan.json"] },
    { words: ["plan", "--ti"], want: ["--timeout"] },
  ])("4.7: still $words", ({ words, want }) => {
    expect(offered(...words).toSorted()).toEqual([...want].sort());
  });
});
