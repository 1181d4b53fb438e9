// The door of skywire/visor: reading a visor, writing to one, and what is known of releases.
export { WHOLE_BLOCKS } from "./blocks.ts";
export { CONF_VARIABLES } from "./conf-variables.ts";
export type { VisorAccess, VisorTimeouts } from "./connection.ts";
export {
  type Call,
  type Calls,
  CALLS,
  type Evidence,
  type MethodClass,
  type MethodName,
  methodRow,
  type MethodRow,
  METHODS,
  SERVICE,
} from "./methods.ts";
export { DEFAULT_PACE, type Pace, type ReadingTurn } from "./paced-reads.ts";
export { type PortReading } from "./port-record.ts";
export { createVisorReader, type VisorReader } from "./reader.ts";
export { type RememberingReader, rememberingReader } from "./remembering-reader.ts";
export {
  type AppReading,
  hasRestarted,
  type KnownAs,
  type KnownVisor,
  type Presence,
  readingError,
  type ReadingWants,
  type Release,
  type SafeSummary,
  type SeenReading,
  type StartTime,
  type UnreachableReason,
  type UnseenReading,
  type VisorReading,
} from "./reading.ts";
export {
  type FactName,
  type FactSource,
  type HowKnown,
  isReleaseName,
  type ReleaseFact,
  type ReleaseFacts,
  type ReleaseName,
  RELEASES,
} from "./releases/release-facts.ts";
export { DEFAULT_BRIDGE_PORT, releaseLike } from "./releases/told-apart.ts";
export { DEFAULT_RPC_ADDRESS, formatRpcAddress, parseRpcAddress } from "./rpc-address.ts";
export { type SafeConfig, SETTING_PATHS } from "./safe-config.ts";
export { type SentCall } from "./send-gate.ts";
export { Slots } from "./slots.ts";
export {
  encodePreamble,
  PREAMBLE_SIZE_BYTES,
  type VisorRoute,
  type VisorTarget,
} from "./target.ts";
export { type FieldWritten, type WriteOptions, type WriteSession } from "./write-session.ts";
export { createVisorWriter, type VisorWriter } from "./writer.ts";
