import fc from "fast-check";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { hasCode, type Json, utf8 } from "../../src/core/index.ts";
import { editManifest, type ManifestEdit } from "../../src/manifest/index.ts";
import type { DesiredFleet } from "../../src/model/index.ts";
import { keyOf, leavesOf, load } from "../support/manifest-text.ts";

const SEED = 20261126;
const VISORS = ["desk", "laptop", "shop-1", "shop-2"] as const;
const ROLES = ["r1", "r2", "r3"] as const;
const MEMBERS = [...VISORS, "kim", "lee", "admins", "tag:t1"] as const;

type Section = Readonly<Record<string, Json>>;

const memberList = fc.uniqueArray(fc.constantFrom(...MEMBERS), { minLength: 1, maxLength: 3 });
const list = fc.oneof(
  memberList.map((members): Json => members),
  memberList.map((add): Json => ({ add })),
  fc.constant<Json>({ remove: ["lee"] }),
);
const body: fc.Arbitrary<Section> = fc
  .record(
    {
      trust: fc.record({ pty: list }),
      settings: fc.record({ log_level: fc.constant("info") }),
      apps: fc.record(
        {
          skychat: fc.record({ running: fc.boolean() }),
          skysocks: fc.record({ whitelist: list, auto_start: fc.boolean() }),
        },
        { requiredKeys: ["skychat"] },
      ),
      ports: fc.record({
        "80": fc.oneof(fc.record({ whitelist: memberList }), fc.constant<Json>("closed")),
      }),
    },
    { requiredKeys: ["settings"] },
  )
  .map((section) => section as Section);

const draft = fc.record({
  roles: fc.record({ r1: body, r2: body, r3: body }),
  visors: fc.tuple(
    ...VISORS.map((name) =>
      fc
        .tuple(
          body,
          fc.subarray([...ROLES], { maxLength: 1 }),
          fc.subarray(["t1", "t2"]),
          fc.boolean(),
        )
        .map(([section, roles, tags, isBare]): readonly [string, Section] => [
          name,
          {
            key: keyOf(name),
            ...(roles.length === 0 ? {} : { roles }),
            tags: [...tags, "any"],
            ...(isBare ? {} : section),
          },
        ]),
    ),
  ),
  style: fc.constantFrom("block", "flow", "json"),
});

/** A random manifest, each line with a comment of its own where comments may stand. */
function textOf({ roles, visors, style }: typeof draft extends fc.Arbitrary<infer T> ? T : never) {
  const manifest = {
    apiVersion: "fleet.skywire/v1",
    fleet: "home",
    keys: { kim: keyOf("kim"), lee: keyOf("lee") },
    whitelists: { admins: ["laptop", "kim"] },
    roles,
    visors: Object.fromEntries(visors),
  };
  if (style === "json") return JSON.stringify(manifest, null, 1);
  const collectionStyle = style === "flow" ? "flow" : "block";
  const text =
    style === "flow"
      ? ["roles", "visors"].reduce(
          (all, section) =>
            `${all}${section}:\n${Object.entries(manifest[section as "roles" | "visors"])
              .map(([name, value]) => `  ${name}: ${JSON.stringify(value)}\n`)
              .join("")}`,
          stringify({ ...manifest, roles: undefined, visors: undefined }),
        )
      : stringify(manifest, { collectionStyle, lineWidth: 0 });
  return text
    .split("\n")
    .map((line, index) => (line === "" ? line : `${line}   # line ${index}`))
    .join("\n");
}

const edit: fc.Arbitrary<ManifestEdit> = fc.oneof(
  fc.boolean().map((running): ManifestEdit => ({
    kind: "app",
    apps: ["skychat"],
    fields: { running },
  })),
  fc
    .tuple(
      fc.constantFrom("add" as const, "remove" as const),
      fc.constantFrom("trust.pty", "apps.skysocks.whitelist", "ports.80.whitelist"),
      fc.constantFrom("kim", "lee", "desk", keyOf("kim"), keyOf("zoe")),
    )
    .map(([action, path, member]): ManifestEdit => ({
      kind: "member",
      action,
      list: path,
      member,
    })),
  fc.constantFrom<ManifestEdit>(
    { kind: "port", port: 80, fields: { whitelist: ["kim"] } },
    { kind: "port", port: 80, fields: { label: "x" } },
    { kind: "close-port", port: 80 },
    { kind: "tag", action: "add", name: "t3" },
    { kind: "tag", action: "remove", name: "t2" },
    { kind: "role", action: "add", name: "r1" },
    { kind: "role", action: "remove", name: "r1" },
  ),
);

