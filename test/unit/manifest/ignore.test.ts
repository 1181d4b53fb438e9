import { describe, expect, it } from "vitest";
import { parseVisorKey, utf8 } from "../../../src/core/index.ts";
import {
  editManifest,
  formatManifest,
  formatUntil,
  isSameFleet,
  lintManifest,
  loadManifest,
  parseUntil,
} from "../../../src/manifest/index.ts";
import { keyOf } from "../../support/manifest-text.ts";

const DESK = keyOf("desk");
const NOW_MS = Date.UTC(2026, 10, 26);

function manifest(ignore: string): string {
  return `apiVersion: fleet.skywire/v1
fleet: home
visors:
  desk:
    key: ${DESK}
    settings: { log_level: info, hypervisor.enable: true }
    trust: { pty: ["${keyOf("laptop")}"] }
    apps: { skychat: { running: true } }
${ignore}`;
}

function isSame(one: string, other: string): boolean {
  const [left, right] = [one, other].map((text) => loadManifest(utf8(text), "f").desired);
  return left !== undefined && right !== undefined && isSameFleet(left, right);
}

function load(ignore: string): ReturnType<typeof loadManifest> {
  return loadManifest(utf8(manifest(ignore)), "fleet.yaml");
}

describe("what a manifest ignores", () => {
  it("is read with its time, its reason and its line, sorted by path", () => {
    const { desired, diagnostics } = load(
      "    ignore:\n      settings.log_level: { until: 2026-12-31, because: a trial }\n      apps.skychat.running: { until: 2026-12-31T18:30:00Z }\n",
    );
    expect(diagnostics).toEqual([]);
    expect(desired?.visors[0]?.ignores).toEqual([
      {
        path: "apps.skychat.running",
        untilMs: Date.UTC(2026, 11, 31, 18, 30),
        place: { file: "fleet.yaml", line: 11, column: 7 },
      },
      {
        path: "settings.log_level",
        untilMs: Date.UTC(2026, 11, 31),
        because: "a trial",
        place: { file: "fleet.yaml", line: 10, column: 7 },
      },
    ]);
  });

  it.each([
    ["a trust list", "trust.pty: { until: 2026-12-31 }", "manifest/ignored-trust"],
    [
      "a setting of risk trust",
      "settings.hypervisor.enable: { until: 2026-12-31 }",
      "manifest/ignored-trust",
    ],
    ["what is not owned", "settings.log_levl: { until: 2026-12-31 }", "manifest/ignored-nothing"],
    ["a day that no calendar has", "settings.log_level: { until: 2026-02-30 }", "manifest/until"],
  ])("cannot be %s", (_what, line, code) => {
    const { desired, diagnostics } = load(`    ignore: { ${line} }\n`);
    expect(desired).toBeUndefined();
    expect(diagnostics.map((each) => each.code)).toEqual([code]);
  });

  it.each(["trust.pty", "settings.hypervisor.enable"])(
    "of %s are refused to an edit, which is told what can be done instead",
    (path) => {
      const edit = { kind: "ignore", path, until: "2026-12-31" } as const;
      const input = { bytes: utf8(manifest("")), file: "f", visors: [parseVisorKey(DESK)], edit };
      expect(() => editManifest(input)).toThrow(
        expect.objectContaining({
          code: "manifest/edit",
          next: `\`fleet adopt desk/${path}\` takes over what is on the visor, \`fleet apply --only desk/${path}\` puts it back as the manifest says`,
        }),
      );
    },
  );

  it("needs a time, and no other time than a day or one in UTC", () => {
    for (const value of [
      "{ because: why }",
      "{ until: tomorrow }",
      "{ until: 2026-12-31T18:00:00+01:00 }",
    ]) {
      expect(load(`    ignore: { settings.log_level: ${value} }\n`).desired).toBeUndefined();
    }
  });

  it("is written where it stands, replaced, and taken out again to the letter", () => {
    const before = manifest("    # the end\n");
    const edit = (text: string, until?: string): string =>
      editManifest({
        bytes: utf8(text),
        file: "fleet.yaml",
        visors: [parseVisorKey(DESK)],
        edit: {
          kind: "ignore",
          path: "settings.log_level",
          ...(until === undefined ? {} : { until, because: "so: far" }),
        },
      }).text;
    const once = edit(before, "2026-12-31");
    expect(once).toContain(
      '    ignore:\n      settings.log_level: { until: "2026-12-31", because: "so: far" }\n',
    );
    const twice = edit(once, "2027-01-31T00:00:30Z");
    expect(twice).toContain('until: "2027-01-31T00:00:30Z"');
    expect(edit(twice)).toBe(before);
    expect(isSame(once, before)).toBe(false);
    expect(formatManifest(once)).toContain("ignore:");
  });

  it("is found by lint once its time has passed, and only when the time is known", () => {
    const text = manifest("    ignore: { settings.log_level: { until: 2026-11-26 } }\n");
    const rules = new Set(["ended-ignore"] as const);
    const found = (nowMs?: number): readonly string[] =>
      lintManifest(text, "f", rules, nowMs).findings.map(({ rule }) => rule);
    expect(found(NOW_MS)).toEqual(["ended-ignore"]);
    expect(found(NOW_MS - 1)).toEqual([]);
    expect(found()).toEqual([]);
  });

  it.each([
    ["2026-12-31", Date.UTC(2026, 11, 31), "2026-12-31"],
    ["2026-12-31T00:00Z", Date.UTC(2026, 11, 31), "2026-12-31"],
    ["2026-12-31T18:00:05Z", Date.UTC(2026, 11, 31, 18, 0, 5), "2026-12-31T18:00:05Z"],
    ["2026-12-31T24:00:00Z", undefined, undefined],
    ["2026-12-31 18:00", undefined, undefined],
  ])("reads the time %s", (text, untilMs, written) => {
    expect(parseUntil(text)).toBe(untilMs);
    if (untilMs !== undefined) expect(formatUntil(untilMs)).toBe(written);
  });
});
