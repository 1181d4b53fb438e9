// A key that is written off by name: no list may use it, and a list that takes it out may name it.
import { describe, expect, it } from "vitest";
import { explain, formatManifest, isSameFleet, lintManifest } from "../../../src/manifest/index.ts";
import {
  desiredOf,
  diagnosticLine,
  keyOf,
  leavesOf,
  load,
  manifest,
} from "../../support/manifest-text.ts";

const KEYS = "keys:\n  old: { key: $old, revoked: true }\n  kim: $kim\n";
const VISORS = "visors:\n  laptop: { key: $laptop }\n";

function faults(body: string): readonly string[] {
  return load(manifest(body)).diagnostics.map(diagnosticLine);
}

describe("a revoked key", () => {
  it("3: is written by its name, and stands in the desired fleet with its line", () => {
    const desired = desiredOf(manifest(`${KEYS}${VISORS}`));
    expect([...(desired.revoked ?? [])]).toEqual([
      [keyOf("old"), { name: "old", place: { file: "fleet.yaml", line: 4, column: 3 } }],
    ]);
    expect(desired.keyNames.get(keyOf("old"))).toBe("old");
  });

  it("3: may be taken out of lists by its name", () => {
    const body = `${KEYS}visors:\n  laptop: { key: $laptop, trust: { pty: { remove: [old] } }, survey: { remove: [old] } }\n`;
    expect(leavesOf(desiredOf(manifest(body)), "laptop")).toEqual({
      "trust.pty": "+  - old",
      survey: "+  - old",
    });
  });

  it("3: is a good key again with revoked: false", () => {
    const body = `keys:\n  old: { key: $old, revoked: false }\nvisors:\n  laptop: { key: $laptop, trust: { pty: [old] } }\n`;
    const desired = desiredOf(manifest(body));
    expect(desired.revoked).toBeUndefined();
    expect(leavesOf(desired, "laptop")).toEqual({ "trust.pty": "= old" });
  });

  const uses: readonly { readonly name: string; readonly body: string }[] = [
    {
      name: "an exact list",
      body: "visors:\n  laptop: { key: $laptop, trust: { pty: [old, kim] } }\n",
    },
    {
      name: "members to add",
      body: "visors:\n  laptop: { key: $laptop, trust: { hypervisors: { add: [old] } } }\n",
    },
    {
      name: "a list by the key itself",
      body: "visors:\n  laptop: { key: $laptop, trust: { pty: [$old] } }\n",
    },
    { name: "a whitelist that nobody uses", body: `whitelists: { admins: [old] }\n${VISORS}` },
    {
      name: "a whitelist in a whitelist",
      body: "whitelists: { admins: [kim, guests], guests: [old] }\nvisors:\n  laptop: { key: $laptop, trust: { pty: [admins] } }\n",
    },
    {
      name: "a role that no visor has",
      body: `roles: { base: { trust: { pty: [old] } } }\n${VISORS}`,
    },
    {
      name: "the whitelist of an exit",
      body: "visors:\n  laptop: { key: $laptop, apps: { skysocks: { whitelist: [old] } } }\n",
    },
    {
      name: "the whitelist of a port",
      body: "visors:\n  laptop: { key: $laptop, ports: { 8080: { whitelist: [old] } } }\n",
    },
    {
      name: "the survey list",
      body: "visors:\n  laptop: { key: $laptop, survey: { add: [old] } }\n",
    },
    {
      name: "the exit of a client",
      body: "visors:\n  laptop: { key: $laptop, apps: { vpn-client: { pk: old } } }\n",
    },
    { name: "controllers", body: `controllers: [laptop, old]\n${VISORS}` },
  ];
  for (const { name, body } of uses) {
    it(`3: is refused in ${name}, once, with its line`, () => {
      const found = load(manifest(`${KEYS}${body}`)).diagnostics;
      expect(found.map(({ code }) => code)).toEqual(["manifest/revoked-key"]);
      expect(found[0]?.message).toContain("old is revoked");
      expect(found[0]?.at?.line).toBeGreaterThan(5);
      expect(found[0]?.related?.[0]?.at).toMatchObject({ line: 4 });
      expect(found[0]?.next).toContain("take it out");
    });
  }

  it("3: cannot be the key of a visor that is managed", () => {
    expect(faults(`${KEYS}visors:\n  laptop: { key: $old }\n`)).toEqual([
      expect.stringContaining("manifest/key-twice"),
    ]);
  });

  it("3: is refused in another form than this", () => {
    for (const value of [
      "{ revoked: true }",
      "{ key: $old, revoked: yes-please }",
      "{ key: $old, gone: true }",
      "[$old]",
      "{ key: 02ab, revoked: true }",
    ]) {
      expect(faults(`keys: { old: ${value} }\n${VISORS}`), value).not.toEqual([]);
    }
  });

  it("3: differs from one that is not revoked, for fmt, lint --fix and adopt", () => {
    const one = desiredOf(manifest(`keys: { old: $old }\n${VISORS}`));
    const other = desiredOf(manifest(`keys: { old: { key: $old, revoked: true } }\n${VISORS}`));
    expect(isSameFleet(one, other)).toBe(false);
  });

  it("3: keeps its form when the manifest is formatted", () => {
    const text = manifest(`keys:\n  old:\n    revoked: true\n    key: $old\n${VISORS}`);
    const formatted = formatManifest(text);
    expect(formatted.indexOf("key: ")).toBeLessThan(formatted.indexOf("revoked: "));
    expect(desiredOf(formatted).revoked?.has(keyOf("old"))).toBe(true);
  });

  it("3: is explained as revoked, by its name and by its key", () => {
    const desired = desiredOf(manifest(`${KEYS}${VISORS}`));
    for (const path of ["keys.old", `keys.${keyOf("old")}`]) {
      expect(explain(desired, path).explanation).toMatchObject({
        kind: "rules",
        leaves: [{ path: "keys.old", value: { key: keyOf("old"), revoked: true } }],
      });
    }
  });
});

