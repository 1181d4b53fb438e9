import { describe } from "vitest";
import { HEAD, keyOf } from "../../support/manifest-text.ts";
import { type Refusal, testRefusals } from "../../support/refusals.ts";

const LAPTOP = `  laptop: { key: ${keyOf("laptop")} }\n`;

const FILES: readonly Refusal[] = [
  { name: "an empty file", text: "", want: ["manifest/empty-file 1:1"], next: "fleet init" },
  { name: "only comments", text: "# nothing\n\n", want: ["manifest/empty-file 1:1"] },
  { name: "a list", text: "- a\n", want: ["manifest/not-a-map 1:1"] },
  { name: "a word", text: "hello", want: ["manifest/not-a-map 1:1"] },
  { name: "no visors", text: HEAD, want: ["manifest/no-visors 1:1"], next: "fleet init" },
  { name: "visors without entries", text: `${HEAD}visors: {}\n`, want: ["manifest/no-visors 3:1"] },
  { name: "visors: null", text: `${HEAD}visors:\n`, want: ["manifest/no-visors 3:1"] },
  {
    name: "a byte order mark",
    text: `\uFEFF${HEAD}visors:\n${LAPTOP}`,
    want: ["manifest/byte-order-mark 1:1"],
    shown: "U+FEFF",
  },
  {
    name: "a tab",
    text: `${HEAD}visors:\n\tlaptop: { key: a }\n\tdesk: { key: b }\n`,
    want: ["manifest/tab 4:1"],
    next: "two spaces",
  },
  {
    name: "markers of an unfinished merge",
    text: `${HEAD}visors:\n<<<<<<< HEAD\n${LAPTOP}=======\n  desk: {}\n>>>>>>> other\n`,
    want: [
      "manifest/merge-conflict 4:1",
      "manifest/merge-conflict 6:1",
      "manifest/merge-conflict 8:1",
    ],
    shown: "<<<<<<<",
  },
  {
    name: "a control character",
    text: `${HEAD}visors:\n  laptop: { key: "\u0007" }\n`,
    want: ["manifest/control-character 4:19"],
    shown: "U+0007",
  },
  {
    name: "an escaped control character",
    text: `${HEAD}visors:\n  laptop: { key: "\\x1b" }\n`,
    want: ["manifest/control-character 4:18"],
  },
  {
    name: "half a character",
    text: `${HEAD}visors:\n  laptop: { key: "\\ud800" }\n`,
    want: ["manifest/control-character 4:18"],
  },
  {
    name: "an alias bomb",
    text: `${HEAD}visors: &a\n  a: &b [x, x]\n  b: &c [*b, *b]\n  c: [*c, *c, *c]\n`,
    want: ["manifest/alias 3:9"],
    shown: "&",
    next: "role",
  },
  {
    name: "an alias of nothing",
    text: `${HEAD}visors: { laptop: { key: *k } }\n`,
    want: ["manifest/alias 3:26"],
  },
  {
    name: "a merge key",
    text: `${HEAD}visors:\n  laptop: { <<: { key: a } }\n`,
    want: ["manifest/alias 4:13"],
    shown: "<<",
  },
  {
    name: "a tag",
    text: `${HEAD}visors:\n  laptop: { key: !!str a }\n`,
    want: ["manifest/tag 4:18"],
  },
  {
    name: "a second document",
    text: `${HEAD}visors:\n${LAPTOP}---\nfleet: two\n`,
    want: ["manifest/second-document 5:1"],
    next: "---",
  },
  {
    name: "a bracket that is not closed",
    text: `${HEAD}visors:\n  laptop: { key: a, tags: [b }\n`,
    want: ["manifest/syntax 4:27"],
    shown: "laptop",
  },
  {
    name: "a bracket that is not closed at the end of its line",
    text: `${HEAD}visors:\n  laptop: { key: a, tags: [b\n  desk: { key: b }\n`,
    want: ["manifest/syntax 4:27"],
    next: "close the bracket",
  },
  {
    name: "a broken line never shows what follows its name",
    text: `${HEAD}visors:\n  laptop:\n    TOKEN: "hunter2\n`,
    want: ["manifest/syntax 5:12"],
  },
  {
    name: "10 MB",
    text: `${HEAD}visors:\n${`# ${"x".repeat(1022)}\n`.repeat(10 * 1024)}`,
    want: ["manifest/too-large 1:1"],
  },
  {
    name: "nesting without end",
    text: `a: ${"[".repeat(200_000)}`,
    want: ["manifest/too-deep 1:153"],
  },
  {
    name: "closed brackets without end",
    text: `a: ${"[".repeat(200_000)}${"]".repeat(200_000)}`,
    want: ["manifest/too-deep 1:153"],
  },
  { name: "dashes without end", text: "- ".repeat(100_000), want: ["manifest/too-deep 1:300"] },
  { name: "maps without end", text: "{a: ".repeat(100_000), want: ["manifest/too-deep 1:598"] },
  {
    name: "steps without end",
    text: Array.from({ length: 2000 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n"),
    want: ["manifest/too-deep 150:151"],
  },
  {
    name: "a directive",
    text: `%YAML 1.1\n---\n${HEAD}visors:\n${LAPTOP}`,
    want: ["manifest/syntax 1:1"],
  },
  {
    name: "a key twice",
    text: `${HEAD}visors:\n${LAPTOP}${LAPTOP}`,
    want: ["manifest/duplicate-key 5:3"],
    shown: "laptop",
    related: [4],
  },
  {
    name: "a map as key",
    text: `${HEAD}visors:\n  { a: b }: c\n`,
    want: ["manifest/key 4:3"],
  },
];

const FORMATS: readonly Refusal[] = [
  {
    name: "no apiVersion",
    text: `fleet: home\nvisors:\n${LAPTOP}`,
    want: ["manifest/api-version 1:1"],
    next: "apiVersion: fleet.skywire/v1",
  },
  {
    name: "a newer apiVersion, whatever else is in the file",
    text: "apiVersion: fleet.skywire/v2\nfleet: home\nwonders: 3\n",
    want: ["manifest/newer-version 1:13"],
    shown: "fleet.skywire/v2",
    next: "reads fleet.skywire/v2",
  },
  {
    name: "a mistyped apiVersion",
    text: `apiVersion: fleet.skywire/v1x\nfleet: home\nvisors:\n${LAPTOP}`,
    want: ["manifest/api-version 1:13"],
    next: 'did you mean "fleet.skywire/v1"?',
  },
  {
    name: "Rancher Fleet by its apiVersion",
    text: "apiVersion: fleet.cattle.io/v1alpha1\nkind: GitRepo\n",
    want: ["manifest/foreign-file 1:13"],
  },
  {
    name: "Rancher Fleet by its keys",
    text: "defaultNamespace: web\nhelm:\n  chart: ./chart\n",
    want: ["manifest/foreign-file 1:1"],
  },
  {
    name: "FleetDM by its apiVersion",
    text: "apiVersion: v1\nkind: policy\nspec:\n  name: disk\n",
    want: ["manifest/foreign-file 1:13"],
  },
  {
    name: "FleetDM by its keys",
    text: "name: workstations\nagent_options:\n  config: {}\n",
    want: ["manifest/foreign-file 1:1"],
  },
];

describe("files", () => {
  testRefusals(FILES);
});

describe("formats", () => {
  testRefusals(FORMATS);
});
