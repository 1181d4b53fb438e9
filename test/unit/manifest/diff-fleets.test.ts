import { expect, it, test } from "vitest";
import { diffFleets } from "../../../src/manifest/index.ts";
import { desiredOf, keyOf, manifest } from "../../support/manifest-text.ts";

const diff = (before: string, after: string) =>
  diffFleets(desiredOf(manifest(before)), desiredOf(manifest(after)));
const visors = (laptop: string): string =>
  `keys: { kim: $kim }\nvisors:\n  laptop: { key: $laptop }\n  shop: { key: $shop${laptop} }\n`;

test.each<{ name: string; before: string; after: string; want: readonly unknown[] }>([
  { name: "nothing", before: "", after: "", want: [] },
  {
    name: "a value",
    before: ", settings: { log_level: info }",
    after: ", settings: { log_level: warn }",
    want: [{ kind: "value", path: "settings.log_level", before: "info", after: "warn" }],
  },
  {
    name: "a field that is owned from now on",
    before: "",
    after: ", settings: { log_level: warn }",
    want: [{ kind: "value", path: "settings.log_level", after: "warn" }],
  },
  {
    name: "members of a list",
    before: ", trust: { pty: [laptop] }",
    after: ", trust: { pty: [kim] }",
    want: [
      {
        kind: "members",
        path: "trust.pty",
        added: [keyOf("kim")],
        removed: [keyOf("laptop")],
        barred: [],
        unbarred: [],
      },
    ],
  },
  {
    name: "who must be gone",
    before: ", trust: { pty: { add: [laptop] } }",
    after: ", trust: { pty: { add: [laptop], remove: [kim] } }",
    want: [
      {
        kind: "members",
        path: "trust.pty",
        added: [],
        removed: [],
        barred: [keyOf("kim")],
        unbarred: [],
      },
    ],
  },
  {
    name: "a list that becomes exact",
    before: ", trust: { pty: { add: [laptop] } }",
    after: ", trust: { pty: [laptop] }",
    want: [
      {
        kind: "value",
        path: "trust.pty",
        before: { add: [keyOf("laptop")], remove: [] },
        after: [keyOf("laptop")],
      },
    ],
  },
])("two manifests differ in $name", ({ before, after, want }) => {
  const { visors: found } = diff(visors(before), visors(after));
  expect(found.flatMap(({ changes }) => changes)).toEqual(want);
  expect(found.map(({ name, status }) => [name, status])).toEqual(
    want.length === 0 ? [] : [["shop", "changed"]],
  );
});

it("visors come, go and are renamed; how a thing is written makes no difference", () => {
  const before = "visors:\n  laptop: { key: $laptop, tags: [home] }\n  old: { key: $old }\n";
  const after =
    "# other words\nwhitelists: { all-of-us: [desk] }\n" +
    "visors:\n  shop: { key: $shop, trust: { pty: [all-of-us] } }\n  desk:\n    key: $laptop\n    tags: [home]\n";
  const found = diff(before, after).visors;
  expect(Object.fromEntries(found.map(({ name, ...rest }) => [name, rest]))).toMatchObject({
    desk: {
      status: "changed",
      facts: [{ name: "name", before: "laptop", after: "desk" }],
      changes: [],
    },
    old: { status: "removed", facts: [{ name: "name", before: "old" }] },
    shop: { status: "added", facts: [{ name: "name", after: "shop" }] },
  });
  expect(found).toHaveLength(3);
});

it("operators, controllers and policy are told of the whole fleet; written defaults are none", () => {
  const one = `controllers: [laptop]\npolicy: { max_removals: 20% }\n${visors("")}`;
  const other = `controllers: [shop]\npolicy: { keyset_signatures: 1, require_relays: 0 }\noperators: { me: { key: "ed25519:${"5f".repeat(32)}", may: [apply] } }\n${visors("")}`;
  expect(diff(one, other)).toEqual({
    rules: [
      { path: "operators.me.key", after: `ed25519:${"5f".repeat(32)}` },
      { path: "operators.me.may", after: ["apply"] },
    ],
    controllers: { added: [keyOf("shop")], removed: [keyOf("laptop")] },
    visors: [],
  });
});
