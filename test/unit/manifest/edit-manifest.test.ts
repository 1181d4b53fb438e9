import { describe, expect, it, test } from "vitest";
import type { FleetError } from "../../../src/core/index.ts";
import {
  type EditedManifest,
  editManifest,
  type ManifestEdit,
} from "../../../src/manifest/index.ts";
import { desiredOf, keyOf, leavesOf, manifest } from "../../support/manifest-text.ts";

function edited(text: string, visors: readonly string[], edit: ManifestEdit): EditedManifest {
  const desired = desiredOf(text);
  const keys = desired.visors.filter(({ name }) => visors.includes(name)).map(({ key }) => key);
  return editManifest({
    bytes: new TextEncoder().encode(text),
    file: "fleet.yaml",
    visors: keys,
    edit,
  });
}

/** Edits, checks that a second run finds nothing to do, and gives what stands behind the usual first lines. */
function textAfter(body: string, visors: readonly string[], edit: ManifestEdit): string {
  const text = manifest(body);
  const once = edited(text, visors, edit);
  const twice = edited(once.text, visors, edit);
  expect(twice).toMatchObject({ text: once.text, places: [] });
  return once.text;
}

const START: ManifestEdit = { kind: "app", apps: ["skychat"], fields: { running: true } };
const add = (list: string, member = "kim"): ManifestEdit => ({
  kind: "member",
  action: "add",
  list,
  member,
});
const remove = (list: string, member = "kim"): ManifestEdit => ({
  ...(add(list, member) as Extract<ManifestEdit, { kind: "member" }>),
  action: "remove",
});

const KEYS = "keys: { kim: $kim }\n";

interface Row {
  readonly name: string;
  readonly before: string;
  readonly on: readonly string[];
  readonly edit: ManifestEdit;
  readonly after: string;
}

const APPS: readonly Row[] = [
  {
    name: "writes a field at one visor of several, in braces",
    before:
      "visors:\n  desk: { key: $desk, tags: [home] }   # by the window\n  shop: { key: $shop }\n",
    on: ["desk"],
    edit: START,
    after:
      "visors:\n  desk: { key: $desk, tags: [home], apps: { skychat: { running: true } } }   # by the window\n  shop: { key: $shop }\n",
  },
  {
    name: "writes a field at a visor in lines, with the indentation that is there",
    before:
      "visors:\n    desk:\n        key: $desk   # old\n        # nothing below\n    shop: { key: $shop }\n",
    on: ["desk"],
    edit: START,
    after:
      "visors:\n    desk:\n        key: $desk   # old\n        apps:\n            skychat: { running: true }\n        # nothing below\n    shop: { key: $shop }\n",
  },
  {
    name: "replaces a value where it stands",
    before:
      'visors:\n  desk:\n    key: $desk\n    apps:\n      skychat:\n        running: false   # too loud\n        "address": ":8001"\n',
    on: ["desk"],
    edit: START,
    after:
      'visors:\n  desk:\n    key: $desk\n    apps:\n      skychat:\n        running: true   # too loud\n        "address": ":8001"\n',
  },
  {
    name: "writes into the role that exactly these visors have",
    before:
      "roles:\n  chat:   # for talking\n    settings: { log_level: info }\nvisors:\n  desk: { key: $desk, roles: [chat] }\n  shop: { key: $shop, roles: [chat] }\n  lab: { key: $lab }\n",
    on: ["desk", "shop"],
    edit: START,
    after:
      "roles:\n  chat:   # for talking\n    settings: { log_level: info }\n    apps:\n      skychat: { running: true }\nvisors:\n  desk: { key: $desk, roles: [chat] }\n  shop: { key: $shop, roles: [chat] }\n  lab: { key: $lab }\n",
  },
  {
    name: "prefers the role that speaks of the app",
    before:
      "roles:\n  base: { settings: { log_level: info } }\n  chat: { apps: { skychat: { auto_start: true } } }\nvisors:\n  desk: { key: $desk, roles: [base, chat] }\n",
    on: ["desk"],
    edit: START,
    after:
      "roles:\n  base: { settings: { log_level: info } }\n  chat: { apps: { skychat: { auto_start: true, running: true } } }\nvisors:\n  desk: { key: $desk, roles: [base, chat] }\n",
  },
  {
    name: "leaves a role alone that others have too",
    before:
      "roles:\n  chat: { apps: { skychat: { running: false } } }\nvisors:\n  desk: { key: $desk, roles: [chat] }\n  shop: { key: $shop, roles: [chat] }\n",
    on: ["desk"],
    edit: START,
    after:
      "roles:\n  chat: { apps: { skychat: { running: false } } }\nvisors:\n  desk: { key: $desk, roles: [chat], apps: { skychat: { running: true } } }\n  shop: { key: $shop, roles: [chat] }\n",
  },
  {
    name: "changes a role, and the visor that says otherwise",
    before:
      "roles:\n  chat: { apps: { skychat: { running: false } } }\nvisors:\n  desk: { key: $desk, roles: [chat] }\n  shop: { key: $shop, roles: [chat], apps: { skychat: { running: false } } }\n",
    on: ["desk", "shop"],
    edit: START,
    after:
      "roles:\n  chat: { apps: { skychat: { running: true } } }\nvisors:\n  desk: { key: $desk, roles: [chat] }\n  shop: { key: $shop, roles: [chat], apps: { skychat: { running: true } } }\n",
  },
  {
    name: "writes several apps and fields at once, quoted where it must be",
    before: "visors:\n  desk:\n    key: $desk\n    apps:\n      skychat: { running: true }\n",
    on: ["desk"],
    edit: {
      kind: "app",
      apps: ["skychat", "skysocks"],
      fields: { auto_start: true, args: ["-x", "1"] },
    },
    after:
      'visors:\n  desk:\n    key: $desk\n    apps:\n      skychat: { running: true, auto_start: true, args: ["-x", "1"] }\n      skysocks: { auto_start: true, args: ["-x", "1"] }\n',
  },
  {
    name: "ends lines as the file does",
    before: "visors:\r\n  desk:\r\n    key: $desk\r\n",
    on: ["desk"],
    edit: START,
    after:
      "visors:\r\n  desk:\r\n    key: $desk\r\n    apps:\r\n      skychat: { running: true }\r\n",
  },
  {
    name: "writes behind a last line without an end",
    before: "visors:\n  desk:\n    key: $desk",
    on: ["desk"],
    edit: START,
    after: "visors:\n  desk:\n    key: $desk\n    apps:\n      skychat: { running: true }\n",
  },
];

