// What every row of the tables of visor fields says.

/** How much harm a wrong value does, worst first. */
export type Risk = "trust" | "reachability" | "app" | "label";

/** One thing of a visor that a manifest may own. */
export interface FieldRow {
  readonly risk: Risk;
  /** What it is, for the manifest's reference. */
  readonly about: string;
}
