// What differs between two moments of a fleet, as records tell it.
import { defined, type Json, type VisorKey } from "../../core/index.ts";
import type { RecordRef } from "./queries.ts";
import type { FleetState, VisorState } from "./fleet-state.ts";
import { isSameValue, recordedAt, recordedValue } from "./field-state.ts";

/** A field or element whose recorded values at two moments differ. */
export interface MomentChange {
  readonly path: string;
  readonly element?: string;
  /** Absent when nothing was recorded of it at the first moment. */
  readonly before?: Json;
  /** Absent when nothing was recorded of it at the second. */
  readonly after?: Json;
  /** The record behind `after`, or behind `before` where there is no `after`. */
  readonly at?: RecordRef;
}

/** What differs on one visor. */
export interface VisorChanges {
  readonly visor: VisorKey;
  /** Sorted by path and element. */
  readonly changes: readonly MomentChange[];
}

/** Compares what was recorded at two moments. Visors without difference are left out; sorted by key. */
export function diffStates(
  before: FleetState,
  after: FleetState,
  isAsked: (visor: VisorKey) => boolean = () => true,
): readonly VisorChanges[] {
  const keys = new Set([...before.visors(), ...after.visors()].map(({ visor }) => visor));
  return [...keys]
    .filter((visor) => isAsked(visor))
    .sort()
    .map((visor) => ({ visor, changes: diffVisorStates(before.visor(visor), after.visor(visor)) }))
    .filter(({ changes }) => changes.length > 0);
}

function diffVisorStates(
  before: VisorState | undefined,
  after: VisorState | undefined,
): readonly MomentChange[] {
  const olds = fieldsOf(before);
  const news = fieldsOf(after);
  const keys = [...new Set([...olds.keys(), ...news.keys()])].sort();
  return keys.flatMap((key): readonly MomentChange[] => {
    const old = olds.get(key);
    const fresh = news.get(key);
    const field = fresh ?? old;
    if (field === undefined) return [];
    const values = {
      before: old === undefined ? undefined : recordedValue(old),
      after: fresh === undefined ? undefined : recordedValue(fresh),
    };
    if (values.before === undefined && values.after === undefined) return [];
    const isSame =
      values.before !== undefined &&
      values.after !== undefined &&
      isSameValue(values.before, values.after);
    if (isSame) return [];
    const at = recordedAt(field);
    return [
      {
        path: field.path,
        ...defined({ element: field.element, before: values.before, after: values.after, at }),
      },
    ];
  });
}

function fieldsOf(
  state: VisorState | undefined,
): ReadonlyMap<string, VisorState["leaves"][number]> {
  return new Map(state?.leaves.map((field) => [`${field.path} ${field.element ?? ""}`, field]));
}
