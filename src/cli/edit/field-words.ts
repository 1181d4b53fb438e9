// Words such as `running=true` on a command line, read into fields; the manifest's own rules judge the values.
import { usage } from "../shell/usage.ts";
import type { FleetError, Json } from "../../core/index.ts";

/** How the value of a field is written on a command line. */
export type FieldForm = "flag" | "number" | "text" | "words" | "json";

const FORMS: Readonly<Record<FieldForm, string>> = {
  flag: "true or false",
  number: "a number",
  text: "text",
  words: "anyone, or names joined by commas",
  json: "JSON",
};

/**
 * Reads `FIELD=VALUE` words. Whether a value is good is left to the manifest's own rules.
 * @throws FleetError cli/usage (exit 64) for what is no such word, and for fields that there are not
 */
export function fieldsOfWords(
  words: readonly string[],
  forms: Readonly<Record<string, FieldForm>>,
): Readonly<Record<string, Json>> {
  const fields: Record<string, Json> = {};
  for (const word of words) {
    const at = word.indexOf("=");
    const name = at < 0 ? word : word.slice(0, at);
    const form = Object.hasOwn(forms, name) ? forms[name] : undefined;
    if (at < 1 || form === undefined) throw noField(word, forms);
    if (Object.hasOwn(fields, name)) {
      throw usage(`${name} is given twice`, "give it once");
    }
    fields[name] = valueOf(name, word.slice(at + 1), form);
  }
  return fields;
}

function valueOf(name: string, text: string, form: FieldForm): Json {
  switch (form) {
    case "flag":
      if (text === "true" || text === "false") return text === "true";
      break;
    case "number":
      if (/^\d{1,5}$/.test(text)) return Number(text);
      break;
    case "text":
      if (text !== "") return text;
      break;
    case "words":
      if (text === "anyone") return text;
      if (text !== "") return text.split(",").map((word) => word.trim());
      break;
    case "json":
      try {
        return JSON.parse(text) as Json;
      } catch {
        break;
      }
  }
  throw usage(
    `${name} takes ${FORMS[form]}, not ${JSON.stringify(text)}`,
    "see docs/manifest.md for what the field means",
  );
}

function noField(word: string, forms: Readonly<Record<string, FieldForm>>): FleetError {
  return usage(
    `${JSON.stringify(word)} is no FIELD=VALUE`,
    `the fields are ${Object.keys(forms).join(", ")}`,
  );
}
