// What happens while `fleet` works, as events that a reporter prints.
import type { Json, VisorKey } from "../core/index.ts";

/** What happens while `fleet` works, one object a line with `--events`. */
export interface FleetEvent {
  readonly type:
    | "version"
    | "observe_start"
    | "observe_complete"
    | "observe_failed"
    | "planned_change"
    | "check"
    | "change_summary"
    | "apply_start"
    | "apply_progress"
    | "apply_complete"
    | "apply_failed"
    | "receipt"
    | "diagnostic"
    | "heartbeat";
  readonly level: "info" | "warn" | "error";
  /** A sentence that a client which knows no types can print. */
  readonly message: string;
  readonly visor?: VisorKey;
  /** More facts, by name. */
  readonly facts?: Readonly<Record<string, Json>>;
}

/** Takes events as they happen; must not throw. */
export type Emit = (event: FleetEvent) => void;
