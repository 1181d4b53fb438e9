import { describe, expect, it } from "vitest";
import { utf8 } from "../../../src/core/index.ts";
import { adoptInto, loadManifest } from "../../../src/manifest/index.ts";
import type { SeenVisor } from "../../../src/model/index.ts";
import { adopting } from "../../support/adopting.ts";
import { HEAD, leavesOf } from "../../support/manifest-text.ts";
import type { NamedSeen } from "../../support/random-fleet.ts";
import { keyAt, seenVisor } from "../../support/reconcile-builders.ts";

const ADMINS = { hypervisors: [keyAt(0)], pty: [keyAt(0)] };

function visor(index: number, name: string, more: Partial<SeenVisor> = {}): NamedSeen {
  return { name, seen: seenVisor(index, { ...ADMINS, ...more }) };
}

function into(text: string, ...visors: readonly NamedSeen[]) {
  const sections = new Set(["trust", "settings"] as const);
  return adoptInto({ ...adopting(visors, { sections }), text, file: "fleet.yaml" });
}

function textOf(result: ReturnType<typeof into>): string {
  if (result.kind !== "adopted") throw new Error(JSON.stringify(result));
  return result.text;
}

describe("adopting into a manifest", () => {
  const text = `${HEAD}
# Who we are.
roles:
  base:        # everybody
    trust: { hypervisors: [laptop], pty: [laptop] }
  loud: { settings: { log_level: trace } }   # for the hunt

visors:
  laptop: { key: ${keyAt(0)}, roles: [base] }   # mine
  shop-1:
    key: "${keyAt(1)}"
    roles: [base]
    # leave it alone

# The end.
policy: { max_removals: 20% }
`;

  it("uses the roles that fit, adds below the last visor, and keeps all else to the letter", () => {
    const result = textOf(into(text, visor(2, "shop-2", { settings: { log_level: "info" } })));
    const added = `  shop-2:  # v1.3.95, read over dmsg 2026-01-01T00:00:00Z
    key: "${keyAt(2)}"
    roles: [base]
    settings: { log_level: info }
`;
    const at = result.indexOf("  shop-2:");
    expect(
      result.slice(0, at) + result.slice(at).replace(/^ {2}shop-2:(\n|.)*?\n(?=\n# The end)/, ""),
    ).toBe(text);
    expect(result).toContain(`    # leave it alone\n${added}`);
  });

  it("writes a visor that a role says all of on one line", () => {
    const result = textOf(into(text, visor(2, "shop-2", { settings: {}, configReadable: true })));
    expect(result).toMatch(/^ {2}shop-2:.*\n {4}key: .*\n {4}roles: \[base\]\n {4}# /m);
  });

  it("adds in braces where the visors stand in braces", () => {
    const flow = `${HEAD}visors: { laptop: { key: ${keyAt(0)} } }   # mine\n`;
    const result = textOf(into(flow, visor(1, "shop-1", { settings: {} })));
    expect(result).toContain(
      `visors: { laptop: { key: ${keyAt(0)} }, shop-1: { key: ${keyAt(1)}, trust: { hypervisors: [laptop], pty: [laptop] } } }   # mine\n`,
    );
  });

  it("says once what was left out on all of several visors", () => {
    const old = { configReadable: false, settings: {} };
    const result = textOf(into(text, visor(2, "shop-2", old), visor(3, "shop-3", old)));
    const note = "settings are left out: this release does not show them";
    const comments = result.replaceAll(/\n *# /g, " ");
    expect(comments).toContain(
      `On all 2 visors adopted together (shop-2 to shop-3): 22 ${note}\nvisors:\n`,
    );
    expect(comments.split(note)).toHaveLength(2);
  });

  it("moves a key that becomes a visor, and keeps its name", () => {
    const keys = `keys:\n  kim: ${keyAt(1)}   # a friend\n  lee: ${keyAt(2)}\n\n`;
    const given = `${HEAD}${keys}visors:\n  laptop: { key: ${keyAt(0)}, trust: { pty: [kim] } }\n`;
    const result = textOf(into(given, visor(1, "shop-1", { settings: {} })));
    expect(result).toContain(`keys:\n  lee: ${keyAt(2)}\n`);
    expect(result).toContain("  kim:  # v1.3.95");
    const { desired } = loadManifest(utf8(result), "fleet.yaml");
    if (desired === undefined) throw new Error("refused");
    expect(leavesOf(desired, "laptop")).toEqual({ "trust.pty": "= kim" });
  });

  it("does not use a role that would bring the visor into a list that others use", () => {
    const given = `${HEAD}whitelists: { team: ["role:base"] }
roles:
  base: { trust: { hypervisors: [laptop] } }
visors:
  laptop: { key: ${keyAt(0)}, roles: [base] }
  desk: { key: ${keyAt(1)}, trust: { pty: [team] } }
`;
    const result = textOf(into(given, visor(2, "shop-1", { settings: {} })));
    expect(result).toContain("    trust: { hypervisors: [laptop], pty: [laptop] }\n");
    expect(result).not.toMatch(/shop-1:(\n|.)*roles: \[base\]/);
  });

  it("names what would change where nothing helps, and adopts nothing", () => {
    const given = `${HEAD}visors:\n  laptop: { key: ${keyAt(0)}, trust: { pty: { add: [all] } }, tags: [a] }\n  desk: { key: ${keyAt(1)} }\n`;
    expect(into(given, visor(2, "shop-1"))).toEqual({
      kind: "would-change",
      changed: [{ visor: "laptop", path: "trust.pty" }],
    });
  });

  it("leaves visors alone that are managed already", () => {
    expect(textOf(into(text, visor(1, "shop-1", { settings: { log_level: "warn" } })))).toBe(text);
  });

  it("adopts nothing into a manifest that is refused", () => {
    expect(into("fleet: home\n", visor(1, "shop-1")).kind).toBe("invalid");
  });
});

describe("adopting where a key is revoked", () => {
  const text = `${HEAD}keys:\n  old: { key: ${keyAt(1)}, revoked: true }\nvisors:\n  laptop: { key: ${keyAt(0)}, settings: { log_level: info } }\n`;

  it("3: leaves a list out that the key stands in, says so, and takes the other", () => {
    const result = into(text, visor(2, "shop-1", { pty: [keyAt(0), keyAt(1)] }));
    const written = textOf(result);
    expect(written).toContain("hypervisors: [laptop]");
    expect(written).not.toContain("pty: [");
    expect(written).toContain("trust.pty is left out: old is revoked and stands in it");
  });

  it("3: does not make a visor of it that is managed", () => {
    expect(into(text, visor(1, "shop-1"))).toMatchObject({
      kind: "invalid",
      diagnostics: [{ code: "manifest/revoked-key" }],
    });
  });
});
