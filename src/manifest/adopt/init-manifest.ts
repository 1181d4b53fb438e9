// The first manifest of a fleet: names, keys, and who may manage each visor, as it is now.
import { type AdoptedFleet, adoptFleet, type AdoptFleetInput } from "./format-adoption.ts";

const ABOUT =
  "Who may manage each visor is owned, as it was found: hypervisors, pty, and what else gives control. " +
  "Nothing else is owned, and what is not named here is never touched. " +
  "To see what more could be named of a visor, run: fleet show --live NAME --yaml";

/** What a first manifest is made of. */
export type InitManifestInput = Omit<AdoptFleetInput, "sections" | "open" | "about">;

/**
 * Writes the first manifest of a fleet. It owns the lists that give control of a visor, as they are, so that its plan
 * on the same fleet is empty. Where a visor could not be read, or does not show a list, nothing of that is owned and a
 * comment says so. Names that a manifest cannot have are changed until they fit.
 */
export function initManifest(input: InitManifestInput): AdoptedFleet {
  return adoptFleet({ ...input, sections: new Set(["trust"]), open: false, about: ABOUT });
}
