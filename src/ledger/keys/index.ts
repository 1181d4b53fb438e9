// The door of the operator's keys: all are derived from one secret, which a key file holds.
export {
  type KeyRotation,
  prepareRotation,
  readKeyFile,
  type RotateKeyOptions,
  settleRotation,
  writeKeyFile,
} from "./key-file.ts";
export {
  type FeedKey,
  formatFeedKey,
  generateSecret,
  type KeyCounters,
  OperatorKeys,
  type WriterKeys,
} from "./keys.ts";
