// The part of the fleet that a plan is about: the visors of --on, or the single fields of --only.
import { usage } from "../shell/usage.ts";
import { FleetError } from "../../core/index.ts";
import type { DesiredVisor, FieldAddress } from "../../model/index.ts";
import { addressesOf, type Field, fieldsOf, fieldWord } from "../manifest/fields.ts";
import { type ManifestSource, selectedVisors } from "../manifest/manifest-source.ts";
import type { PlanRequest } from "./plan-request.ts";
import type { World } from "../shell/world.ts";

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
