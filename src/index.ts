/**
 * The library door: the same functions that the commands are made of, from the text of a manifest to the
 * report of an apply. It opens no file and no connection by itself; Clock, Dial, Files and Random are handed in.
 */
export {
  type Clock,
  type Dial,
  type Diagnostic,
  FLEET_VERSION,
  FleetError,
  type Files,
  type Json,
  parseVisorKey,
  type Random,
  type VisorKey,
} from "./core/index.ts";
export {
  createLedger,
  type Ledger,
  type LedgerRecord,
  openLedger,
  OperatorKeys,
  readKeyFile,
  type ReadOnlyLedger,
  readLedger,
  verifyLedger,
  type VerifyReport,
} from "./ledger/index.ts";
export {
  explain,
  initManifest,
  loadManifest,
  manifestSchema,
  resolveSecrets,
  selectVisors,
} from "./manifest/index.ts";
export {
  type Change,
  type DesiredFleet,
  type DesiredVisor,
  type ObservedVisor,
  type Outcome,
  type Overrides,
  type Plan,
  type PlanVisor,
  type Refusal,
} from "./model/index.ts";
export {
  acceptObservation,
  type AcceptedObservation,
  applyPlan,
  type ApplyReport,
  buildPlan,
  checkApply,
  confirmationsOf,
  type FleetEvent,
  formatObservation,
  formatPlan,
  historyOf,
  makeObservation,
  type ObservationDocument,
  observeFleet,
  parseObservation,
  parsePlan,
  planExit,
  planSigner,
  recordedInput,
  signPlan,
} from "./reconcile/index.ts";
export {
  createVisorReader,
  createVisorWriter,
  parseRpcAddress,
  type VisorAccess,
  type VisorReader,
  type VisorWriter,
} from "./skywire/visor/index.ts";
export {
  applyText,
  diagnosticsText,
  driftText,
  errorText,
  plainPaint,
  planText,
  verifyText,
} from "./view/index.ts";