/** Everything an edit wants, told in its own words from the lines of the leaves before. */
function expected(
  before: DesiredFleet,
  name: string,
  wish: ManifestEdit,
): Readonly<Record<string, string>> | undefined {
  const leaves = { ...leavesOf(before, name) };
  if (wish.kind === "app") leaves["apps.skychat.running"] = String(wish.fields["running"]);
  else if (wish.kind === "close-port") {
    for (const path of Object.keys(leaves)) if (path.startsWith("ports.80.")) delete leaves[path];
    leaves["ports.80.open"] = "false";
  } else if (wish.kind === "member") {
    const known = before.keyNames.get(wish.member) ?? wish.member;
    if (known === name) return leaves;
    const line = leaves[wish.list] ?? "+  - ";
    const [, kind = "", members = "", removed = ""] = /^([=+]) (.*?)(?: - (.*))?$/.exec(line) ?? [];
    const without = (words: string): string[] =>
      words.split(" ").filter((word) => word !== "" && word !== known);
    const more = (words: string): string => [...without(words), known].toSorted().join(" ");
    const isAdd = wish.action === "add";
    const now = isAdd ? more(members) : without(members).join(" ");
    const gone = isAdd ? without(removed).join(" ") : more(removed);
    leaves[wish.list] = kind === "=" ? `= ${now}` : `+ ${now} - ${gone}`;
  } else if (wish.kind !== "tag") return undefined;
  return leaves;
}

test("an edit comes to exactly what was wanted and nothing else, and a second one to nothing", () => {
  const done = new Map<string, number>();
  fc.assert(
    fc.property(draft, edit, fc.subarray([...VISORS], { minLength: 1 }), (sections, wish, whom) => {
      const text = textOf(sections);
      const before = load(text).desired;
      if (before === undefined) return;
      const visors = before.visors.filter(({ name, roles }) =>
        typeof whom === "string" ? roles.includes(whom) : whom.some((each) => each === name),
      );
      if (visors.length === 0) return;
      const on = visors.map(({ name }) => name);
      const keys = visors.map(({ key }) => key);
      const input = { file: "fleet.yaml", visors: keys, edit: wish };
      let edited;
      try {
        edited = editManifest({ ...input, bytes: utf8(text) });
      } catch (error) {
        if (!hasCode(error, "manifest/edit")) throw error;
        done.set("refused", (done.get("refused") ?? 0) + 1);
        return;
      }
      const after = load(edited.text).desired;
      if (after === undefined) throw new Error("the edited text is refused");
      const again = editManifest({ ...input, bytes: utf8(edited.text) });
      expect(again.text).toBe(edited.text);
      const followed = new Set(edited.followers.map(({ visor, path }) => `${visor} ${path}`));
      for (const { name } of before.visors) {
        const isMeant = on.includes(name);
        const want = isMeant ? expected(before, name, wish) : leavesOf(before, name);
        const now = leavesOf(after, name);
        for (const path of new Set([...Object.keys(want ?? {}), ...Object.keys(now)])) {
          if (want === undefined || followed.has(`${name} ${path}`)) continue;
          expect(`${name} ${path} ${now[path]}`).toBe(`${name} ${path} ${want[path]}`);
        }
        if (wish.kind !== "tag" && wish.kind !== "role") expect(followed.size).toBe(0);
      }
      // What only adds takes no comment away.
      if (
        wish.kind === "app" ||
        (wish.kind !== "port" && "action" in wish && wish.action === "add")
      ) {
        const comments = (all: string): string[] => all.match(/# line \d+/g) ?? [];
        if (wish.kind !== "member") expect(comments(edited.text)).toEqual(comments(text));
      }
      const what = edited.places.length === 0 ? "nothing" : wish.kind;
      done.set(what, (done.get(what) ?? 0) + 1);
      if (edited.places.some((place) => place.startsWith("role")))
        done.set("in a role", (done.get("in a role") ?? 0) + 1);
    }),
    { seed: SEED, numRuns: 300 },
  );
  // Enough of the drafts are good ones, of every kind, for the property to mean something.
  for (const kind of ["app", "member", "port", "close-port", "tag", "role", "in a role"])
    expect([kind, (done.get(kind) ?? 0) > 2]).toEqual([kind, true]);
}, 180_000);
