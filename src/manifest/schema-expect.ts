// The schema of tests of access.
import type { JsonObject } from "../core/index.ts";
import { closed, flagForm, listForm, wholeForm } from "./schema-fields.ts";

/** Nobody reads more tests than this. */
const TESTS_MAX = 1_000;
const CONTROLLERS_MAX = 1_000;

const visors = {
  type: "string",
  minLength: 1,
  maxLength: 1024,
  "x-expects": "a selection of visors",
};

const test = closed("A test of access, in one of three forms.", {
  key: {
    $ref: "#/$defs/member",
    description: "Who is asked about: a visor, an entry of `keys`, or a key; it may be revoked.",
  },
  manages: {
    ...visors,
    description:
      "Visors that this key manages, by itself or through others, such as `shop-3` or `tag:shop`.",
  },
  is: flagForm("`false` where the key must not manage them. Default: true."),
  only: listForm({ $ref: "#/$defs/member" }, "The only keys that may use what `use` names."),
  use: {
    type: "string",
    pattern: "^(apps\\.[A-Za-z0-9][A-Za-z0-9._-]{0,63}|ports\\.[1-9][0-9]{0,4})$",
    description:
      "An app that serves others, or a served port, such as `apps.vpn-server` or `ports.8080`.",
    "x-expects": "apps.NAME or ports.N",
  },
  controllers: wholeForm(
    "At least so many of the controllers have a way of their own into each of the visors.",
    1,
    CONTROLLERS_MAX,
  ),
  on: { ...visors, description: "The visors that it is about; all when not given." },
});

/** Tests of access. */
export const expectForm: JsonObject = {
  ...listForm(
    test,
    "Tests of access: who manages what, who alone may use it, how many controllers have a way in. What is not known is never met. Checked at validate, plan, apply, drift, watch and `fleet expect`.",
  ),
  maxItems: TESTS_MAX,
};