const LISTS: readonly Row[] = [
  {
    name: "adds to an exact list",
    before: `${KEYS}visors:\n  desk: { key: $desk, trust: { pty: [shop] } }\n  shop: { key: $shop }\n`,
    on: ["desk"],
    edit: add("trust.pty"),
    after: `${KEYS}visors:\n  desk: { key: $desk, trust: { pty: [shop, kim] } }\n  shop: { key: $shop }\n`,
  },
  {
    name: "adds to a list in lines",
    before: `${KEYS}visors:\n  desk:\n    key: $desk\n    trust:\n      pty:\n        - shop   # the counter\n  shop: { key: $shop }\n`,
    on: ["desk"],
    edit: add("trust.pty"),
    after: `${KEYS}visors:\n  desk:\n    key: $desk\n    trust:\n      pty:\n        - shop   # the counter\n        - kim\n  shop: { key: $shop }\n`,
  },
  {
    name: "names a key that has no name in full, and one by its name",
    before: "visors:\n  desk: { key: $desk }\n",
    on: ["desk"],
    edit: add("trust.hypervisors", keyOf("lee")),
    after: "visors:\n  desk: { key: $desk, trust: { hypervisors: { add: [$lee] } } }\n",
  },
  {
    name: "adds beside a role whose list is exact",
    before: `${KEYS}roles:\n  base: { trust: { pty: [shop] } }\nvisors:\n  desk: { key: $desk, roles: [base] }\n  shop: { key: $shop, roles: [base] }\n`,
    on: ["desk"],
    edit: add("trust.pty"),
    after: `${KEYS}roles:\n  base: { trust: { pty: [shop] } }\nvisors:\n  desk: { key: $desk, roles: [base], trust: { pty: { add: [kim] } } }\n  shop: { key: $shop, roles: [base] }\n`,
  },
  {
    name: "adds what was to be removed: the word moves",
    before: `${KEYS}visors:\n  desk:\n    key: $desk\n    trust:\n      pty:   # who types\n        remove: [kim]\n`,
    on: ["desk"],
    edit: add("trust.pty"),
    after: `${KEYS}visors:\n  desk:\n    key: $desk\n    trust:\n      pty: { add: [kim] }   # who types\n`,
  },
  {
    name: "removes from an exact list, keeping the comments of the others",
    before: `${KEYS}visors:\n  desk:\n    key: $desk\n    trust:\n      pty: [\n        shop,   # the counter\n        kim     # a friend\n      ]\n  shop: { key: $shop }\n`,
    on: ["desk"],
    edit: remove("trust.pty"),
    after: `${KEYS}visors:\n  desk:\n    key: $desk\n    trust:\n      pty: [\n        shop,   # the counter\n      ]\n  shop: { key: $shop }\n`,
  },
  {
    name: "removes from the list of a role that exactly these visors have",
    before: `${KEYS}roles:\n  base: { trust: { pty: [kim, shop, lab] } }\nvisors:\n  desk: { key: $desk, roles: [base] }\n  shop: { key: $shop, roles: [base] }\n  lab: { key: $lab }\n`,
    on: ["desk", "shop"],
    edit: remove("trust.pty"),
    after: `${KEYS}roles:\n  base: { trust: { pty: [shop, lab] } }\nvisors:\n  desk: { key: $desk, roles: [base] }\n  shop: { key: $shop, roles: [base] }\n  lab: { key: $lab }\n`,
  },
  {
    name: "removes at one visor what its role lists, by a list of its own",
    before: `${KEYS}whitelists: { admins: [shop, lab] }\nroles:\n  base: { trust: { pty: [admins, kim] } }\nvisors:\n  desk: { key: $desk, roles: [base] }\n  shop: { key: $shop, roles: [base] }\n  lab: { key: $lab }\n`,
    on: ["desk"],
    edit: remove("trust.pty"),
    after: `${KEYS}whitelists: { admins: [shop, lab] }\nroles:\n  base: { trust: { pty: [admins, kim] } }\nvisors:\n  desk: { key: $desk, roles: [base], trust: { pty: [admins] } }\n  shop: { key: $shop, roles: [base] }\n  lab: { key: $lab }\n`,
  },
  {
    name: "removes what a visor added beside its role's list, with every map that is left empty",
    before: `${KEYS}roles:\n  base: { trust: { pty: [shop] } }\nvisors:\n  desk: { key: $desk, roles: [base], trust: { pty: { add: [kim] } }, tags: [home] }\n  shop: { key: $shop, roles: [base] }\n`,
    on: ["desk"],
    edit: remove("trust.pty"),
    after: `${KEYS}roles:\n  base: { trust: { pty: [shop] } }\nvisors:\n  desk: { key: $desk, roles: [base], tags: [home] }\n  shop: { key: $shop, roles: [base] }\n`,
  },
  {
    name: "removes from a list that is not exact by naming it",
    before: `${KEYS}visors:\n  desk: { key: $desk, apps: { skysocks: { whitelist: { add: [kim, shop] } } } }\n  shop: { key: $shop }\n`,
    on: ["desk"],
    edit: remove("apps.skysocks.whitelist"),
    after: `${KEYS}visors:\n  desk: { key: $desk, apps: { skysocks: { whitelist: { add: [shop], remove: [kim] } } } }\n  shop: { key: $shop }\n`,
  },
  {
    name: "leaves a visor out whose own key it is",
    before: "visors:\n  desk: { key: $desk }\n  shop: { key: $shop }\n",
    on: ["desk", "shop"],
    edit: add("trust.pty", "desk"),
    after:
      "visors:\n  desk: { key: $desk }\n  shop: { key: $shop, trust: { pty: { add: [desk] } } }\n",
  },
  {
    name: "replaces the list of a role's port at one visor",
    before: `${KEYS}roles:\n  web: { ports: { 80: { whitelist: [lab] } } }\nvisors:\n  desk: { key: $desk, roles: [web] }\n  shop: { key: $shop, roles: [web] }\n  lab: { key: $lab }\n`,
    on: ["desk"],
    edit: add("ports.80.whitelist"),
    after: `${KEYS}roles:\n  web: { ports: { 80: { whitelist: [lab] } } }\nvisors:\n  desk: { key: $desk, roles: [web], ports: { 80: { whitelist: [lab, kim] } } }\n  shop: { key: $shop, roles: [web] }\n  lab: { key: $lab }\n`,
  },
];

