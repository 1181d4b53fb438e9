// The file that a watch keeps its state in: written, and read back after a crash.
import {
  canonicalJson,
  FleetError,
  type JsonObject,
  memberNamed,
  parseJson,
  withShape,
} from "../core/index.ts";
import { WATCH_FORMAT, type WatchState } from "./state.ts";
import { STATE_SHAPE } from "./state-shape.ts";

/** Formats a state as the text of its file: canonical JSON and a line end. */
export function formatWatchState(state: WatchState): string {
  return `${canonicalJson(state as unknown as JsonObject)}\n`;
}

/**
 * Parses the text of a state file, and checks that every part of it is what a state has.
 * @throws FleetError watch/format for another format, watch/damaged for what is no state
 */
export function parseWatchState(text: string): WatchState {
  const value = parseJson(
    text,
    (cause) => new FleetError("watch/damaged", "the state of this watch is no JSON", { cause }),
  );
  const format = memberNamed(value, "format");
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
  return withShape(value, STATE_SHAPE, "state", (fault) => {
    const message = `the state of this watch is damaged: ${fault}`;
    return new FleetError("watch/damaged", message, {
      next: "move the file away: the watch begins anew, and has forgotten fights and reverts",
    });
  });
}
