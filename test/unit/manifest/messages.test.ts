// What a person reads of a manifest with a mistake: the cause, its line, and never a secret.
import { describe, expect, it } from "vitest";
import { diagnosticsText, plainPaint } from "../../../src/view/index.ts";
import { keyOf, load, manifest } from "../../support/manifest-text.ts";
import { oneVisor } from "../../support/refusals.ts";

function said(text: string): string {
  return diagnosticsText(load(text).diagnostics, plainPaint);
}

function found(text: string): readonly string[] {
  return load(text).diagnostics.map(({ code, at }) => `${code} ${at?.line}:${at?.column}`);
}

const LAPTOP = `  laptop: { key: ${keyOf("laptop")} }\n`;

describe("4.8: words of other sections", () => {
  it.each([
    { word: "present: false", says: "ports: { NUMBER: closed }" },
    { word: "open: false", says: "ports: { NUMBER: closed }" },
    { word: "allow: [laptop]", says: "whitelist: […]" },
  ])("4.8: $word of a served port leads to $says", ({ word, says }) => {
    expect(said(oneVisor(`    ports: { 8080: { ${word} } }\n`))).toContain(`write it as ${says}`);
  });
});

describe("4.8: the line", () => {
  it("4.8: is shown with a caret below the place", () => {
    expect(said(oneVisor("    settings:\n      log_levl: debug\n"))).toContain(
      "  7 |       log_levl: debug\n    |       ^\n".replace("debug", "***"),
    );
    expect(said(oneVisor("    settings:\n      log_level: debgu\n"))).toContain(
      "  7 |       log_level: debgu\n    |                  ^\n",
    );
  });

  it("4.8: is cut around the caret, and no line is wider than 100 columns", () => {
    const tags = Array.from({ length: 60 }, (_, index) => `tag${index}`).join(", ");
    const text = said(oneVisor(`    tags: [${tags}, x!y, ${tags}]\n`));
    const [line = "", caret = ""] = text.split("\n").filter((each) => / \| /.test(each));
    expect(line).toContain("x!y");
    expect(line.slice(caret.indexOf("^")).startsWith("x!y")).toBe(true);
    expect(line.length).toBeLessThanOrEqual(100);
    expect(line).toMatch(/\| ….*…$/);
  });

  it("4.8: counts wide characters as two columns and cuts inside none", () => {
    const wide = "店".repeat(70);
    const text = said(oneVisor(`    tags: [a, ${wide}]\n`));
    const [line = "", caret = ""] = text.split("\n").filter((each) => / \| /.test(each));
    expect(line).toMatch(/店…$/);
    const width = line.length + line.replaceAll(/[^店]/g, "").length;
    expect(width).toBeLessThanOrEqual(100);
    expect(width).toBeGreaterThan(90);
    expect(line.slice(0, caret.length - 1)).toContain("tags: [a, ");
    const emoji = said(oneVisor(`    tags: [${"👩‍🚀".repeat(60)}]\n`));
    expect(emoji).toMatch(/👩‍🚀…\n/u);
  });

  it("4.8: escapes what a terminal would obey", () => {
    const text = said(oneVisor("    tags: [\u202Ea, b c]\n"));
    expect(text).toContain("\\u202ea, b c]");
    const [line = "", caret = ""] = text.split("\n").filter((each) => / \| /.test(each));
    expect(line[caret.indexOf("^")]).toBe("\\");
  });

  it("4.8: is part of the diagnostic, for other printers", () => {
    const [first] = load(oneVisor("    tags: { a: b }\n")).diagnostics;
    expect(first).toMatchObject({ excerpt: { line: "    tags: { a: *** }", caret: 10 } });
  });
});

