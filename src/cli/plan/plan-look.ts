// How plans and reports of big fleets are shown: by what is alike or by visor, in full or in short, and how wide.
import { defined } from "../../core/index.ts";
import type { DesiredVisor } from "../../model/index.ts";
import { fitText, type PlanLook } from "../../view/index.ts";
import type { Given } from "../shell/arguments.ts";
import { usage } from "../shell/usage.ts";
import type { World } from "../shell/world.ts";

const COLUMNS_MIN = 20;

/** How the user wants plans and reports shown. */
export interface LookRequest {
  readonly by?: "visor";
  readonly isSummary?: true;
  /** The width to break lines at; the screen's, if there is one, when absent. */
  readonly columns?: number;
}

/**
 * Reads `--by`, `--summary` and `--columns`.
 * @throws FleetError cli/usage (exit 64) for `--by` of something else, for both, and for too narrow a width
 */
export function lookRequestOf(given: Given): LookRequest {
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
  const columns = given.count("columns");
  if (columns !== undefined && columns < COLUMNS_MIN)
    throw usage(`--columns ${columns} is too narrow`, `give at least ${COLUMNS_MIN}`);
  return {
    ...defined({ by }),
    ...(isSummary ? { isSummary } : {}),
    ...defined({ columns }),
  };
}

/** What was asked for, with the manifest's order of visors where it is known. */
export function planLook(
  { by, isSummary }: LookRequest,
  visors: readonly Pick<DesiredVisor, "key" | "place">[] = [],
): PlanLook {
  return {
    ...defined({ by, isSummary }),
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

/** A text for people, broken between words where standard output is a screen, or at the width that was asked for. */
export function forScreen(
  text: string,
  { columns: asked }: Pick<LookRequest, "columns">,
  { terminal: { outIsTerminal, columns } }: Pick<World, "terminal">,
): string {
  return fitText(text, asked ?? (outIsTerminal ? columns : undefined));
}
