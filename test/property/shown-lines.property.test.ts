// Whatever is broken in a manifest, no message about it shows a secret that stands in args, env or a secret's field.
import { assert, constantFrom, integer, array, property, tuple } from "fast-check";
import { expect, it } from "vitest";
import { load } from "../support/manifest-text.ts";

const MANIFEST = `apiVersion: fleet.skywire/v1
fleet: home
controllers: [laptop]
roles:
  base:
    settings: { log_level: info, is_public: false }
visors:
  laptop:
    key: 0266
    tags: [a, b]
    roles: [base]
    apps:
      skychat:
        running: true
        env:
          CHAT_SECRET: hunter2
          OTHER: 'hunter2'
        args: [--passcode, hunter2, "--x=hunter2"]
      cam: { env: { TOKEN: hunter2, X: "a hunter2" }, args: ["--token=hunter2"] }
      vpn:
        args:
        - --passcode
        - hunter2
        passcode: hunter2
policy: { max_removals: 3 }
`;
const PIECES = [
  "",
  '"',
  "'",
  "[",
  "]",
  "{",
  "}",
  ":",
  " ",
  "\n",
  "  ",
  "- ",
  "#",
  "\t",
  ",",
  "*",
  "&",
  "!",
  "|",
];

const edits = array(
  tuple(
    integer({ min: 0, max: MANIFEST.length }),
    constantFrom(...PIECES),
    integer({ min: 0, max: 8 }),
  ),
  { minLength: 1, maxLength: 4 },
);

it("4.8: no broken manifest shows a secret", () => {
  let shown = 0;
  assert(
    property(edits, (made) => {
      const text = made.reduce(
        (before, [at, piece, gone]) => before.slice(0, at) + piece + before.slice(at + gone),
        MANIFEST,
      );
      const { diagnostics } = load(text);
      shown += diagnostics.filter(({ excerpt }) => excerpt !== undefined).length;
      expect(JSON.stringify(diagnostics)).not.toContain("unter2");
    }),
    { numRuns: 500, seed: 48 },
  );
  expect(shown).toBeGreaterThan(500);
});
