// What an embedded visor can be made to be: slow, dead, lying and the rest.
import { FleetError } from "../../core/index.ts";

/**
 * What an embedded visor can be made to be. `honest` takes every misbehaviour back and starts the visor again
 * when it is not up.
 */
export type Makeable =
  | "honest"
  | "dead"
  | "slow"
  | "dying"
  | "lying"
  | "wrong-key"
  | "oversized"
  | "regrowing"
  | "starting"
  | "suspended"
  | "silent";

/** Every {@link Makeable} with what it means, for help texts. */
const MAKEABLES: Readonly<Record<Makeable, string>> = {
  honest: "answers as a visor of its release does, and is up",
  dead: "cannot be reached",
  slow: "takes 8 s (scaled) for each reply",
  dying: "closes the connection in the middle of its first reply",
  lying: "says that every change succeeded and changes nothing",
  "wrong-key": "says that it is another visor",
  oversized: "announces a reply of 1 GiB and begins to send it",
  regrowing: "gets keys back that were taken off its trust lists",
  starting: "is up but never finishes starting",
  suspended: "has everything but its local RPC taken down, until somebody resumes it",
  silent: "accepts connections and never answers",
};

/**
 * Parses the name of a state of an embedded visor.
 * @throws FleetError embedded/state
 */
export function parseMakeable(text: string): Makeable {
  if (isMakeable(text)) return text;
  throw new FleetError("embedded/state", `an embedded visor cannot be made "${text}"`, {
    next: `use one of ${Object.keys(MAKEABLES).join(", ")}`,
    exit: 64,
  });
}

function isMakeable(text: string): text is Makeable {
  return Object.hasOwn(MAKEABLES, text);
}
