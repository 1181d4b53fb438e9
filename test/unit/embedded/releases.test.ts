import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fromUtf8 } from "../../../src/core/index.ts";
import { defaultMix } from "../../../src/skywire/embedded/index.ts";
import { CANARIES } from "../../../src/skywire/embedded/canaries.ts";
import { t } from "../../../src/skywire/gob/index.ts";
import {
  type ReleaseFact,
  type ReleaseFacts,
  type FactName,
  type ReleaseName,
  RELEASES,
} from "../../../src/skywire/visor/index.ts";
import { METHODS } from "../../../src/skywire/visor/methods.ts";
import { embeddedWorld, type EmbeddedWorld, failureOf } from "../../support/embedded-world.ts";

const NAMES = Object.keys(RELEASES) as readonly ReleaseName[];
const METHODS_1_3_28 = 69;
/** Methods of v1.3.28 that nothing here calls and nobody may send; they answer as if the release lacked them. */
const NOT_MODELLED = [
  "Connect",
  "DialPing",
  "DeregisterHTTPPort",
  "RegisterApp",
  "RegisterHTTPPort",
  "RemoveRoutingRule",
  "StartSkysocksClient",
  "StartVPNClient",
  "TestVisor",
];
let world: EmbeddedWorld;

beforeEach(async () => {
  world = await embeddedWorld(
    NAMES.map((name) => ({ name, profile: name, local: true as const, canaries: true })),
  );
});

afterEach(async () => {
  await world.fleet.stop();
});

async function has(visor: string, name: string): Promise<boolean> {
  // A body that no method takes: whatever exists refuses it without being run.
  const failure = await failureOf(
    world.call(visor, name, { schema: t.map(t.bool, t.bool), value: new Map() }),
  );
  return failure?.message !== `rpc: can't find method app-visor.${name}`;
}

async function configOf(visor: string): Promise<string> {
  return fromUtf8((await world.call(visor, "GetRuntimeConfig")) as Uint8Array);
}

describe("the methods of a release", () => {
  it.each([
    { method: "StartApp", newest: true, "v1.3.94": true, "v1.3.73": true, "v1.3.28": true },
    {
      method: "SetConfigFields",
      newest: true,
      "v1.3.94": false,
      "v1.3.73": false,
      "v1.3.28": false,
    },
    { method: "Skyenv", newest: true, "v1.3.94": false, "v1.3.73": false, "v1.3.28": false },
    {
      method: "PendingHypervisors",
      newest: true,
      "v1.3.94": true,
      "v1.3.73": false,
      "v1.3.28": false,
    },
    { method: "AddHypervisor", newest: true, "v1.3.94": true, "v1.3.73": true, "v1.3.28": false },
    {
      method: "GetRuntimeConfig",
      newest: true,
      "v1.3.94": true,
      "v1.3.73": true,
      "v1.3.28": false,
    },
    {
      method: "SetAppPassword",
      newest: false,
      "v1.3.94": false,
      "v1.3.73": false,
      "v1.3.28": true,
    },
  ])("$method", async ({ method, ...releases }) => {
    for (const name of NAMES) expect(await has(name, method), name).toBe(releases[name]);
  });

  it("newest serves every method that may be sent", async () => {
    for (const { name } of METHODS) expect(await has("newest", name), name).toBe(true);
  });

  it("v1.3.28 serves its 69 methods but those that are not modelled", async () => {
    const table = readFileSync(
      fileURLToPath(new URL("v1.3.28-methods.txt", import.meta.url)),
      "utf8",
    );
    const names = table.split("\n").filter((name) => name !== "");
    expect(names).toHaveLength(METHODS_1_3_28);
    const missing: string[] = [];
    for (const name of names) if (!(await has("v1.3.28", name))) missing.push(name);
    expect(missing).toEqual(NOT_MODELLED.toSorted());
  });
});

describe("the secret key and other secrets", () => {
  it.each([
    { release: "newest", shown: false },
    { release: "v1.3.94", shown: false },
    { release: "v1.3.73", shown: true },
  ])("$release shows its secret key in GetRuntimeConfig: $shown", async ({ release, shown }) => {
    expect((await configOf(release)).includes(CANARIES.secretKey)).toBe(shown);
  });

  it("stand in the apps of a visor with canaries", async () => {
    const config = await configOf("newest");
    for (const secret of [CANARIES.passcode, CANARIES.internalToken, CANARIES.envValue])
      expect(config).toContain(secret);
  });
});

describe("sizes and defaults", () => {
  it("a Summary has 12 KB, a configuration 8 KB, and there are nine apps", async () => {
    const client = await world.connect("newest");
    await client.callGeneric("app-visor.Summary", { schema: t.empty, value: {} });
    expect(client.bytesReceived).toBeGreaterThanOrEqual(12 * 1024);
    client.close();
    expect((await configOf("newest")).length).toBeGreaterThanOrEqual(8_000);
    expect(world.fleet.control.inspect("newest").apps).toHaveLength(9);
  });

  it("the default mix has two controllers everybody trusts, and no release without a bridge", () => {
    const mix = defaultMix(12);
    expect(mix).toHaveLength(12);
    expect(mix.filter(({ local }) => local !== undefined).map(({ name }) => name)).toEqual([
      "laptop",
      "desk",
    ]);
    expect(new Set(mix.map(({ profile }) => profile))).toEqual(
      new Set(["newest", "v1.3.94", "v1.3.73"]),
    );
    for (const { hypervisors, pty } of mix)
      expect([hypervisors, pty]).toEqual([
        ["laptop", "desk"],
        ["laptop", "desk"],
      ]);
  });
});

describe("docs/conformance.md", () => {
  const text = readFileSync(
    fileURLToPath(new URL("../../../docs/conformance.md", import.meta.url)),
    "utf8",
  );
  const rows = text
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

  const KNOWN = { seen: "seen", text: "from text", assumed: "assumed" } as const;

  it.each(NAMES)("holds every property of %s as the profile has it", (name) => {
    for (const [field, fact] of Object.entries(RELEASES[name]) as [
      FactName | "name",
      ReleaseFact<unknown> | string,
    ][]) {
      if (field === "name" || typeof fact === "string") continue;
      expect(rows).toContainEqual([
        `\`${field}\``,
        valueText(fact.value),
        KNOWN[fact.evidence.kind],
        fact.evidence.row,
        name,
      ]);
    }
  });

  it("holds no property that no profile has", () => {
    const fields = new Set(
      NAMES.flatMap((name) => Object.keys(RELEASES[name] satisfies ReleaseFacts)),
    );
    const named = rows
      .filter((row) => NAMES.includes(row[4] as ReleaseName))
      .map((row) => (row[0] ?? "").replaceAll("`", ""));
    for (const field of named) expect(fields).toContain(field);
    expect(named).toHaveLength(NAMES.length * (fields.size - 1));
  });
});

function valueText(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  return Object.values(value as Readonly<Record<string, string>>).join(", ");
}
