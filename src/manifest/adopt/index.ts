// The door of adopting: what visors show, written as a manifest.
export { adoptInto, type ChangedRecord, isManaged } from "./adopt-into.ts";
export type { AdoptInput, Adoption } from "./adoption.ts";
export { ADOPT_SECTIONS, type AdoptSection, type PlanView } from "./facts.ts";
export { adoptFleet, type AdoptFleetInput } from "./format-adoption.ts";
export { initManifest, type InitManifestInput } from "./init-manifest.ts";
