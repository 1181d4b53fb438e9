import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import {
  fixManifest,
  isSameFleet,
  LINT_RULES,
  lintManifest,
  type LintRuleId,
} from "../../../src/manifest/index.ts";
import { desiredOf, keyOf, manifest } from "../../support/manifest-text.ts";

const ROOT = new URL("../../../", import.meta.url);
const HASH = "ab".repeat(32);
const DESK = "desk: { key: $desk }";

/** `LINE:COLUMN RULE` of every finding of a manifest, whose lines count from its third. */
function found(body: string, rules?: readonly LintRuleId[]): readonly string[] {
  const { findings, diagnostics } = lintManifest(
    manifest(body),
    "fleet.yaml",
    rules === undefined ? undefined : new Set(rules),
    Date.UTC(2026, 10, 26),
  );
  expect(diagnostics).toEqual([]);
  for (const { rule, diagnostic } of findings) {
    expect(diagnostic).toMatchObject({ code: `lint/${rule}`, severity: "warning" });
    expect(diagnostic.message).toMatch(/[^.]$/);
    expect(diagnostic.next).not.toBe("");
  }
  return findings.map(({ rule, diagnostic: { at } }) => `${at.line - 2}:${at.column} ${rule}`);
}

interface Row {
  readonly rule: LintRuleId;
  readonly name: string;
  readonly body: string;
  readonly want: readonly string[];
}

