import { canonicalJson, FleetError, type JsonObject } from "../core/index.ts";
import { WATCH_FORMAT, type WatchState } from "./state.ts";

/** A shape that a value is checked against: a kind of value, or an object of shapes. */
type Shape =
  | "number"
  | "text"
  | "flag"
  | { readonly listOf: Shape }
  | { readonly mapOf: Shape }
  | {
      readonly must: Readonly<Record<string, Shape>>;
      readonly may?: Readonly<Record<string, Shape>>;
    };

const CORRECTION: Shape = {
  must: { steadyMs: "number", wallMs: "number" },
  may: { isDone: "flag", flipped: { must: { wallMs: "number", found: "text" } } },
};
const APPLIED: Shape = {
  must: { digest: "text", entry: "number", feed: "text", timeMs: "number" },
};
const HOLD: Shape = {
  must: { why: "text", sinceMs: "number", message: "text" },
  may: { after: APPLIED },
};
const STATE: Shape = {
  must: {
    format: "text",
    time: { must: { wallMs: "number", monoMs: "number", steadyMs: "number" } },
    epoch: "number",
    pass: { must: { kind: "text" }, may: { fields: { listOf: "text" } } },
    isHinted: "flag",
    isStopping: "flag",
    intervalMs: "number",
    nextMs: "number",
    begunMs: "number",
    manifests: {
      listOf: {
        must: { key: "text", digest: "text" },
        may: {
          commit: "text",
          isApplied: "flag",
          isReverted: "flag",
          hold: HOLD,
          appliedBefore: APPLIED,
        },
      },
    },
    visors: {
      mapOf: {
        must: { failures: "number", differences: "number" },
        may: { nextMs: "number", why: "text", seenMs: "number", seenBy: "text" },
      },
    },
    fields: {
      mapOf: {
        must: {
          visor: "text",
          manifest: "text",
          corrections: { listOf: CORRECTION },
          wrongMs: "number",
        },
        may: { fight: { must: { sinceMs: "number", pattern: "text" } }, failed: "text" },
      },
    },
    findings: {
      mapOf: {
        must: { kind: "text", message: "text", sinceMs: "number" },
        may: { visor: "text", path: "text", element: "text", culprit: "text" },
      },
    },
    correcting: { must: { failures: "number", nextMs: "number" } },
    passes: "number",
  },
  may: {
    manifest: {
      must: { digest: "text" },
      may: { commit: "text", changedBy: "text", isRewritten: "flag" },
    },
    lastApplied: APPLIED,
    trouble: { must: { what: "text", message: "text", failures: "number", sinceMs: "number" } },
    lastPass: { must: { steadyMs: "number", wallMs: "number", tookMs: "number" } },
  },
};

/** Formats a state as the text of its file: canonical JSON and a line end. */
export function formatWatchState(state: WatchState): string {
  return `${canonicalJson(state as unknown as JsonObject)}\n`;
}

/**
 * Parses the text of a state file, and checks that every part of it is what a state has.
 * @throws FleetError watch/format for another format, watch/damaged for what is no state
 */
export function parseWatchState(text: string): WatchState {
  const value = parseJson(text);
  const format = isMap(value) ? value["format"] : undefined;
  if (typeof format === "string" && format !== WATCH_FORMAT) {
    throw new FleetError(
      "watch/format",
      `the state of this watch has format ${JSON.stringify(format)}, this version reads ${WATCH_FORMAT}`,
      {
        next: "use the version of fleet that wrote it, or move the file away to begin anew",
        exit: 64,
      },
    );
  }
  const fault = faultOf(value, STATE, "state");
  if (fault !== undefined) {
    throw new FleetError("watch/damaged", `the state of this watch is damaged: ${fault}`, {
      next: "move the file away: the watch begins anew, and has forgotten fights and reverts",
    });
  }
  return value as WatchState;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new FleetError("watch/damaged", "the state of this watch is no JSON", { cause });
  }
}

/** What keeps a value from having a shape. What a shape does not name is left alone: later versions may add to it. */
function faultOf(value: unknown, shape: Shape, where: string): string | undefined {
  if (shape === "number")
    return typeof value === "number" && Number.isFinite(value)
      ? undefined
      : `${where} is no number`;
  if (shape === "text") return typeof value === "string" ? undefined : `${where} is no text`;
  if (shape === "flag") return typeof value === "boolean" ? undefined : `${where} is no flag`;
  if ("listOf" in shape) {
    if (!Array.isArray(value)) return `${where} is no list`;
    return firstFault(value.map((item, index) => [item, shape.listOf, `${where}[${index}]`]));
  }
  if (!isMap(value)) return `${where} is no map`;
  if ("mapOf" in shape)
    return firstFault(
      Object.entries(value).map(([key, item]) => [item, shape.mapOf, `${where}.${key}`]),
    );
  const missing = Object.keys(shape.must).find((key) => !Object.hasOwn(value, key));
  if (missing !== undefined) return `${where} lacks ${missing}`;
  const shapes = { ...shape.may, ...shape.must };
  return firstFault(
    Object.entries(value).flatMap(([key, item]) => {
      const own = shapes[key];
      return own === undefined ? [] : [[item, own, `${where}.${key}`] as const];
    }),
  );
}

function firstFault(all: readonly (readonly [unknown, Shape, string])[]): string | undefined {
  for (const [value, shape, where] of all) {
    const fault = faultOf(value, shape, where);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
