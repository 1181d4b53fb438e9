// Keys that were taken away since, and that an earlier manifest would put back.
import { counted, FleetError, type VisorKey } from "../../core/index.ts";
import { changesOf, type DesiredFleet, type Plan, TRUST_PATHS } from "../../model/index.ts";
import { type History, keysGone } from "../../reconcile/index.ts";
import { keyLabel, shellWord } from "../../view/index.ts";

/** What says which keys are gone. */
export interface ReturningInput {
  readonly plan: Plan;
  readonly history: History;
  /** The manifest in force, and every key that it names. */
  readonly inForce: DesiredFleet;
  readonly named: ReadonlySet<string>;
  /** Names and keys of `--allow-return`. */
  readonly allowed: readonly string[];
}

interface Returning {
  readonly key: string;
  readonly why: string;
  /** `VISOR/PATH` */
  readonly field: string;
}

/**
 * Refuses a plan that puts a key into a list which the manifest in force does not name or has revoked, or that was taken
 * out of trust since: an earlier manifest knows nothing of that.
 * @throws FleetError cli/gone-key (exit 4)
 */
export function refuseReturningKeys(input: ReturningInput): void {
  const { inForce, plan } = input;
  const labelOf = (key: string): string => {
    const label = keyLabel(key, plan.names);
    return label === key ? keyLabel(key, inForce.keyNames) : label;
  };
  const returning = returningKeys(input).filter(
    ({ key }) => !input.allowed.includes(key) && !input.allowed.includes(labelOf(key)),
  );
  const [first] = returning;
  if (first === undefined) return;
  const keys = [...new Set(returning.map(({ key }) => key))];
  const more =
    returning.length === 1
      ? ""
      : `, and ${counted(returning.length - 1, "more place")} of ${counted(keys.length, "key")}`;
  const options = keys.map((key) => `--allow-return ${shellWord(labelOf(key))}`).join(" ");
  throw new FleetError(
    "cli/gone-key",
    `that manifest puts ${labelOf(first.key)} back into ${first.field}, and the key ${first.why}${more}`,
    {
      next: `write what you want of it into the manifest and leave the key out; if the key is meant to come back, run again with ${options}`,
      exit: 4,
    },
  );
}

function returningKeys({ plan, history, inForce, named }: ReturningInput): readonly Returning[] {
  const gone = keysGone({ desired: inForce, history });
  const whyOf = (path: string, key: string): string | undefined => {
    if (inForce.revoked?.has(key) === true) return "is revoked";
    if (!named.has(key)) return `is named nowhere in ${inForce.file}`;
    return TRUST_PATHS.some((each) => each === path) ? gone.get(key)?.why : undefined;
  };
  const wantsNow = wantedMembers(inForce);
  return plan.visors.flatMap((visor) =>
    changesOf(visor).flatMap(({ op, path, element }): readonly Returning[] => {
      if (op === "remove" || element === undefined) return [];
      if (wantsNow(visor.key, path).includes(element)) return [];
      const why = whyOf(path, element);
      return why === undefined ? [] : [{ key: element, why, field: `${visor.name}/${path}` }];
    }),
  );
}

/** Whom the manifest in force wants in a list of a visor. */
function wantedMembers({
  visors,
}: DesiredFleet): (visor: VisorKey, path: string) => readonly string[] {
  const fields = new Map(visors.map((visor) => [visor.key, visor.leaves]));
  return (visor, path) => {
    const field = fields.get(visor)?.get(path);
    return field?.kind === "set" ? field.members.map(({ value }) => value) : [];
  };
}