const OTHERS: readonly Row[] = [
  {
    name: "serves a port",
    before: `${KEYS}visors:\n  desk:\n    key: $desk\n`,
    on: ["desk"],
    edit: { kind: "port", port: 8080, fields: { whitelist: ["kim"], local_port: 3000 } },
    after: `${KEYS}visors:\n  desk:\n    key: $desk\n    ports:\n      8080: { whitelist: [kim], local_port: 3000 }\n`,
  },
  {
    name: "serves a port that was closed",
    before: `${KEYS}visors:\n  desk: { key: $desk, ports: { 8080: closed } }\n`,
    on: ["desk"],
    edit: { kind: "port", port: 8080, fields: { whitelist: "anyone" } },
    after: `${KEYS}visors:\n  desk: { key: $desk, ports: { 8080: { whitelist: anyone } } }\n`,
  },
  {
    name: "changes one field of a role's port at one visor, taking its whitelist over",
    before: `${KEYS}roles:\n  web: { ports: { 80: { whitelist: [kim] } } }\nvisors:\n  desk: { key: $desk, roles: [web] }\n  shop: { key: $shop, roles: [web] }\n`,
    on: ["desk"],
    edit: { kind: "port", port: 80, fields: { label: "cams" } },
    after: `${KEYS}roles:\n  web: { ports: { 80: { whitelist: [kim] } } }\nvisors:\n  desk: { key: $desk, roles: [web], ports: { 80: { whitelist: [kim], label: cams } } }\n  shop: { key: $shop, roles: [web] }\n`,
  },
  {
    name: "closes a port that stands in lines, with the comment behind it",
    before: `${KEYS}visors:\n  desk:\n    key: $desk\n    ports:\n      8080:   # cams\n        whitelist: [kim]\n        label: cams\n  shop: { key: $shop }\n`,
    on: ["desk"],
    edit: { kind: "close-port", port: 8080 },
    after: `${KEYS}visors:\n  desk:\n    key: $desk\n    ports:\n      8080: closed   # cams\n  shop: { key: $shop }\n`,
  },
  {
    name: "adds a tag",
    before: "visors:\n  desk: { key: $desk, tags: [home] }\n  shop: { key: $shop }\n",
    on: ["desk", "shop"],
    edit: { kind: "tag", action: "add", name: "arm" },
    after:
      "visors:\n  desk: { key: $desk, tags: [home, arm] }\n  shop: { key: $shop, tags: [arm] }\n",
  },
  {
    name: "removes a tag, and the list with the last one",
    before:
      "visors:\n  desk: { key: $desk, tags: [arm, home] }\n  shop:\n    key: $shop\n    tags: [arm]   # small\n    roles: [base]\nroles: { base: { settings: { log_level: info } } }\n",
    on: ["desk", "shop"],
    edit: { kind: "tag", action: "remove", name: "arm" },
    after:
      "visors:\n  desk: { key: $desk, tags: [home] }\n  shop:\n    key: $shop\n    roles: [base]\nroles: { base: { settings: { log_level: info } } }\n",
  },
  {
    name: "gives a role",
    before: "roles: { base: { settings: { log_level: info } } }\nvisors:\n  desk: { key: $desk }\n",
    on: ["desk"],
    edit: { kind: "role", action: "add", name: "base" },
    after:
      "roles: { base: { settings: { log_level: info } } }\nvisors:\n  desk: { key: $desk, roles: [base] }\n",
  },
  {
    name: "takes a role",
    before:
      "roles: { base: { settings: { log_level: info } } }\nvisors:\n  desk:\n    key: $desk\n    roles:\n      - base\n",
    on: ["desk"],
    edit: { kind: "role", action: "remove", name: "base" },
    after: "roles: { base: { settings: { log_level: info } } }\nvisors:\n  desk:\n    key: $desk\n",
  },
];

