// What a plan is asked for: the words of the command line, the manifest they are about, the part of the fleet, and how it is shown.
import { defined, FleetError } from "../../core/index.ts";
import type { DesiredVisor, FieldAddress, Overrides } from "../../model/index.ts";
import { fitText, type PlanLook } from "../../view/index.ts";
import { readManifestAt } from "../git/manifest-at.ts";
import { addressesOf, type Field, fieldsOf, fieldWord } from "../manifest/fields.ts";
import { type ManifestSource, readManifest, selectedVisors } from "../manifest/manifest-source.ts";
import { type AccessRequest, accessRequestOf } from "../shell/access-request.ts";
import type { Given } from "../shell/arguments.ts";
import {
  type LedgerRequest,
  ledgerRequestOf,
  type ManifestRequest,
  manifestRequestOf,
} from "../shell/kept-files.ts";
import { nowOf, overridesOf } from "../shell/options.ts";
import { usage } from "../shell/usage.ts";
import type { World } from "../shell/world.ts";

// What a plan is asked for: the words of the command line, the manifest they are about, and the part of the fleet.

// What a plan is asked for: the words of the command line, read once.

const EXPIRES_AFTER_MS = 60 * 60 * 1_000;

/** What to plan, by what, and how visors are reached. */
export interface PlanRequest extends LedgerRequest {
  /** The commit whose text is planned instead of the file's. */
  readonly at?: string;
  /** A selection of visors; all of them when absent. */
  readonly on?: string;
  /** Single values, `VISOR/PATH` each; all of them when empty. */
  readonly only: readonly string[];
  /** The time to go by, in milliseconds; the clock's when absent. */
  readonly nowMs?: number;
  /** How long the plan may be applied, in milliseconds. */
  readonly expiresAfterMs: number;
  readonly overrides: Overrides;
  readonly access: AccessRequest;
}

/**
 * Reads what a plan is asked for.
 * @param manifest the manifest, when it is not the first word
 * @throws FleetError cli/usage (exit 64)
 */
export function planRequestOf(
  given: Given,
  world: World,
  manifest: ManifestRequest = manifestRequestOf(given, world, given.words[0]),
): PlanRequest {
  const at = given.text("at");
  const on = given.text("on");
  const nowMs = nowOf(given, world);
  return {
    ...ledgerRequestOf(given, world, manifest),
    ...defined({ at, on }),
    only: given.texts("only"),
    ...defined({ nowMs }),
    expiresAfterMs: given.durationMs("expires") ?? EXPIRES_AFTER_MS,
    overrides: overridesOf(given),
    access: accessRequestOf(given),
  };
}

// The manifest that a plan is asked of, and what must be true of the request in it.

/**
 * The manifest that a plan is asked of: the file, or what a commit has of it.
 * @throws FleetError cli/no-commit, cli/not-in-commit, cli/no-file, cli/invalid-manifest (exit 64)
 */
export async function plannedManifest(
  { manifest, at }: Pick<PlanRequest, "manifest" | "at">,
  world: World,
): Promise<ManifestSource> {
  if (at === undefined) return await readManifest(manifest, world);
  return (await readManifestAt(manifest, at, world)).source;
}

/** Visors that must exist because an option names them. */
export function checkedOverrides(overrides: Overrides, source: ManifestSource): Overrides {
  const isKnown = (name: string): boolean =>
    source.desired.visors.some((visor: DesiredVisor) => visor.name === name);
  const unknown = overrides.allowTrustLoss.find((name) => !isKnown(name));
  if (unknown === undefined) return overrides;
  throw usage(
    `--allow-trust-loss ${unknown}: no visor of this name`,
    "give the name that the refusal shows",
  );
}

// The part of the fleet that a plan is about: the visors of --on, or the single fields of --only.

/** Which visors are planned, and of which fields alone. */
export interface PlannedPart {
  readonly selected: readonly DesiredVisor[];
  readonly only?: readonly FieldAddress[];
}

/**
 * The visors of `--on`, or those of `--only` and their fields.
 * @throws FleetError cli/usage, cli/selection, cli/field (exit 64), cli/ignored (exit 4) for a field that the manifest
 * ignores at the time of the plan
 */
export async function plannedPart(
  source: ManifestSource,
  { on, only: words, nowMs }: Pick<PlanRequest, "on" | "only" | "nowMs">,
  world: World,
): Promise<PlannedPart> {
  if (words.length === 0) return { selected: await selectedVisors(source, on, world) };
  if (on !== undefined) {
    throw usage(
      "--on and --only both say what to plan",
      "give one of them: --only takes a selection before the slash, such as 'tag:shop/trust.pty'",
    );
  }
  const fields = await fieldsOf(words, source.desired);
  refuseIgnored(fields, nowMs ?? world.clock.now());
  const only = addressesOf(fields);
  const keys = new Set(only.map(({ visor }) => visor));
  return { selected: source.desired.visors.filter(({ key }) => keys.has(key)), only };
}

function refuseIgnored(fields: readonly Field[], nowMs: number): void {
  for (const { visors, path } of fields) {
    for (const { name, ignores = [] } of visors) {
      const ignore = ignores.find((each) => each.path === path && nowMs < each.untilMs);
      if (ignore === undefined) continue;
      const field = fieldWord(name, path);
      const until = new Date(ignore.untilMs).toISOString();
      throw new FleetError(
        "cli/ignored",
        `${field} is ignored until ${until}, by line ${ignore.place.line} of ${ignore.place.file}`,
        { next: `\`fleet ignore ${field} --end\` ends that`, exit: 4 },
      );
    }
  }
}

// How plans and reports of big fleets are shown: by what is alike or by visor, in full or in short, and how wide.

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
