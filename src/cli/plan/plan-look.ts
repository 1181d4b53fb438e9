// How plans and reports of big fleets are shown: by what is alike or by visor, in full or in short, and how wide.
import type { DesiredVisor } from "../../model/index.ts";
import { fitText, type PlanLook } from "../../view/index.ts";
import type { Given } from "../shell/arguments.ts";
import { usage } from "../shell/usage.ts";
import type { World } from "../shell/world.ts";

const COLUMNS_MIN = 20;

/**
 * What `--by` and `--summary` ask for, and the manifest's order of visors where it is known.
 * @throws FleetError cli/usage (exit 64) for `--by` of something else, and for both
 */
export function planLook(
  given: Given,
  visors: readonly Pick<DesiredVisor, "key" | "place">[] = [],
): PlanLook {
  const by = given.text("by");
  if (by !== undefined && by !== "visor") {
    throw usage(
      `--by ${JSON.stringify(by)}: a plan is shown by what is alike, or by visor`,
      "give --by visor, or leave it out",
    );
  }
  const isSummary = given.flag("summary");
  if (by !== undefined && isSummary)
    throw usage("--by visor and --summary ask for more and for less", "give one of them");
  columnsOf(given);
  return {
    ...(by === undefined ? {} : { by }),
    ...(isSummary ? { isSummary } : {}),
    order: inManifestOrder(visors).map(({ key }) => key),
  };
}

/** Visors as the manifest has them, one below the other. */
export function inManifestOrder<Visor extends Pick<DesiredVisor, "place">>(
  visors: readonly Visor[],
): readonly Visor[] {
  return visors.toSorted(
    ({ place: one }, { place: other }) => one.line - other.line || one.column - other.column,
  );
}

/** A text for people, broken between words where standard output is a screen, or at `--columns`. */
export function forScreen(text: string, given: Given, world: World): string {
  const { outIsTerminal, columns } = world.terminal;
  return fitText(text, columnsOf(given) ?? (outIsTerminal ? columns : undefined));
}

/**
 * The width that `--columns` asks for.
 * @throws FleetError cli/usage (exit 64) when it is too narrow for a word
 */
export function columnsOf(given: Given): number | undefined {
  const columns = given.count("columns");
  if (columns !== undefined && columns < COLUMNS_MIN)
    throw usage(`--columns ${columns} is too narrow`, `give at least ${COLUMNS_MIN}`);
  return columns;
}
