// The state of the fleet at moments that a user named, gathered from the records up to each of them.
import { defined, type VisorKey } from "../../core/index.ts";
import {
  type FleetState,
  foldFleet,
  isOpaque,
  type Moment,
  parseMoment,
  recordedAt,
  recordedValue,
  resolveMoments,
  takeUntil,
  type VisorState,
} from "../../ledger/index.ts";
import type { TimedField, TimedMoment, TimedVisor } from "../../view/index.ts";
import { visorKeyOf } from "../manifest/named-visor.ts";
import { momentContext, type RecordsSource } from "./records-source.ts";
import type { World } from "../shell/world.ts";

/** A moment with the state that the records up to it lead to. */
export interface StateThen {
  readonly moment: Moment;
  readonly state: FleetState;
}

/**
 * Finds moments in the records and gathers the state at each.
 * @throws FleetError ledger/moment (exit 64) for one that is unknown or means two things
 */
export async function statesAt(
  texts: readonly string[],
  source: RecordsSource,
  world: World,
): Promise<readonly StateThen[]> {
  const context = momentContext(source, world);
  const wanted = texts.map((text) => ({ text, readings: parseMoment(text, context) }));
  const moments = await resolveMoments(source.records(), wanted, context.nowMs);
  const states: StateThen[] = [];
  for (const moment of moments) {
    states.push({ moment, state: await foldFleet(takeUntil(source.records(), moment.cut)) });
  }
  return states;
}

/** The visors of the words, or all. @throws FleetError cli/unknown-visor (exit 64) */
export function askedVisors(
  words: readonly string[],
  { manifest }: RecordsSource,
): (visor: VisorKey) => boolean {
  const keys = words.map((word) => visorKeyOf(word, manifest));
  return (visor) => keys.length === 0 || keys.includes(visor);
}

/** The facts of a moment that its texts show. */
export function timedMoment({ moment, state }: StateThen): TimedMoment {
  return { moment, last: state.last, sealed: state.sealed };
}

/** A visor with the values it had last, and the owned paths of which none is recorded. */
export function timedVisor({ visor, owned, ownedBy, leaves: fields }: VisorState): TimedVisor {
  const timed = fields.flatMap((field): readonly TimedField[] => {
    const value = recordedValue(field);
    const at = recordedAt(field);
    if (value === undefined || at === undefined) return [];
    const { path, element, unsure, set, otherwise } = field;
    return [
      {
        path,
        ...defined({ element, unsure }),
        value,
        how: set !== undefined && otherwise === undefined ? "set" : "seen",
        at,
        isSecret: isOpaque(value),
      },
    ];
  });
  const known = new Set(timed.map(({ path }) => path));
  return {
    visor,
    ...defined({ ownedBy }),
    leaves: timed,
    notRecorded: owned.filter((path) => !known.has(path)),
  };
}
