import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { formatManifest } from "../../../src/manifest/index.ts";
import { manifest, withKeys } from "../../support/manifest-text.ts";

const VISORS = "visors:\n  desk: { key: $desk }\n";

describe("formatting a manifest", () => {
  test.each([
    {
      name: "the top in the order of the schema",
      text: "visors:\n  desk: { key: $desk }\nkeys: { kim: $kim }\nfleet: home\napiVersion: fleet.skywire/v1\n",
      want: "apiVersion: fleet.skywire/v1\nfleet: home\nkeys: { kim: $kim }\nvisors:\n  desk: { key: $desk }\n",
    },
    {
      name: "comments go with what they stand above, beside and behind",
      text: `fleet: home   # its name
# the format
apiVersion: fleet.skywire/v1
visors:
  desk:
    # what it has
    roles: [base]   # all of it
    # who it is
    key: $desk

    # its words
    tags:
      - shop   # sells
      # - closed
roles:
  # what all have
  base: { settings: { is_public: true } }
  # the end of roles
`,
      want: `# the format
apiVersion: fleet.skywire/v1
fleet: home   # its name
roles:
  # what all have
  base: { settings: { is_public: true } }
  # the end of roles
visors:
  desk:
    # who it is
    key: $desk
    # its words
    tags:
      - shop   # sells
      # - closed

    # what it has
    roles: [base]   # all of it
`,
    },
    {
      name: "the head of the file stays at the top",
      text: "# yaml-language-server: $schema=x.json\n# Ours.\n\nfleet: home\napiVersion: fleet.skywire/v1\nvisors: { desk: { key: $desk } }\n",
      want: "# yaml-language-server: $schema=x.json\n# Ours.\n\napiVersion: fleet.skywire/v1\nfleet: home\nvisors: { desk: { key: $desk } }\n",
    },
    {
      name: "a line for editors stays at the top without a blank line too",
      text: "# yaml-language-server: $schema=x.json\n# the name\nfleet: home\napiVersion: fleet.skywire/v1\nvisors: { desk: { key: $desk } }\n",
      want: "# yaml-language-server: $schema=x.json\napiVersion: fleet.skywire/v1\n# the name\nfleet: home\nvisors: { desk: { key: $desk } }\n",
    },
    {
      name: "names, lists and settings keep their order",
      text: manifest(
        "keys: { zoe: $zoe, kim: $kim }\nvisors:\n  zed: { key: $zed, tags: [z, a] }\n  desk:\n    key: $desk\n    settings:\n      log_level: info\n      is_public: true\n",
      ),
      want: manifest(
        "keys: { zoe: $zoe, kim: $kim }\nvisors:\n  zed: { key: $zed, tags: [z, a] }\n  desk:\n    key: $desk\n    settings:\n      log_level: info\n      is_public: true\n",
      ),
    },
    {
      name: "keys in braces, on one line and on several",
      text: manifest(
        'visors:\n  desk: {roles: ["base"],  "key": $desk}\n  shop: {\n    tags: [a],\n    key: $shop,\n  }\nroles: { base: { settings: { is_public: true } } }\n',
      ),
      want: manifest(
        'roles: { base: { settings: { is_public: true } } }\nvisors:\n  desk: {"key": $desk,  roles: ["base"]}\n  shop: {\n    key: $shop,\n    tags: [a],\n  }\n',
      ),
    },
    {
      name: "braces with comments among the keys are left alone",
      text: manifest("visors:\n  desk: {\n    tags: [a], # words\n    key: $desk\n  }\n"),
      want: manifest("visors:\n  desk: {\n    tags: [a], # words\n    key: $desk\n  }\n"),
    },
    {
      name: "two spaces a level, lists below their key included",
      text: manifest(
        "visors:\n    desk:\n        # who\n        key: $desk\n        tags:\n        - a\n          # not b\n        - c\n    # no more\n",
      ),
      want: manifest(
        "visors:\n  desk:\n    # who\n    key: $desk\n    tags:\n      - a\n        # not b\n      - c\n  # no more\n",
      ),
    },
    {
      name: "fields of an app and of a port",
      text: manifest(
        "visors:\n  desk:\n    key: $desk\n    ports:\n      80:\n        label: web\n        whitelist: anyone\n    apps:\n      skychat:\n        address: ':1'\n        running: true\n",
      ),
      want: manifest(
        "visors:\n  desk:\n    key: $desk\n    apps:\n      skychat:\n        running: true\n        address: ':1'\n    ports:\n      80:\n        whitelist: anyone\n        label: web\n",
      ),
    },
    {
      name: "texts of several lines move whole",
      text: manifest(
        "visors:\n   desk:\n      key: $desk\n      ports:\n         80:\n            description: |\n               # no comment  \n\n                 deep\n            label: 'two\n               lines'\n            whitelist: anyone\n",
      ),
      want: manifest(
        "visors:\n  desk:\n    key: $desk\n    ports:\n      80:\n        whitelist: anyone\n        label: 'two\n           lines'\n        description: |\n           # no comment  \n\n             deep\n",
      ),
    },
    {
      name: "blanks at the ends of lines, line ends of Windows, and what stands behind the last line",
      text: manifest(VISORS).replaceAll("\n", "  \r\n") + "\r\n\r\n",
      want: manifest(VISORS),
    },
    {
      name: "a last line without an end",
      text: manifest(VISORS).trimEnd(),
      want: manifest(VISORS),
    },
    {
      name: "a document that begins with dashes",
      text: `---\nfleet: home\napiVersion: fleet.skywire/v1\n${VISORS}`,
      want: `---\napiVersion: fleet.skywire/v1\nfleet: home\n${VISORS}`,
    },
  ])("$name", ({ text, want }) => {
    const once = formatManifest(withKeys(text));
    expect(once).toBe(withKeys(want));
    expect(formatManifest(once)).toBe(once);
  });

  test.each([
    { name: "no YAML", text: "fleet: [home\nvisors:   \n" },
    { name: "a key written twice", text: "visors: {}  \nfleet: a\nfleet: b\n" },
    { name: "an anchor", text: "visors: &a {}  \nfleet: home\n" },
    { name: "a list", text: "- visors  \n" },
    { name: "nothing", text: "  \n" },
  ])("leaves alone what is no manifest: $name", ({ text }) => {
    expect(formatManifest(text)).toBe(text);
  });

  it("has nothing to do in the example", () => {
    const text = readFileSync(new URL("../../../fleet.example.yaml", import.meta.url), "utf8");
    expect(formatManifest(text)).toBe(text);
  });
});
