// What other rooms use of observation files.
export {
  acceptObservation,
  type AcceptedObservation,
  type AcceptInput,
  type RecordedInput,
  recordedInput,
} from "./accept-observation.ts";
export {
  type KeptApp,
  type KeptHistory,
  type KeptPast,
  type KeptSeen,
  type KeptVisor,
  type ObservationDocument,
} from "./document.ts";
export {
  formatObservation,
  makeObservation,
  type ObservationInput,
  parseObservation,
} from "./observation-file.ts";
