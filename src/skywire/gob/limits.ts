/** What one gob stream may cost its reader. Every limit is checked before memory is spent. */
export interface GobLimits {
  /** Payload of one message, and of all messages that make up one value. */
  readonly messageBytes: number;
  /** Messages that may make up one value (interface values can split it). */
  readonly messagesPerValue: number;
  /** Bytes that may be decoded again because a split value had not arrived completely. */
  readonly repeatedBytes: number;
  /** Structs, lists, maps and interfaces inside each other. */
  readonly depth: number;
  /** Elements and filled-in fields of one value. */
  readonly nodes: number;
  /** Type definitions on one stream. */
  readonly types: number;
  readonly fieldsPerStruct: number;
  /** Struct fields of all definitions together. */
  readonly fieldsInAll: number;
  /** Names of fields, types and interface values. */
  readonly nameBytes: number;
  /** Estimated heap a value may take whatever its size... */
  readonly valueBaseBytes: number;
  /** ...and in addition for each byte it has on the wire. */
  readonly valueBytesPerByte: number;
}

/** The defaults. */
export const LIMITS: GobLimits = {
  // The largest honest reply, a log dump, stays under 4 MiB.
  messageBytes: 16 * 1024 * 1024,
  // A value has at most one split for each type that it is the first to use.
  messagesPerValue: 256,
  // Decoding starts over when the rest of a split value arrives: without a bound that is quadratic.
  repeatedBytes: 64 * 1024 * 1024,
  // `type T []T` nests once a byte; no visor type nests deeper than 12.
  depth: 100,
  // One byte can stand for a struct of thousands of fields.
  nodes: 1_000_000,
  // A visor has about 150 types in all.
  types: 2_048,
  fieldsPerStruct: 2_048,
  fieldsInAll: 32_768,
  // Go has the same bound for interface names.
  nameBytes: 1_024,
  // Together with the received bytes themselves these keep a reader below 64 bytes a byte and 4 MiB.
  valueBaseBytes: 1_536 * 1024,
  valueBytesPerByte: 40,
};