const ROWS: readonly Row[] = [
  {
    rule: "unused-role",
    name: "a role that no visor has",
    body: `roles:\n  a: { extends: [b], survey: { add: [desk] } }\n  b: { settings: { is_public: true } }\nvisors: { ${DESK} }\n`,
    want: ["2:3 unused-role", "3:3 unused-role"],
  },
  {
    rule: "unused-role",
    name: "roles that visors have, also through another",
    body: "roles:\n  a: { extends: [b] }\n  b: { settings: { is_public: true } }\nvisors: { desk: { key: $desk, roles: [a] } }\n",
    want: [],
  },
  {
    rule: "unused-whitelist",
    name: "a whitelist that only another unused one uses",
    body: `whitelists:\n  a: [b]\n  b: [desk]\nvisors: { ${DESK} }\n`,
    want: ["2:3 unused-whitelist", "3:3 unused-whitelist"],
  },
  {
    rule: "unused-whitelist",
    name: "whitelists that a visor removes or a role adds",
    body: "keys: { kim: $kim, lee: $lee }\nwhitelists: { a: [kim], b: [c], c: [lee] }\nroles: { r: { trust: { pty: { add: [b] } } } }\nvisors: { desk: { key: $desk, roles: [r], trust: { pty: { remove: [a] } } } }\n",
    want: [],
  },
  {
    rule: "key-listed-twice",
    name: "a name twice, a name and its key, a whitelist twice",
    body: "keys: { kim: $kim }\nwhitelists: { a: [kim], b: [kim, $kim] }\nvisors:\n  desk:\n    key: $desk\n    trust:\n      pty: [a, kim, a]\n      hypervisors:\n        - kim\n        - kim\n",
    want: ["2:34 key-listed-twice", "7:21 key-listed-twice", "10:11 key-listed-twice"],
  },
  {
    rule: "key-listed-twice",
    name: "two controllers that are one",
    body: "controllers: [desk, $desk, shop]\nvisors: { desk: { key: $desk }, shop: { key: $shop } }\n",
    want: ["1:21 key-listed-twice"],
  },
  {
    rule: "key-listed-twice",
    name: "members beside a group that holds them, and the same key in two lists",
    body: "keys: { kim: $kim }\nwhitelists: { a: [kim] }\nvisors: { desk: { key: $desk, trust: { pty: [a, kim], hypervisors: [kim] } } }\n",
    want: [],
  },
  {
    rule: "name-listed-twice",
    name: "tags, roles and what a role extends",
    body: "roles:\n  a: { settings: { is_public: true } }\n  b: { extends: [a, a] }\nvisors:\n  desk: { key: $desk, tags: [t, t], roles: [a, b, a] }\n",
    want: ["3:21 name-listed-twice", "5:94 name-listed-twice", "5:112 name-listed-twice"],
  },
  {
    rule: "name-listed-twice",
    name: "a role beside another that extends it",
    body: "roles:\n  a: { settings: { is_public: true } }\n  b: { extends: [a] }\nvisors:\n  desk: { key: $desk, tags: [t, u], roles: [a, b] }\n",
    want: [],
  },
  {
    rule: "single-controller",
    name: "a fleet with one controller",
    body: "controllers: [desk]\nvisors: { desk: { key: $desk }, shop: { key: $shop } }\n",
    want: ["1:15 single-controller"],
  },
  {
    rule: "single-controller",
    name: "visors whose exact lists let in one controller, or none",
    body: "keys: { kim: $kim }\ncontrollers: [desk, shop]\nvisors:\n  desk: { key: $desk, trust: { pty: [shop], hypervisors: [kim] } }\n  shop: { key: $shop, trust: { pty: [kim], hypervisors: [kim] } }\n  one: { key: $one, trust: { pty: [desk], hypervisors: [kim] } }\n  none: { key: $none, trust: { pty: [kim], hypervisors: [kim] } }\n",
    want: ["5:3 single-controller", "6:3 single-controller", "7:3 single-controller"],
  },
  {
    rule: "single-controller",
    name: "a visor alone, and visors whose other list is theirs",
    body: "controllers: [desk]\nvisors: { desk: { key: $desk } }\n",
    want: [],
  },
  {
    rule: "single-controller",
    name: "lists that are not exact",
    body: "keys: { kim: $kim }\ncontrollers: [desk, shop]\nvisors:\n  desk: { key: $desk, trust: { pty: [kim] } }\n  shop: { key: $shop, trust: { pty: [kim], hypervisors: { add: [kim] } } }\n",
    want: [],
  },
  {
    rule: "app-and-setting",
    name: "a proxy that its app does not start and its setting does",
    body: "visors:\n  desk:\n    key: $desk\n    apps: { dmsgweb: { auto_start: false } }\n    settings: { dmsg_web.enable: true }\n",
    want: ["4:24 app-and-setting"],
  },
  {
    rule: "app-and-setting",
    name: "a proxy that both start, and another's setting",
    body: "visors:\n  desk:\n    key: $desk\n    apps: { dmsgweb: { running: true } }\n    settings: { dmsg_web.enable: true, skynet_web.enable: false }\n",
    want: [],
  },
  {
    rule: "whitelist-open",
    name: "an app and a port, in a role once",
    body: "roles:\n  a: { apps: { skysocks: { whitelist: anyone } } }\nvisors:\n  desk: { key: $desk, roles: [a] }\n  shop:\n    key: $shop\n    roles: [a]\n    ports:\n      80:\n        whitelist: anyone\n",
    want: ["2:28 whitelist-open", "10:9 whitelist-open"],
  },
  {
    rule: "whitelist-open",
    name: "whitelists that name somebody",
    body: "visors: { desk: { key: $desk, ports: { 80: { whitelist: [all, $kim] } } } }\n",
    want: [],
  },
  {
    rule: "plain-secret",
    name: "names that the loader does not know, and forms of tokens",
    body: `visors:\n  desk:\n    key: $desk\n    apps:\n      cam:\n        args: [--auth, me:hunter2, --pin=1234, ghp_${"a1".repeat(18)}]\n        env: { DB_PWD: hunter2, NAME: AKIA${"A1".repeat(8)} }\n      chat:\n        env:\n          COOKIE: hunter2\n`,
    want: [
      "6:24 plain-secret",
      "6:36 plain-secret",
      "6:48 plain-secret",
      "7:24 plain-secret",
      "7:39 plain-secret",
      "10:19 plain-secret",
    ],
  },
  {
    rule: "plain-secret",
    name: "comments",
    body: `# ${HASH}\nvisors:\n  ${DESK} # http://me:hunter2@x/\n  # eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlMTIz\n`,
    want: ["1:1 plain-secret", "3:85 plain-secret", "4:3 plain-secret"],
  },
  {
    rule: "plain-secret",
    name: "references, public keys, flags and words",
    body: `# key: "ed25519:${HASH}", $kim, sha256:${HASH}\nvisors:\n  desk:\n    key: $desk\n    apps:\n      cam:\n        args: [--auth=true, --pin, --name, pinboard, --cred, $kim]\n        env: { DB_PWD: env:PWD, AUTHOR: me, SPINE: a }\n`,
    want: [],
  },
  {
    rule: "ended-ignore",
    name: "a time that has come, to the very moment",
    body: "visors:\n  desk:\n    key: $desk\n    settings: { log_level: info, is_public: true }\n    ignore:\n      settings.log_level: { until: 2026-11-26 }\n      settings.is_public: { until: 2026-11-26T00:00:01Z }\n",
    want: ["6:7 ended-ignore"],
  },
  {
    rule: "ended-ignore",
    name: "times to come",
    body: "visors:\n  desk: { key: $desk, settings: { log_level: info }, ignore: { settings.log_level: { until: 2026-11-27 } } }\n",
    want: [],
  },
  {
    rule: "key-stays",
    name: "a revoked key that one list still may hold",
    body: "keys:\n  old: { key: $old, revoked: true }\nvisors:\n  desk: { key: $desk, trust: { hypervisors: [$kim] } }\n",
    want: ["2:3 key-stays"],
  },
  {
    rule: "key-stays",
    name: "a revoked key that both lists leave out",
    body: "keys:\n  old: { key: $old, revoked: true }\nvisors:\n  desk: { key: $desk, trust: { hypervisors: [$kim], pty: { remove: [old] } } }\n",
    want: [],
  },
  {
    rule: "half-owned-trust",
    name: "one exact list and nothing of the other",
    body: "visors:\n  desk: { key: $desk, trust: { pty: [$kim] } }\n",
    want: ["2:93 half-owned-trust"],
  },
  {
    rule: "half-owned-trust",
    name: "both lists, parts of lists, and none",
    body: "visors:\n  desk: { key: $desk, trust: { hypervisors: [$kim], pty: { add: [$kim] } } }\n  shop: { key: $shop, trust: { pty: { add: [$kim] } } }\n  tent: { key: $tent }\n",
    want: [],
  },
];

