// Whether a value that a visor shows stands in its /etc/skywire.conf too.
import type { Json } from "../../core/index.ts";
import { ownFieldRow } from "../../model/index.ts";
import { CONF_VARIABLES } from "../../skywire/visor/index.ts";
import { parseFieldPath } from "../diff/index.ts";

/** A change that was meant to last in the file. */
export interface ConfChange {
  readonly path: string;
  readonly element?: string | undefined;
  readonly after: Json;
}

/**
 * True where the file holds what a change made of its field, `undefined` where nobody here knows which variable that is.
 * @param values the variables of the file, lists as words with blanks between
 */
export function isInConf(
  { path, element, after }: ConfChange,
  values: ReadonlyMap<string, string>,
): boolean | undefined {
  const variable = CONF_VARIABLES.get(configPathOf(path) ?? "");
  if (variable === undefined) return undefined;
  const text = values.get(variable.name);
  switch (variable.form) {
    case "keys": {
      const isMember = (text ?? "").split(/[\s,]+/).includes(element ?? "");
      return isMember === (after === true);
    }
    case "flag":
      return text === String(after === true);
    case "inverted":
      return text === String(after !== true);
    case "number":
      return text !== undefined && text !== "" && Number(text) === after;
    case "text":
      return (text ?? "") === (after ?? "");
  }
}

function configPathOf(path: string): string | undefined {
  const field = parseFieldPath(path);
  if (field.section === "settings") return field.setting;
  return "path" in field ? ownFieldRow(field.path).config : undefined;
}
