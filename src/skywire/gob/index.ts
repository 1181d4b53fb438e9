// The door of skywire/gob: Go's value encoding, read and written by schemas.
export { Decoder, type Decoded, type Refused } from "./decoder.ts";
export { Encoder, type EncoderOptions } from "./encoder.ts";
export {
  GenericComplex,
  GenericInterface,
  GenericOpaque,
  type GenericStruct,
  GenericText,
  type GenericValue,
  isGenericStruct,
} from "./generic-value.ts";
export { isRecoverable } from "./gob-error.ts";
export { type GobLimits, LIMITS } from "./limits.ts";
export {
  type Complex,
  type EmptyStruct,
  type InterfaceValue,
  type KeyedEntry,
  type OpaqueOptions,
  type SchemaBuilders,
  type StructFields,
  type StructValue,
  t,
} from "./schema.ts";
export {
  type Infer,
  type Marshaler,
  type OpaqueCodec,
  type Registry,
  type Schema,
} from "./schema-node.ts";
export {
  duration,
  type GoTime,
  isZeroTime,
  key33,
  type LogEntry,
  logEntry,
  time,
  timeFromMs,
  timeToMs,
  uuid,
  ZERO_TIME,
} from "./std.ts";
