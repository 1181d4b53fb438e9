import { expect, test } from "vitest";
import { loadKeyset, loadManifest } from "../../../src/manifest/index.ts";
import { manifest } from "../../support/manifest-text.ts";

const OPERATOR = `ed25519:${"0f".repeat(32)}`;
const KEYSET = `controllers: [laptop, helper]
keys: { helper: $helper }
operators:
  kim: { key: "${OPERATOR}", may: [plan, apply] }
policy: { max_removals: 3 }
`;
const VISORS = `visors:
  laptop: { key: $laptop, roles: [base] }
  desk: { key: $desk, trust: { pty: [admins] } }
`;
const REST = `whitelists: { admins: [laptop] }
roles: { base: { settings: { log_level: info } } }
`;

const bytesOf = (body: string): Uint8Array => new TextEncoder().encode(manifest(body));

test("who may do what is read as it is from the whole manifest", () => {
  const bytes = bytesOf(KEYSET + REST + VISORS);
  const { desired } = loadManifest(bytes, "fleet.yaml");
  const { trusted, diagnostics } = loadKeyset(bytes, "fleet.yaml");
  expect(diagnostics).toEqual([]);
  expect(trusted?.controllers).toHaveLength(2);
  expect(desired).toMatchObject(trusted ?? { missing: true });
});

test.each([
  ["a role that is not there", KEYSET + VISORS],
  ["a whitelist with an unknown member", `${KEYSET}${REST.replace("laptop", "nobody")}${VISORS}`],
  ["a wrong setting", KEYSET + REST.replace("info", "loud") + VISORS],
])("what visors want does not matter to it: %s", (_, body) => {
  expect(loadManifest(bytesOf(body), "fleet.yaml").desired).toBeUndefined();
  expect(loadKeyset(bytesOf(body), "fleet.yaml").trusted?.operators).toHaveLength(1);
});

test.each([
  ["manifest/not-supported", `${KEYSET}approvals: { of: two }\n${REST}${VISORS}`],
  ["manifest/unknown-name", KEYSET.replace("helper]", "nobody]") + REST + VISORS],
  ["manifest/value", KEYSET.replace("apply]", "fly]") + REST + VISORS],
  ["manifest/visor-key", KEYSET + REST + VISORS.replace("$desk", `02${"f".repeat(64)}`)],
  ["manifest/duplicate-key", KEYSET + KEYSET.slice(0, KEYSET.indexOf("\n") + 1) + REST + VISORS],
  ["manifest/one-key", KEYSET.replace("helper]", '"tag:x"]') + REST + VISORS],
])("what it says has to be right: %s", (code, body) => {
  const { trusted, diagnostics } = loadKeyset(bytesOf(body), "fleet.yaml");
  expect([trusted, diagnostics.map((one) => one.code)]).toEqual([undefined, [code]]);
});
