// What other rooms use of observation files.
export {
  acceptObservation,
  type AcceptedObservation,
  recordedInput,
} from "./accept-observation.ts";
export type { ObservationDocument } from "./document.ts";
export {
  formatObservation,
  makeObservation,
  type ObservationInput,
  parseObservation,
} from "./observation-file.ts";