describe("4.8: no secret is in the line", () => {
  const SECRETS = [
    "    apps: { skychat: { passcode: hunter2, running: yes } }\n",
    "    apps: { skychat: { env: { TOKEN: hunter2 }, running: yes } }\n",
    "    apps:\n      skychat:\n        env:\n          PASS: hunter2\n           X: y\n",
    "    apps:\n      skychat:\n        env: {\n          hunter2\n",
    "    apps:\n      skychat:\n        args:\n        - --passcode\n        - hunter2: x\n",
    "    apps:\n      skychat:\n        args: [--passcode,\nhunter2]\n",
    "    apps:\n      skychat:\n        env: { A: b,\nfleet: hunter2\n",
    "    apps:\n      skychat:\n        args: [--passcode,\n    tags: hunter2]\n",
    '    apps:\n      skychat:\n        env: { PASS: "x\n    tags: [hunter2]\n',
    "    tags: [a b] # the passcode is hunter2\n",
    "    passcode:hunter2\n",
    "    passcode hunter2\n",
    "    token: hunter2: x\n",
    '    password: "hunter2\n',
    "    settings:\n      sk: hunter2\n",
    "    settings:\n      log_level: { token: hunter2 }\n",
    "    settings:\n      password:hunter2\n      log_level: debug\n",
    "    tags: [https://me:hunter2@example.org/ x]\n",
    "    tags: { passcode: hunter2 }\n",
    "    tags: [--passcode=hunter2]\n",
    "    tags: a --token hunter2\n",
    "    notes: |\n      log_level: x\n      fleet: hunter2\n",
    "    args: [hunter2]\n    tags: [b c]\n",
  ];
  it.each(SECRETS)("4.8: %j", (lines) => {
    const { diagnostics } = load(oneVisor(lines));
    expect(diagnostics.length).toBeGreaterThan(0);
    expect(JSON.stringify(diagnostics)).not.toContain("hunter2");
    // A line that holds nothing secret is shown, so that this test can fail.
    expect(said(oneVisor("    tags: [b c]\n"))).toContain("6 |     tags: [b c]");
  });

  it("4.8: a text of the form of a key is masked unless it is a visor's public key", () => {
    const secret = "5f".repeat(32);
    for (const line of [
      `    key2: ${secret}\n`,
      `    tags: [${secret} x]\n`,
      `    roles: ${secret}\n`,
    ]) {
      expect(said(oneVisor(line))).not.toContain("5f5f5f5f");
    }
    expect(
      said(oneVisor(`    trust: { pty: [laptop], hypervisors: ${keyOf("desk")} }\n`)),
    ).toContain(keyOf("desk"));
  });
});

describe("4.8: the cause", () => {
  it.each([
    { text: 'apiVersion: fleet.skywire/v1\nfleet: "home\nvisors:\n' + LAPTOP, at: "2:8" },
    { text: "apiVersion: fleet.skywire/v1\nfleet: 'home\nvisors:\n" + LAPTOP, at: "2:8" },
    {
      text: manifest(`controllers: [laptop, 'desk]\nvisors:\n${LAPTOP}  desk: { tags: ['a'] }\n`),
      at: "3:23",
    },
    { text: oneVisor('    tags: ["a, b]\n    roles: ["x"]\n'), at: "6:12" },
  ])("4.8: an unclosed quote is reported at its opening, once, $at", ({ text, at }) => {
    expect(found(text)).toEqual([`manifest/syntax ${at}`]);
    expect(load(text).diagnostics[0]?.message).toContain("quote");
  });

  it.each([
    { text: manifest(`controllers: [laptop\nvisors:\n${LAPTOP}`), at: "3:14" },
    { text: oneVisor("    settings: { log_level: debug\n    tags: [a]\n"), at: "6:15" },
    { text: oneVisor("    trust: { pty: [laptop }\n"), at: "6:19" },
  ])("4.8: an unclosed bracket is reported at its opening, once, $at", ({ text, at }) => {
    expect(found(text)).toEqual([`manifest/syntax ${at}`]);
    expect(load(text).diagnostics[0]?.message).toContain("not closed");
  });

  it.each([
    { text: oneVisor("    settings:\n      log_level:debug\n"), at: "7:17" },
    {
      text: oneVisor("    settings:\n      log_level:debug\n      is_public: false\n"),
      at: "7:17",
    },
    {
      text: oneVisor("    settings:\n      is_public: false\n      log_level:debug\n"),
      at: "8:17",
    },
    { text: oneVisor("    settings: {log_level:debug}\n"), at: "6:26" },
    { text: oneVisor("    tags:[a]\n"), at: "6:10" },
    { text: "apiVersion: fleet.skywire/v1\nfleet:home\nvisors:\n" + LAPTOP, at: "2:7" },
  ])("4.8: a missing space behind a colon is called that, $at", ({ text, at }) => {
    expect(found(text)).toEqual([`manifest/syntax ${at}`]);
    expect(load(text).diagnostics[0]?.message).toContain("space is missing");
  });

  it.each([
    {
      text: manifest(`controllers: [laptop]\nvisors:\n  - laptop:\n    key: ${keyOf("laptop")}\n`),
      at: "5:3",
    },
    {
      text: manifest(
        `controllers: [laptop]\nvisors:\n  - name: laptop\n    key: ${keyOf("laptop")}\n    tags:\n`,
      ),
      at: "5:3",
    },
    { text: oneVisor("    apps:\n      - name: skychat\n        running:\n"), at: "7:7" },
    { text: oneVisor("    settings:\n      - log_level: debug\n"), at: "7:7" },
    {
      text: oneVisor("    roles: [base]\n").replace("visors:", "roles:\n  - base: {}\nvisors:"),
      at: "4:3",
    },
  ])("4.8: a list where a map belongs is reported once, at the list, $at", ({ text, at }) => {
    expect(found(text)).toEqual([`manifest/value ${at}`]);
    expect(said(text)).toContain("not a list");
    expect(said(text)).toContain("dash");
  });

  it("4.8: a map where a list belongs is called that, once", () => {
    const text = oneVisor("    tags: { a: , b: }\n");
    expect(found(text)).toEqual(["manifest/value 6:11"]);
    expect(said(text)).toContain("not a map");
  });

  it.each([
    { text: oneVisor("     roles: [a]\n"), at: "6:6" },
    { text: oneVisor("    settings:\n      log_level: debug\n     is_public: false\n"), at: "8:6" },
    {
      text: oneVisor("    settings:\n      log_level: debug\n       is_public: false\n"),
      at: "8:8",
    },
    { text: oneVisor("   tags: [a]\n"), at: "6:4" },
  ])("4.8: a wrong indent is reported at its line, $at", ({ text, at }) => {
    expect(found(text)).toEqual([`manifest/syntax ${at}`]);
    expect(load(text).diagnostics[0]?.message).toContain("indented");
  });

  it.each([
    { lines: '    rpc: { scheme: dmsg, port: "44" }\n', written: '"44"', next: "without quotes" },
    { lines: "    rpc: { scheme: dmsg, port: '44' }\n", written: "'44'", next: "without quotes" },
    { lines: '    settings: { is_public: "true" }\n', written: '"true"', next: "without quotes" },
  ])("4.8: $written is text in quotes", ({ lines, written, next }) => {
    const text = said(oneVisor(lines));
    expect(text).toContain(`written: ${written}\n`);
    expect(text).toContain("text in quotes");
    expect(text).toContain(next);
  });
});

