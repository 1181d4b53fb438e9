// The schema of what a watch does.
import { DURATION_PATTERN, type JsonObject } from "../core/index.ts";
import { WATCH_VERBS } from "../model/index.ts";
import { closed, listForm } from "./schema-fields.ts";

/** Nobody reads more rules than this. */
const RULES_MAX = 200;
/** Field paths or beginnings of them, with `*` for any letters. */
const FIELD_PATTERN = "^[A-Za-z0-9_*][A-Za-z0-9_.*-]{0,127}$";

const verb = {
  type: "string",
  enum: WATCH_VERBS,
  "x-expects": `one of ${WATCH_VERBS.join(", ")}`,
};

const rule = closed(
  "What is done about some fields of some visors.",
  {
    on: {
      type: "string",
      minLength: 1,
      maxLength: 1024,
      description: "Which visors, such as `tag:shop & !shop-2`; all when not given.",
      "x-expects": "a selection of visors",
    },
    fields: {
      ...listForm(
        {
          type: "string",
          pattern: FIELD_PATTERN,
          description: "A field, or the beginning of some; `*` stands for any letters.",
          "x-expects": "a field such as settings.log_level, or apps.*",
        },
        "Which fields, such as `[apps.*, settings.log_level]`; all when not given.",
      ),
      maxItems: RULES_MAX,
    },
    do: {
      ...verb,
      description:
        "`report` tells of a difference once, `correct` makes it as the manifest says, `ignore` is silent. A key is never taken out of a list by itself, whatever is written here.",
    },
  },
  ["do"],
);

/** What `fleet watch` does about differences. */
export const watchForm: JsonObject = closed("What `fleet watch` does about differences.", {
  interval: {
    type: "string",
    pattern: DURATION_PATTERN,
    default: "60s",
    description: "How often the fleet is compared with the manifest. Default: 60s.",
    "x-expects": "a time such as 60s, 90m or 1.5h",
  },
  default: {
    ...verb,
    default: "report",
    description: "What is done where no rule fits. Default: `report`.",
  },
  rules: {
    ...listForm(rule, "Rules; the last one that fits a field decides."),
    maxItems: RULES_MAX,
  },
});
