import type { Place } from "../core/index.ts";

/** `fleet.yaml:12`: enough to find a line. */
export function lineText(place: Place): string {
  return place.line === 0 ? place.file : `${place.file}:${place.line}`;
}

/** `fleet.yaml:12:5`, the form that editors and terminals make a link of. */
export function placeText(place: Place): string {
  return place.line === 0 ? place.file : `${place.file}:${place.line}:${place.column}`;
}