describe("4.8: one mistake", () => {
  const one = (lines: string): readonly string[] => {
    const { diagnostics } = load(oneVisor(`${lines}    tags: [a]\n    roles: [base]\n`));
    return diagnostics.map(({ message, at }) => `${at?.line}:${at?.column} ${message}`);
  };

  it.each([
    { lines: "    trust: { pty: [laptop] }}\n", at: "6:29 this bracket closes nothing" },
    { lines: "    controllers: [laptop]]\n", at: "6:26 this bracket closes nothing" },
    {
      lines: "    settings: { log_level: debug: x }\n",
      at: "6:28 a colon and a space stand inside this value",
    },
    {
      lines: "    settings: { routing.min_hops: 0; is_public: false }\n",
      at: "6:35 a colon and a space stand inside this value",
    },
    {
      lines: "    reward_address: a: b\n",
      at: "6:21 a colon and a space stand inside this value",
    },
  ])("4.8: is told once, at its place: $at", ({ lines, at }) => {
    expect(one(lines)).toEqual([at]);
  });

  it("4.8: is told once where an entry of a map begins with a dash", () => {
    const text = manifest(
      `visors:\n  - laptop: { key: ${keyOf("laptop")} }\n  desk: { key: ${keyOf("desk")} }\n  shop: { key: ${keyOf("shop")} }\n`,
    );
    const { diagnostics } = load(text);
    const dash = text.split("\n").findIndex((line) => line.startsWith("  - ")) + 1;
    expect(diagnostics.map(({ message, at }) => `${at?.line}:${at?.column} ${message}`)).toEqual([
      `${dash}:3 this dash makes a list, and what follows is a map`,
    ]);
  });
});

describe("4.8: another tool's file", () => {
  it.each([
    { name: "Rancher", text: "defaultNamespace: x\nhelm: { chart: y }\n", who: "Rancher" },
    { name: "Rancher by one key", text: "targetCustomizations:\n- name: a\n", who: "Rancher" },
    {
      name: "Rancher with a template",
      text: "namespace: {{ .x }}\nhelm:\n  values: {a: {{b}}}\n",
      who: "Rancher",
    },
    { name: "FleetDM", text: "agent_options: {}\n", who: "FleetDM" },
    { name: "compose", text: "services:\n  a: { image: b }\n", who: "compose" },
    {
      name: "Kubernetes",
      text: "apiVersion: v1\nkind: Pod\nmetadata: { name: a }\n",
      who: "Kubernetes",
    },
    { name: "a plan", text: '{"format": "fleet.skywire/plan/v1", "changes": []}', who: "plan" },
    {
      name: "an observation",
      text: '{"format": "fleet.skywire/observation/v1"}',
      who: "observation",
    },
    { name: "a report", text: '{"format": "fleet.skywire/apply-report/v1"}', who: "apply-report" },
    {
      name: "a visor's own",
      text: '{"version": "v1", "sk": "hunter2", "pk": "02", "dmsg": {}}',
      who: "visor",
    },
  ])("4.8: $name is called that, with the way to name ours", ({ text, who }) => {
    const { diagnostics } = load(text);
    expect(diagnostics.map(({ code }) => code)).toEqual(["manifest/foreign-file"]);
    expect(diagnostics[0]?.message).toContain(who);
    expect(diagnostics[0]?.next).toContain("fleet plan OTHER.yaml");
    expect(diagnostics[0]?.next).toContain("FLEET_MANIFEST");
    expect(JSON.stringify(diagnostics)).not.toContain("hunter2");
  });
});
