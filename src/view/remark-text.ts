// What is said of leaves that no change is planned for, the same in every report.
import { counted, type Json } from "../core/index.ts";
import type { PlanVisor, Released, Unsupported } from "../model/index.ts";
import type { Paint } from "./paint.ts";
import { printable } from "./printable.ts";
import { type Names, valueText } from "./value-text.ts";

/** Path, what is not known of an app that was told to stop, and what ends the doubt. */
export function doubtCells(
  { path, sinceEntry }: NonNullable<PlanVisor["doubtful"]>[number],
  paint: Paint,
): readonly string[] {
  return [
    printable(path),
    "shows as stopped, and its process may still run",
    paint("quiet", `(entry ${sinceEntry}; a restart of the visor ends it)`),
  ];
}

/** Leaves of one app or port that are unsupported for one reason, as one. */
export interface UnsupportedGroup {
  /** A path, or `ports.8080.*` where there are several. */
  readonly path: string;
  /** `unsupported here`, with how many fields it is said of where they are several. */
  readonly what: string;
  /** The first of them. */
  readonly first: Unsupported;
}

/** What a release cannot show or take, one line for what has one reason. */
export function unsupportedGroups(leaves: readonly Unsupported[]): readonly UnsupportedGroup[] {
  const groups = new Map<string, Unsupported[]>();
  for (const leaf of leaves) {
    const [, record] = /^((?:apps|ports)\..+)\.[^.]+$/.exec(leaf.path) ?? [];
    const key = record === undefined ? leaf.path : `${record}.* ${leaf.why}`;
    groups.set(key, [...(groups.get(key) ?? []), leaf]);
  }
  return [...groups].flatMap(([key, [first, ...others]]) => {
    if (first === undefined) return [];
    return others.length === 0
      ? [{ path: first.path, what: "unsupported here", first }]
      : [
          {
            path: key.slice(0, key.indexOf(" ")),
            what: `${counted(others.length + 1, "field")} unsupported here`,
            first,
          },
        ];
  });
}

/** How a leaf is left that nobody manages any more: `left at 3`. */
export function leftText({ value }: Pick<Released, "value">, names: Names): string {
  if (value === undefined) return "left as it is";
  if (value === null) return "left unset";
  return isEmpty(value) ? "left empty" : `left at ${valueText(value, names)}`;
}

function isEmpty(value: Json): boolean {
  return Array.isArray(value) && value.length === 0;
}
