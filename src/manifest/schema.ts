// The schema of a manifest, published as schemas/fleet.schema.json.
import type { JsonObject } from "../core/index.ts";
import { ledger, policy } from "./schema-rules.ts";
import { expectForm } from "./schema-expect.ts";
import { watchForm } from "./schema-watch.ts";
import { closed, namedForm, refForm } from "./schema-fields.ts";
import { DEFINITIONS, NAME_PATTERN } from "./schema-parts.ts";

/** The one format of manifests that this release reads. */
export const API_VERSION = "fleet.skywire/v1";

const root = closed(
  "Desired state of a fleet of Skywire visors.",
  {
    apiVersion: {
      const: API_VERSION,
      description: "The format of this file.",
      "x-expects": API_VERSION,
    },
    fleet: refForm("name", "The name of the fleet."),
    operators: namedForm("People and robots who sign, by name.", NAME_PATTERN, {
      $ref: "#/$defs/operator",
    }),
    controllers: {
      type: "array",
      minItems: 1,
      items: { $ref: "#/$defs/member" },
      description:
        "Visors we come through, by name or key. Each that has a way into a visor keeps it.",
      "x-expects": "a list in brackets",
    },
    keys: namedForm(
      "Names for keys that are not managed here; `{ key: …, revoked: true }` for one that was taken away.",
      NAME_PATTERN,
      { $ref: "#/$defs/namedKey" },
    ),
    whitelists: namedForm("Named lists; they may use each other.", NAME_PATTERN, {
      $ref: "#/$defs/members",
    }),
    roles: namedForm("What visors have in common, by name.", NAME_PATTERN, {
      $ref: "#/$defs/role",
    }),
    visors: namedForm("The visors of this fleet, by name.", NAME_PATTERN, {
      $ref: "#/$defs/visor",
    }),
    policy,
    watch: watchForm,
    expect: expectForm,
    ledger,
  },
  ["apiVersion", "fleet", "visors"],
);

/**
 * The JSON Schema (2020-12) of a manifest, as `fleet schema` prints it. Keys that begin with `x-` are
 * annotations: what a value is expected to be in words, and whether a secret reference may stand there.
 */
export const manifestSchema: JsonObject = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "fleet manifest",
  ...root,
  $defs: DEFINITIONS,
};
