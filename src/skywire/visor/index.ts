// The door of skywire/visor: reading a visor, writing to one, and what is known of releases.
export { CONF_VARIABLES, type SafeConfig, WHOLE_BLOCKS } from "./safe-config.ts";
export { Slots, type VisorAccess, type VisorTimeouts } from "./connection.ts";
export { type Call, type MethodName, methodRow } from "./methods.ts";
export { createVisorReader, DEFAULT_PACE, type Pace, type VisorReader } from "./reader.ts";
export { type PortReading } from "./reply-shapes.ts";
export { type RememberingReader, rememberingReader } from "./remembering-reader.ts";
export {
  type AppReading,
  type KnownVisor,
  readingError,
  type ReadingWants,
  type SafeSummary,
  type SeenReading,
  type VisorReading,
} from "./reading.ts";
export {
  DEFAULT_BRIDGE_PORT,
  type FactName,
  type HowKnown,
  isReleaseName,
  type ReleaseFact,
  type ReleaseFacts,
  releaseLike,
  type ReleaseName,
  RELEASES,
} from "./releases.ts";
export { DEFAULT_RPC_ADDRESS, parseRpcAddress, type VisorTarget } from "./target.ts";
export { type SentCall } from "./send-gate.ts";
export type { WriteSession } from "./write-session.ts";
export { createVisorWriter, type VisorWriter } from "./connected-session.ts";
