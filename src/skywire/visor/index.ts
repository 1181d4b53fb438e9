// The door of skywire/visor: reading a visor, writing to one, and what is known of releases.
export { CONF_VARIABLES, type SafeConfig, WHOLE_BLOCKS } from "./safe-config.ts";
export { Slots, type VisorAccess, type VisorTimeouts } from "./connection.ts";
export {
  type Call,
  type Calls,
  type Evidence,
  type MethodClass,
  type MethodName,
  methodRow,
  type MethodRow,
} from "./methods.ts";
export {
  createVisorReader,
  DEFAULT_PACE,
  type Pace,
  type ReadingTurn,
  type VisorReader,
} from "./reader.ts";
export { type PortReading } from "./reply-shapes.ts";
export { type RememberingReader, rememberingReader } from "./remembering-reader.ts";
export {
  type AppReading,
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
  DEFAULT_BRIDGE_PORT,
  type FactName,
  type FactSource,
  type HowKnown,
  isReleaseName,
  type ReleaseFact,
  type ReleaseFacts,
  releaseLike,
  type ReleaseName,
  RELEASES,
} from "./releases.ts";
export {
  DEFAULT_RPC_ADDRESS,
  parseRpcAddress,
  type VisorRoute,
  type VisorTarget,
} from "./target.ts";
export { type SentCall } from "./send-gate.ts";
export { type FieldWritten, type WriteOptions, type WriteSession } from "./write-session.ts";
export { createVisorWriter, type VisorWriter } from "./connected-session.ts";
