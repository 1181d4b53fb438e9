import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Diagnostic } from "../../src/core/index.ts";
import { loadManifest } from "../../src/manifest/index.ts";
import { manifest } from "../support/manifest-text.ts";

const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** Faults of every kind that the form check knows, many in one file. */
const FAULTY = manifest(`controllers: laptop
colour: red
operators:
  one: { may: [fly] }
keys: { "9 lives": $laptop }
policy: { max_removals: -1, signed_commits: perhaps, max_observation_age: 12345678901 }
watch:
  interval: soon
  rules:
    - { on: [], fields: [], do: shout }
ledger: { relays: ["${"x".repeat(1_100)}"], seal: 7 }
roles:
  base:
    trust: { pty: {}, hypervisors: [a, a b] }
    settings: { log_level: loud, transport.stcpr_port: 70000, routing.min_hops: 1.5, is_public: "yes" }
    ports: { 0: { whitelist: anyone }, 8080: { local_port: 70000 }, 8081: { whitelist: [] } }
visors:
  laptop:
    rpc: { scheme: http, port: 0 }
    apps:
      skysocks: { running: 1, args: [1], env: { "1A": x, TOKEN: [] }, launcher_mode: both }
      "a/b": { running: true }
      long: { dns: "${"é".repeat(300)}" }
    reward_address: nothing
    ignore: { trust.pty: { until: tomorrow } }
  desk: { key: $desk, extra: 1, tags: [1, "${"t".repeat(100)}"] }
`);

/** Texts whose length counts characters, which the compiled check asks a function of the library for. */
const EDGES: readonly (readonly [string, string])[] = [1_024, 1_025].map(
  (length) =>
    [
      `a text of ${length}`,
      manifest(
        `controllers: [laptop, "${"😀".repeat(length)}"]\nvisors: { laptop: { key: $laptop } }\n`,
      ),
    ] as const,
);

const CASES: readonly (readonly [string, string])[] = [["faults of every kind", FAULTY], ...EDGES];

test.each(CASES)(
  "the built program, whose form check was compiled beforehand, finds what the library finds: %s",
  (name, text) => {
    if (!existsSync(MAIN)) throw new Error("the program is not built: run npm run build");
    const { stdout } = spawnSync(process.execPath, [MAIN, "validate", "-", "--json"], {
      input: text,
      encoding: "utf8",
    });
    const built = (JSON.parse(stdout) as { readonly diagnostics: readonly Diagnostic[] })
      .diagnostics;
    const here = loadManifest(new TextEncoder().encode(text), "stdin").diagnostics;
    expect(built).toEqual(JSON.parse(JSON.stringify(here)));
    const codes = new Set(here.map(({ code }) => code));
    if (name === "faults of every kind") expect(here.length).toBeGreaterThan(25);
    else expect(codes.has("manifest/value")).toBe(name === "a text of 1025");
  },
);
