// Places in the user's texts, in forms that editors open.
import type { Place } from "../core/index.ts";
import { printable } from "./printable.ts";

/** `fleet.yaml:12`: enough to find a line. */
export function lineText(place: Place): string {
  return printable(place.line === 0 ? place.file : `${place.file}:${place.line}`);
}

/** `fleet.yaml:12:5`, the form that editors and terminals make a link of. */
export function placeText(place: Place): string {
  const at = place.line === 0 ? "" : `:${place.line}:${place.column}`;
  return printable(`${place.file}${at}`);
}
