import { expect, test } from "vitest";
import { load, manifest } from "../../support/manifest-text.ts";

test("all errors of a file are reported in one run, in the order of its lines", () => {
  const { diagnostics } = load(
    manifest(
      "roles:\n  base: { trust: { pty: [nobody-here] } }\nvisors:\n  laptop: { key: 02ab, colour: red }\n  desk:\n    key: $desk\n    roles: [bsae]\n    settings: { log_level: ~ }\n    trust: { pty: [lap] }\n    ports: { 80: { whitelist: [] } }\n",
    ),
  );
  expect(diagnostics.map(({ code }) => code)).toEqual([
    "manifest/unknown-name",
    "manifest/visor-key",
    "manifest/unknown-key",
    "manifest/unknown-role",
    "manifest/empty",
    "manifest/unknown-name",
    "manifest/open-to-everybody",
  ]);
});

test.each([
  { name: "UTF-16", bytes: [0xff, 0xfe, 0x61, 0x00] },
  { name: "bytes that are no text", bytes: [0x61, 0xc3, 0x28] },
])("$name", async ({ bytes }) => {
  const { loadManifest } = await import("../../../src/manifest/index.ts");
  const { diagnostics } = loadManifest(Uint8Array.from(bytes), "fleet.yaml");
  expect(diagnostics.map(({ code }) => code)).toEqual(["manifest/encoding"]);
});

test.each([
  { name: "a line of dashes above", text: (body: string) => `---\n${body}` },
  { name: "an end mark and a comment below", text: (body: string) => `${body}...\n# the end\n` },
  { name: "line ends of Windows", text: (body: string) => body.replaceAll("\n", "\r\n") },
  { name: "no line end at the end", text: (body: string) => body.trimEnd() },
])("one document is good with $name", ({ text }) => {
  const { diagnostics } = load(text(manifest("visors:\n  laptop:\n    key: $laptop\n")));
  expect(diagnostics).toEqual([]);
});
