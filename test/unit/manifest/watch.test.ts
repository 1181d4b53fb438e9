import { describe, expect, it, test } from "vitest";
import { utf8, type VisorKey } from "../../../src/core/index.ts";
import { explain, loadManifest } from "../../../src/manifest/index.ts";
import { DEFAULT_WATCH } from "../../../src/model/index.ts";
import { watchVerbOf } from "../../../src/watch/facts.ts";
import { desiredOf, keyOf, manifest } from "../../support/manifest-text.ts";

const VISORS = `roles: { base: { settings: { log_level: info } } }
visors:
  laptop: { key: $laptop, roles: [base], tags: [home] }
  shop-1: { key: $shop, tags: [shop] }
`;
const RULES = `watch:
  interval: 5m
  rules:
    - { fields: [apps.*, settings.log_level], do: correct }
    - { on: "tag:shop", fields: [apps.skychat], do: ignore }
    - { on: shop-1, fields: [trust], do: report }
`;

test("a manifest that says nothing of watching has no watch, and means the default", () => {
  expect(desiredOf(manifest(VISORS)).watch).toBeUndefined();
  expect(DEFAULT_WATCH).toEqual({ intervalMs: 60_000, otherwise: "report", rules: [] });
});

describe("rules", () => {
  const { watch = DEFAULT_WATCH } = desiredOf(manifest(VISORS + RULES));

  it("stand with their interval and visors", () => {
    expect(watch.intervalMs).toBe(300_000);
    expect(
      watch.rules.map(({ visors, fields, verb }) => [[...(visors ?? [])], fields, verb]),
    ).toEqual([
      [[], ["apps.*", "settings.log_level"], "correct"],
      [[keyOf("shop")], ["apps.skychat"], "ignore"],
      [[keyOf("shop")], ["trust"], "report"],
    ]);
  });

  test.each([
    { visor: "laptop", path: "apps.skychat.running", want: "correct" },
    { visor: "shop", path: "apps.skychat.running", want: "ignore" },
    { visor: "shop", path: "apps.skychat-2.running", want: "correct" },
    { visor: "shop", path: "apps.skysocks.whitelist", want: "correct" },
    { visor: "laptop", path: "settings.log_level", want: "correct" },
    { visor: "laptop", path: "settings.log_levels", want: "report" },
    { visor: "laptop", path: "trust.pty", want: "report" },
  ])("$path of $visor: $want", ({ visor, path, want }) => {
    expect(watchVerbOf(watch, keyOf(visor) as VisorKey, path)).toBe(want);
  });

  it("are explained with their line", () => {
    const { explanation } = explain(desiredOf(manifest(VISORS + RULES)), "watch");
    const told = explanation?.leaves.map((field) => [
      field.path,
      field.kind === "value" ? JSON.stringify(field.value).slice(0, 40) : "",
      field.origin.byDefault === true,
    ]);
    expect(told).toEqual([
      ["watch.default", '"report"', true],
      ["watch.interval", '"5m"', false],
      ["watch.rules", '[{"fields":["apps.*","settings.log_level', false],
    ]);
  });
});

test.each<{ name: string; text: string; code: string }>([
  { name: "an unknown verb", text: "rules: [{ do: fix }]", code: "manifest/value" },
  {
    name: "a rule that does nothing",
    text: "rules: [{ on: laptop }]",
    code: "manifest/missing-key",
  },
  {
    name: "no such section",
    text: "rules: [{ fields: [app.skychat], do: correct }]",
    code: "manifest/watch-field",
  },
  {
    name: "no such visor",
    text: "rules: [{ on: lapdog, do: correct }]",
    code: "selection/unknown-name",
  },
  {
    name: "no such tag",
    text: 'rules: [{ on: "tag:x", do: correct }]',
    code: "selection/unknown-name",
  },
  { name: "no selection", text: 'rules: [{ on: "a &", do: correct }]', code: "selection/syntax" },
  { name: "an interval of no unit", text: "interval: 60", code: "manifest/value" },
  { name: "an unknown key", text: "every: 60s", code: "manifest/unknown-key" },
])("$name is refused", ({ text, code }) => {
  const { desired, diagnostics } = loadManifest(
    utf8(manifest(`${VISORS}watch: { ${text} }\n`)),
    "fleet.yaml",
  );
  expect(desired).toBeUndefined();
  expect(diagnostics.map((each) => each.code)).toEqual([code]);
});