describe("lint of a manifest with a revoked key", () => {
  const base = (trust: string): string =>
    manifest(
      `controllers: [laptop, desk]\n${KEYS}visors:\n  laptop: { key: $laptop }\n  desk: { key: $desk, trust: { ${trust} } }\n`,
    );
  const found = (text: string): readonly string[] => {
    const report = lintManifest(text, "fleet.yaml", new Set(["key-stays"] as never));
    expect(report.diagnostics.map(diagnosticLine)).toEqual([]);
    return report.findings.map(
      ({ diagnostic }) => `${diagnostic.at.line} ${diagnostic.message} | ${diagnostic.next}`,
    );
  };

  it("3: names the visors on which nothing takes it out, with the line to write", () => {
    const [line, ...others] = found(base("hypervisors: [laptop]"));
    expect(others).toEqual([]);
    expect(line).toContain("5 old is revoked");
    expect(line).toContain("laptop (hypervisors, pty), desk (pty)");
    expect(line).toContain("{ remove: [old] }");
  });

  it("3: is content where every list is exact or takes it out", () => {
    const text = manifest(
      `${KEYS}visors:\n  laptop: { key: $laptop, trust: { hypervisors: [desk], pty: { remove: [old] } } }\n  desk: { key: $desk, trust: { hypervisors: [laptop], pty: [laptop] } }\n`,
    );
    expect(found(text)).toEqual([]);
  });
});

describe("lint of trust lists", () => {
  it("3: finds a visor of which one trust list is exact and the other is nobody's", () => {
    const text = manifest(
      "controllers: [laptop, desk]\nroles: { base: { trust: { hypervisors: [laptop, desk] } } }\nvisors:\n  laptop: { key: $laptop, roles: [base] }\n  desk: { key: $desk, roles: [base] }\n",
    );
    const findings = lintManifest(
      text,
      "fleet.yaml",
      new Set(["half-owned-trust"] as never),
    ).findings;
    expect(findings.map(({ diagnostic }) => diagnostic.at.line)).toEqual([4]);
    expect(findings[0]?.diagnostic.message).toContain("trust.pty");
    expect(findings[0]?.diagnostic.next).toContain("pty: [");
  });
});
