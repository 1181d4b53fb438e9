// Tells whether a value that is shown with masks may be the one that is wanted.
import { canonicalJson, isJsonObject, type Json } from "../../core/index.ts";
import { MASK } from "../../model/index.ts";

/** True when a wanted value would be shown like this, as far as can be told: where masks stand, anything may. */
export function mayBeMasked(shown: Json, wanted: Json): boolean {
  if (typeof shown === "string" && typeof wanted === "string") {
    if (!shown.endsWith(MASK)) return shown === wanted;
    return wanted.startsWith(shown.slice(0, -MASK.length));
  }
  if (isJsonObject(shown) && isJsonObject(wanted)) {
    const names = Object.keys(shown).toSorted();
    return (
      canonicalJson(names) === canonicalJson(Object.keys(wanted).toSorted()) &&
      names.every((name) => mayBeMasked(shown[name] ?? null, wanted[name] ?? null))
    );
  }
  if (Array.isArray(shown) && Array.isArray(wanted)) {
    const items: readonly Json[] = wanted;
    return (
      shown.length === items.length &&
      shown.every((item: Json, index) => mayBeMasked(item, items[index] ?? null))
    );
  }
  return canonicalJson(shown) === canonicalJson(wanted);
}
