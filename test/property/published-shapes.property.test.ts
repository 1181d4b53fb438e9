// Step 3 of issue 13: a published schema and the reader of its documents accept the same.
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hasShape, type Shape } from "../../src/core/index.ts";
import { KEYSET_CHANGE_SHAPE } from "../../src/ledger/keysets/keyset-change-file.ts";
import { EVIDENCE_SHAPE } from "../../src/ledger/proof/evidence-text.ts";
import { OBSERVATION_SHAPE } from "../../src/reconcile/observation/observation-shape.ts";
import { PLAN_SHAPE } from "../../src/reconcile/plan/plan-shape.ts";
import { bent, documentsOf, plainSchema, schemaOf } from "../support/shape-schema.ts";

const PUBLISHED: readonly { readonly name: string; readonly shape: Shape<unknown> }[] = [
  { name: "plan", shape: PLAN_SHAPE },
  { name: "observation", shape: OBSERVATION_SHAPE },
  { name: "keyset-change", shape: KEYSET_CHANGE_SHAPE },
  { name: "ledger-evidence", shape: EVIDENCE_SHAPE },
];

function published(name: string): object {
  const url = new URL(`../../schemas/${name}.schema.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")) as object;
}

describe("the published schema and its reader", () => {
  test.each(PUBLISHED)("say the same of every member: $name", ({ name, shape }) => {
    expect(plainSchema(published(name))).toEqual(schemaOf(shape));
  });

  test.each(PUBLISHED)("accept the same documents, whole and bent: $name", ({ name, shape }) => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const validate = ajv.compile(published(name));
    let refused = 0;
    const documents = documentsOf(shape).chain((whole) =>
      fc.tuple(fc.constant(whole), fc.array(bent(whole), { minLength: 12, maxLength: 12 })),
    );
    fc.assert(
      fc.property(documents, ([whole, changed]) => {
        expect(validate(whole), JSON.stringify(validate.errors)).toBe(true);
        expect(hasShape(whole, shape)).toBe(true);
        for (const each of changed) {
          const isAccepted = validate(each);
          refused += isAccepted ? 0 : 1;
          expect({ each, accepted: hasShape(each, shape) }).toEqual({ each, accepted: isAccepted });
        }
      }),
      { numRuns: 100 },
    );
    expect(refused).toBeGreaterThan(300);
  });
});
