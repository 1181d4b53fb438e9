// A value that must be text, where a plan that was written by hand may hold something else.
import { FleetError, type Json } from "../../core/index.ts";

/**
 * A plain value as the text that a visor takes; absent is empty.
 * @throws FleetError plan/damaged for a list or an object, of which no such text can be made
 */
export function plainText(value: Json): string {
  if (value === null) return "";
  if (typeof value !== "object") return String(value);
  throw new FleetError("plan/damaged", "not written: the plan has no plain value for it", {
    next: "make the plan again",
    exit: 64,
  });
}
