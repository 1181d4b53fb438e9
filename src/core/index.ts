// The door of core: what every room may use.
export {
  byteKey,
  concatBytes,
  equalBytes,
  formatBase64,
  fromHex,
  fromUtf8,
  Hidden,
  parseBase64,
  toHex,
  utf8,
} from "./bytes.ts";
export {
  canonicalJson,
  canonicalJsonBytes,
  type Digest,
  digestOf,
  digestOfBytes,
  hkdfSha256,
  hmacSha256,
  isCanonicalJson,
  isJsonObject,
  type Json,
  jsonIfAny,
  type JsonObject,
  parseJson,
  Sha256,
  sha256,
} from "./json.ts";
export {
  compareNames,
  compareTexts,
  counted,
  defined,
  escapeOf,
  hasUnseen,
  remembering,
  seenLine,
  seenText,
  someOf,
} from "./small-words.ts";
export { dialUntil } from "./dial-until.ts";
export {
  ageText,
  DURATION_PATTERN,
  durationText,
  formatDuration,
  parseDuration,
  parseRecordedDuration,
} from "./duration.ts";
export { suggest, suggestion } from "./did-you-mean.ts";
export { type Diagnostic, type Excerpt, type Place } from "./diagnostic.ts";
export {
  checkVisorKey,
  ed25519KeyOf,
  isOperatorKey,
  isSealKey,
  isStrictEd25519Key,
  type OperatorKey,
  operatorKeyBytes,
  parseVisorKey,
  type SealKey,
  type SignatureItem,
  signEd25519,
  verifyEd25519,
  type VerifyMany,
  type VisorKey,
  visorKeyFault,
  x25519KeyOf,
  x25519Shared,
} from "./keys.ts";
export { assert, BugError, type ExitCode, FleetError, hasCode, unreachable } from "./errors.ts";
export {
  checkGitKey,
  type CommitSignature,
  type GitKey,
  gitKeyKind,
  type GitKeyKind,
  gitKeyName,
  shortCommit,
} from "./git-key.ts";
export { FileLock, type FileLockWorld } from "./file-lock.ts";
export { type AppendFile, type FileFacts, type Files, type ReadFile } from "./files.ts";
export {
  type ByteStream,
  type ByteStreamListener,
  type Clock,
  type Dial,
  type Listen,
  type Random,
  sleep,
  type StreamAddress,
} from "./ports.ts";
export { onAbort } from "./on-abort.ts";
export { stretchPassphrase } from "./passphrase.ts";
export { FLEET_VERSION } from "./release.ts";
export { hasShape, memberNamed, withShape } from "./shape-check.ts";
export {
  ANYTHING,
  byMember,
  COUNT,
  DIGEST,
  exactly,
  flag,
  type Form,
  GIT_KEY,
  HASH,
  HEX,
  hexOf,
  listOf,
  loosely,
  mapOf,
  membersOf,
  type MembersShape,
  numberFrom,
  OBJECT,
  oneOf,
  OPERATOR_KEY,
  SEAL_KEY,
  type Shape,
  TEXT,
  textLike,
  UTC_TIME,
  VISOR_KEY,
  VISOR_POINT,
  where,
  wholeFrom,
} from "./shape.ts";