describe("lint rules", () => {
  test.each(ROWS)("$rule: $name", ({ rule, body, want }) => {
    expect(found(body, [rule])).toEqual(want);
  });

  test.each(LINT_RULES.filter(({ id }) => id !== "unused-disable"))(
    "$id has a case that finds, and one that does not",
    ({ id }) => {
      const finds = ROWS.filter(({ rule }) => rule === id).map(({ want }) => want.length > 0);
      expect(new Set(finds)).toEqual(new Set([true, false]));
    },
  );

  it("never show a secret", () => {
    const rows = ROWS.filter(({ rule }) => rule === "plain-secret");
    const shown = rows.map(({ body }) =>
      JSON.stringify(lintManifest(manifest(body), "f", new Set(["plain-secret"])).findings),
    );
    expect(shown.join().length).toBeGreaterThan(500);
    for (const word of ["hunter2", "1234", "ghp_", "AKIA", "eyJ", HASH])
      expect(shown.join()).not.toContain(word);
  });

  it("are silent about a manifest that is refused", () => {
    const { findings, diagnostics } = lintManifest(manifest("roles: { a: {} }\n"), "f");
    expect(findings).toEqual([]);
    expect(diagnostics.map(({ code }) => code)).toContain("manifest/empty");
  });

  it("find nothing in the example", () => {
    const text = readFileSync(new URL("fleet.example.yaml", ROOT), "utf8");
    expect(lintManifest(text, "fleet.example.yaml")).toEqual({ findings: [], diagnostics: [] });
  });

  it("stand in docs/lint.md, and no others", () => {
    const text = readFileSync(new URL("docs/lint.md", ROOT), "utf8");
    const rows = text.match(/^\| `.*$/gm);
    expect(rows).toEqual(
      LINT_RULES.map(({ id, finds, why, fix }) =>
        `| \`${id}\` | ${finds} | ${why} | ${fix ?? ""} |`.replace(/ {2}\|$/, " |"),
      ),
    );
  });
});

const OPEN = "roles:\n  a:\n    apps:\n      skysocks:\n";
const USED = "visors: { desk: { key: $desk, roles: [a] } }\n";

