// What an edit may take away: its own words, and no comment but the one on their line.
import { describe, expect, it } from "vitest";
import {
  editManifest,
  formatManifest,
  type ManifestEdit,
  withoutOperator,
} from "../../../src/manifest/index.ts";
import { desiredOf, manifest } from "../../support/manifest-text.ts";

function edited(body: string, visors: readonly string[], edit: ManifestEdit): string {
  const text = manifest(body);
  const keys = desiredOf(text).visors.filter(({ name }) => visors.includes(name));
  const { text: after } = editManifest({
    bytes: new TextEncoder().encode(text),
    file: "fleet.yaml",
    visors: keys.map(({ key }) => key),
    edit,
  });
  return after;
}

const untag = (name: string): ManifestEdit => ({ kind: "tag", action: "remove", name });
const unignore = (path: string): ManifestEdit => ({ kind: "ignore", path });
const COMMENT = "# stays until the audit";

interface Row {
  readonly name: string;
  readonly body: string;
  readonly edit: ManifestEdit;
}

const ROWS: readonly Row[] = [
  {
    name: "above the next entry in braces",
    body: `visors:\n  desk: {\n    key: $desk,\n    tags: [old],\n    ${COMMENT}\n    settings: { log_level: info } }\n`,
    edit: untag("old"),
  },
  {
    name: "above the next item in brackets",
    body: `visors:\n  desk: { key: $desk, tags: [\n      old,\n      ${COMMENT}\n      three ] }\n`,
    edit: untag("old"),
  },
  {
    name: "above the next entry, where the first one goes",
    body: `visors:\n  desk: {\n    tags: [old],\n    ${COMMENT}\n    key: $desk }\n`,
    edit: untag("old"),
  },
  {
    name: "above the last entry, where that goes",
    body: `visors:\n  desk: {\n    key: $desk,\n    ${COMMENT}\n    tags: [old] }\n`,
    edit: untag("old"),
  },
  {
    name: "above the closing brace",
    body: `visors:\n  desk: {\n    key: $desk,\n    tags: [old],\n    ${COMMENT}\n  }\n`,
    edit: untag("old"),
  },
  {
    name: "above the next entry in lines",
    body: `visors:\n  desk:\n    key: $desk\n    tags: [old]\n    ${COMMENT}\n    settings: { log_level: info }\n`,
    edit: untag("old"),
  },
  {
    name: "above the next item in lines",
    body: `visors:\n  desk:\n    key: $desk\n    tags:\n      - old\n      ${COMMENT}\n      - three\n`,
    edit: untag("old"),
  },
  {
    name: "on the line of another value of the same braces",
    body: `visors:\n  desk: { key: $desk, ${COMMENT}\n    tags: [old], settings: { log_level: info } }\n`,
    edit: untag("old"),
  },
  {
    name: "inside braces, of what is ignored no longer",
    body: `visors:\n  desk: { key: $desk, settings: { log_level: info, is_public: true }, ignore: {\n    settings.log_level: { until: "2099-01-01" },\n    ${COMMENT}\n    settings.is_public: { until: "2099-01-01" } } }\n`,
    edit: unignore("settings.log_level"),
  },
];

describe("a comment that an edit does not speak of", () => {
  it("F07: is kept between words that go together", () => {
    const body = `keys: { kim: $kim }\nvisors:\n  desk: { key: $desk, trust: { pty: [\n    kim,\n    ${COMMENT}\n    shop,\n    $kim ] } }\n  shop: { key: $shop }\n`;
    const edit: ManifestEdit = {
      kind: "member",
      action: "remove",
      list: "trust.pty",
      member: "kim",
    };
    expect(edited(body, ["desk"], edit)).toContain(COMMENT);
  });

  for (const { name, body, edit } of ROWS) {
    it(`F07: is kept ${name}`, () => {
      const after = edited(body, ["desk"], edit);
      expect(after).toContain(COMMENT);
      expect(after).not.toContain("old");
    });
  }

  it("F07: is kept above the next operator in braces", () => {
    const text = `operators: {\n  ann: { may: [plan] },\n  ${COMMENT}\n  kim: { may: [plan] } }\n`;
    expect(withoutOperator(text, "ann")).toContain(COMMENT);
  });

  it("F07: is kept where keys change places", () => {
    const text = manifest(
      `visors:\n  desk: {\n    tags: [old],\n    ${COMMENT}\n    key: $desk }\nroles: { a: { settings: { log_level: info } } }\n`,
    );
    expect(formatManifest(text)).toContain(COMMENT);
  });
});
