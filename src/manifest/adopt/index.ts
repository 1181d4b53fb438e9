// The door of adopting: what visors show, written as a manifest.
export {
  type AdoptedInto,
  adoptInto,
  type AdoptIntoInput,
  type ChangedRecord,
  isManaged,
} from "./adopt-into.ts";
export {
  type AdoptedKey,
  type AdoptedList,
  type AdoptedRole,
  type AdoptedVisor,
  type AdoptInput,
  type Adoption,
  type VisorToAdopt,
} from "./adoption.ts";
export {
  ADOPT_SECTIONS,
  type AdoptSection,
  type PlanView as Eyes,
  type ReadLeaf,
} from "./facts.ts";
export { adoptFleet, type AdoptedFleet, type AdoptFleetInput } from "./format-adoption.ts";
export { initManifest, type InitManifestInput } from "./init-manifest.ts";
