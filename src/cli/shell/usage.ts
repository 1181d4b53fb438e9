// The error of a command line that cannot be meant.
import { FleetError } from "../../core/index.ts";

/** The error of a command line that cannot be meant, and what to write instead. Exit code 64. */
export function usage(message: string, next: string): FleetError {
  return new FleetError("cli/usage", message, { next, exit: 64 });
}