describe("switching rules off", () => {
  test.each([
    {
      name: "on the line",
      body: `${OPEN}        whitelist: anyone # fleet-lint-disable-line whitelist-open\n${USED}`,
      want: [],
    },
    {
      name: "above it, past other comments and blank lines, with a reason",
      body: `${OPEN}        # fleet-lint-disable-next-line whitelist-open, unused-role -- wanted\n        # the exit\n\n        whitelist: anyone\n${USED}`,
      want: ["5:9 unused-disable"],
    },
    {
      name: "nothing of the line below, or of another rule",
      body: `${OPEN}        # fleet-lint-disable-line whitelist-open\n        whitelist: anyone # fleet-lint-disable-line unused-role\n${USED}`,
      want: ["5:9 unused-disable", "6:9 whitelist-open", "6:27 unused-disable"],
    },
    {
      name: "no rule, an unknown rule, and the rule of unused ones",
      body: `# fleet-lint-disable-line\n# fleet-lint-disable-line nobody\n# fleet-lint-disable-line unused-disable\nvisors: { ${DESK} }\n# fleet-lint-disable-next-line unused-role\n`,
      want: [
        "1:1 unused-disable",
        "2:1 unused-disable",
        "3:1 unused-disable",
        "5:1 unused-disable",
      ],
    },
  ])("$name", ({ body, want }) => {
    expect(found(body)).toEqual(want);
  });

  it("texts that look like such comments are none", () => {
    const body =
      "visors:\n  desk:\n    key: $desk\n    ports:\n      80:\n        whitelist: [$kim]\n        description: |\n          # fleet-lint-disable-line unused-role\n        label: '# fleet-lint-disable-line unused-role'\n";
    expect(found(body)).toEqual([]);
  });

  it("says nothing of rules that are not looked for", () => {
    const body = `visors: { ${DESK} } # fleet-lint-disable-line unused-role\n`;
    expect(found(body, ["unused-disable", "plain-secret"])).toEqual([]);
    expect(found(body, ["unused-role"])).toEqual([]);
    expect(found(body, ["unused-role", "unused-disable"])).toEqual(["1:95 unused-disable"]);
  });
});

describe("fixing", () => {
  test.each([
    {
      name: "lists in brackets",
      before: "controllers: [desk, desk,  $desk, shop, desk]\n",
      after: "controllers: [desk, shop]\n",
    },
    {
      name: "lists in brackets over several lines",
      before: "controllers: [\n  desk,\n  desk,\n  shop,\n]\n",
      after: "controllers: [\n  desk,\n  shop,\n]\n",
    },
    {
      name: "lists in lines, and what stands beside stays",
      before: "controllers:\n  - desk   # mine\n  - shop\n  - desk\n# end\n",
      after: "controllers:\n  - desk   # mine\n  - shop\n# end\n",
    },
    {
      name: "not where a comment would be lost",
      before: "controllers:\n  - desk\n  - shop\n  - desk   # mine\n",
      after: "controllers:\n  - desk\n  - shop\n  - desk   # mine\n",
    },
  ])("$name", ({ before, after }) => {
    const visors = "visors: { desk: { key: $desk }, shop: { key: $shop } }\n";
    const { text, fixed } = fixManifest(manifest(before + visors), "fleet.yaml");
    expect(text).toBe(manifest(after + visors));
    expect(fixed.length > 0).toBe(before !== after);
    expect(isSameFleet(desiredOf(text), desiredOf(manifest(before + visors)))).toBe(true);
    const left = lintManifest(text, "fleet.yaml").findings;
    expect(left.every(({ fix }) => fix === undefined)).toBe(true);
  });

  test.each([
    {
      name: "a comment beside a line",
      before: `visors: { ${DESK} }  # fleet-lint-disable-line unused-role\n`,
      after: `visors: { ${DESK} }\n`,
    },
    {
      name: "a comment on its own line",
      before: `  # fleet-lint-disable-next-line unused-role\nvisors: { ${DESK} }\n`,
      after: `visors: { ${DESK} }\n`,
    },
    {
      name: "names of a comment, its reason kept",
      before: `visors: { desk: { key: $desk, tags: [t, t] } } # fleet-lint-disable-line unused-role, name-listed-twice nobody -- because\n`,
      after: `visors: { desk: { key: $desk, tags: [t, t] } } # fleet-lint-disable-line name-listed-twice -- because\n`,
    },
  ])("switched off for nothing: $name", ({ before, after }) => {
    const { text } = fixManifest(manifest(before), "fleet.yaml");
    expect(text).toBe(manifest(after));
    expect(lintManifest(text, "fleet.yaml").findings).toEqual([]);
  });

  it("only what the rules asked for find", () => {
    const text = manifest(`controllers: [desk, desk, ${keyOf("shop")}]\nvisors: { ${DESK} }\n`);
    expect(fixManifest(text, "f", new Set(["unused-role"]))).toEqual({ text, fixed: [] });
  });

  it("leaves alone what is refused", () => {
    expect(fixManifest("visors: [a, a]\n", "f")).toEqual({ text: "visors: [a, a]\n", fixed: [] });
  });
});
