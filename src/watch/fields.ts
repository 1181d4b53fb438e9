// What is done about one differing field, judged by its rule, its past corrections and the manifest.
import { counted, defined } from "../core/index.ts";
import type { Difference } from "./facts.ts";
import type { NewFinding } from "./findings.ts";
import { isoTime, type WatchTime } from "./moment.ts";
import {
  type Correction,
  CORRECTIONS_MAX,
  type FieldState,
  type Hold,
  WINDOW_MS,
} from "./state.ts";

/** What a field is judged by. */
export interface FieldInput {
  readonly hold: Hold | undefined;
  /** A person must answer something first. */
  readonly isBlocked: boolean;
  /** The last corrections were refused or failed as a whole, and their next turn has not come. */
  readonly isWaiting: boolean;
  /** What a guard says of the visor. */
  readonly refused: string | undefined;
  readonly field: FieldState | undefined;
  /** One more field can be remembered; what cannot be remembered is never corrected. */
  readonly hasRoom: boolean;
}

/** Says what is done about one difference: it is corrected, or told with the reason why it is not. */
export function judgeField(difference: Difference, input: FieldInput): NewFinding | "correct" {
  const { visor, path, element, found, wanted, culprit, verb } = difference;
  const { field } = input;
  const what = `${path} on ${visor} is ${found}, wanted ${wanted}`;
  const tell = (kind: NewFinding["kind"], why: string): NewFinding => ({
    kind,
    visor,
    path,
    ...defined({ element }),
    message: `${what}${why}`,
    ...defined({ culprit }),
  });
  if (verb !== "correct") return tell("differs", "");
  if (difference.removesTrust)
    return tell("removes-trust", "; taking a key out of a list is left to a person: `fleet apply`");
  if (difference.isTrustUnnamed)
    return tell("differs", "; trust is given back only by a rule that names it, or `fleet apply`");
  if (field?.fight !== undefined)
    return tell("fight", `; no longer corrected: ${field.fight.pattern}`);
  if (field?.failed !== undefined)
    return tell("failed", `; not tried again before the manifest changes: ${field.failed}`);
  if (input.hold !== undefined)
    return tell("held", "; not corrected under a manifest that is held");
  if (input.isBlocked) return tell("blocked", "; not corrected before a person has answered");
  if (input.refused !== undefined) return tell("refused", `; not corrected: ${input.refused}`);
  if (input.isWaiting) return tell("waiting", "; the next try of corrections has not come yet");
  if (!input.hasRoom) return tell("waiting", "; too many fields are being corrected already");
  return "correct";
}

/**
 * Brings what is remembered of a field up to date when its visor was read. `undefined` when there is nothing left to
 * remember: the manifest is another one, or it has been as wanted for a whole window.
 */
export function keepField(
  field: FieldState,
  input: {
    readonly key: string;
    readonly time: WatchTime;
    /** What differs now; absent when the field is as wanted. */
    readonly difference: Difference | undefined;
  },
): FieldState | undefined {
  const { time, difference } = input;
  if (field.manifest !== input.key) return undefined;
  const isIn = ({ steadyMs }: Correction): boolean => time.steadyMs - steadyMs <= WINDOW_MS;
  const corrections = field.corrections.filter(isIn);
  if (difference !== undefined)
    return {
      ...field,
      corrections: withFlip(corrections, difference, time),
      wrongMs: time.steadyMs,
    };
  if (field.failed !== undefined) return { ...field, corrections };
  return time.steadyMs - field.wrongMs > WINDOW_MS ? undefined : { ...field, corrections };
}

/** Somebody changed a field after we had corrected it. */
function withFlip(
  corrections: readonly Correction[],
  { found }: Difference,
  { wallMs }: WatchTime,
): readonly Correction[] {
  const last = corrections.at(-1);
  if (last?.isDone !== true || last.flipped !== undefined) return corrections;
  return [...corrections.slice(0, -1), { ...last, flipped: { wallMs, found } }];
}

/** The field as one that is fought over, when one more correction would be one too many. */
export function fightOf(
  field: FieldState | undefined,
  difference: Difference,
  time: WatchTime,
): FieldState | undefined {
  if (field === undefined || field.fight !== undefined) return undefined;
  if (difference.verb !== "correct" || field.corrections.length < CORRECTIONS_MAX) return undefined;
  return { ...field, fight: { sinceMs: time.wallMs, pattern: patternOf(field.corrections) } };
}

/** What the other writer does: how often, to what, how soon after each correction. */
function patternOf(corrections: readonly Correction[]): string {
  const flips = corrections.flatMap(({ wallMs, flipped }) =>
    flipped === undefined ? [] : [{ ...flipped, afterMs: Math.max(0, flipped.wallMs - wallMs) }],
  );
  if (flips.length === 0)
    return `${counted(corrections.length, "correction of it was", "corrections of it were")} begun and none is known to have been finished`;
  const values = [...new Set(flips.map(({ found }) => found))].join(" and ");
  const seconds = flips.map(({ afterMs }) => Math.round(afterMs / 1_000));
  const soonest = Math.min(...seconds);
  const latest = Math.max(...seconds);
  const within = soonest === latest ? `${latest} s` : `${soonest} to ${latest} s`;
  const times = flips.map(({ wallMs }) => isoTime(wallMs)).join(", ");
  return `another writer set it to ${values} ${counted(flips.length, "time")}, each within ${within} of our correction (found at ${times})`;
}
