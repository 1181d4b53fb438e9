// Fields that the manifest leaves alone for a time.
import type { FieldLeftAlone } from "../model/index.ts";
import { changeGroups, type Names } from "./change-text.ts";
import { lineText, printable } from "./text.ts";

const SIGNS = { add: "+ ", change: "", remove: "- " } as const;

/** Until when a field is left alone and what would be changed, or since when it is not any more. */
export function ignoredWhat({ until, ended, changes }: FieldLeftAlone, names: Names): string {
  if (ended) return `no longer ignored, since ${untilText(until)}`;
  const groups = changeGroups(changes, names);
  const what = groups.map((group) => `${SIGNS[group.change.op]}${group.what}`).join(", ");
  return `ignored until ${untilText(until)}: ${what === "" ? "as wanted" : what}`;
}

/** The line that says so, and why. */
export function ignoredNotes({
  place,
  because,
}: Pick<FieldLeftAlone, "place" | "because">): string {
  return `${lineText(place)}${because === undefined ? "" : `; ${printable(because)}`}`;
}

/** A time as people write it: the day alone where it begins. */
export function untilText(until: string): string {
  const day = until.slice(0, 10);
  return until.endsWith("T00:00:00.000Z") ? day : `${day} ${until.slice(11, 16)}Z`;
}