describe("an edit of a manifest", () => {
  test.each([...APPS, ...LISTS, ...OTHERS])("$name", ({ before, on, edit, after }) => {
    expect(textAfter(before, on, edit)).toBe(manifest(after));
  });

  it("says where it stands", () => {
    const text = manifest(APPS[6]?.before ?? "");
    expect(edited(text, ["desk", "shop"], START).places).toEqual(["role chat", "visor shop"]);
  });

  it("names what follows through the selections of the manifest", () => {
    const text = manifest(
      "visors:\n  desk: { key: $desk, tags: [home] }\n  shop: { key: $shop }\n  lab: { key: $lab, trust: { pty: [tag:home] } }\n",
    );
    const result = edited(text, ["shop"], { kind: "tag", action: "add", name: "home" });
    expect(result.followers).toEqual([{ visor: "lab", path: "trust.pty" }]);
    expect(result.concerned.toSorted()).toEqual([keyOf("shop"), keyOf("lab")].toSorted());
    expect(leavesOf(result.desired, "lab")["trust.pty"]).toBe("= desk shop");
  });
});

describe("an edit is refused", () => {
  const failure = (body: string, on: readonly string[], edit: ManifestEdit): unknown => {
    try {
      return edited(manifest(body), on, edit).text;
    } catch (error) {
      const { code, exit, message } = error as FleetError;
      return { code, exit, message };
    }
  };

  test.each([
    {
      name: "when the member comes through a whitelist",
      body: `${KEYS}whitelists: { guests: [kim, shop] }\nvisors:\n  desk: { key: $desk, trust: { pty: [guests] } }\n  shop: { key: $shop }\n`,
      edit: remove("trust.pty"),
      exit: 4,
      message: /^kim is in trust.pty of desk through guests, by line 6/,
    },
    {
      name: "when nobody would be left in a list that is open when empty",
      body: `${KEYS}visors:\n  desk: { key: $desk, apps: { skysocks: { whitelist: [kim] } } }\n`,
      edit: remove("apps.skysocks.whitelist"),
      exit: 64,
      message: /^with this the manifest would be refused/,
    },
    {
      name: "when the list is open to anyone",
      body: `${KEYS}visors:\n  desk: { key: $desk, apps: { skysocks: { whitelist: anyone } } }\n`,
      edit: add("apps.skysocks.whitelist"),
      exit: 64,
      message: /open to anyone/,
    },
    {
      name: "when the app is deleted",
      body: "visors:\n  desk: { key: $desk, apps: { skychat: { present: false } } }\n",
      edit: START,
      exit: 64,
      message: /^line 4 deletes the app skychat from desk$/,
    },
    {
      name: "when a field has no such value",
      body: "visors:\n  desk: { key: $desk }\n",
      edit: { kind: "app", apps: ["skychat"], fields: { running: "loud" } } as const,
      exit: 64,
      message: /true or false/,
    },
    {
      name: "when a secret stands in it",
      body: "visors:\n  desk: { key: $desk }\n",
      edit: { kind: "app", apps: ["cam"], fields: { args: ["--token", "hunter2"] } } as const,
      exit: 64,
      message:
        /^with this the manifest would be refused: the value of --token is a secret written in plain$/,
    },
    {
      name: "when a port is not served yet and nobody is named",
      body: "visors:\n  desk: { key: $desk }\n",
      edit: { kind: "port", port: 80, fields: { label: "x" } } as const,
      exit: 64,
      message: /whitelist/,
    },
    {
      name: "when nobody has that name",
      body: `${KEYS}visors:\n  desk: { key: $desk }\n`,
      edit: add("trust.pty", "kym"),
      exit: 64,
      message: /^"kym" is no visor and no key$/,
    },
    {
      name: "when there is no such role",
      body: "visors:\n  desk: { key: $desk }\n",
      edit: { kind: "role", action: "add", name: "base" } as const,
      exit: 64,
      message: /no role "base"/,
    },
    {
      name: "when a role comes through another",
      body: "roles:\n  a: { settings: { log_level: info } }\n  b: { extends: [a] }\nvisors:\n  desk: { key: $desk, roles: [b] }\n",
      edit: { kind: "role", action: "remove", name: "a" } as const,
      exit: 64,
      message: /through another/,
    },
    {
      name: "when a tag has the name of a visor",
      body: "visors:\n  desk: { key: $desk }\n",
      edit: { kind: "tag", action: "add", name: "desk" } as const,
      exit: 64,
      message: /names a tag here and a visor elsewhere/,
    },
  ])("$name", ({ body, edit, exit, message }) => {
    expect(failure(body, ["desk"], edit)).toEqual({
      code: "manifest/edit",
      exit,
      message: expect.stringMatching(message),
    });
  });
});
