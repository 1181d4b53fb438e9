// The door of core: what every room may use.
export { formatBase64, parseBase64 } from "./base64.ts";
export { byteKey, concatBytes, equalBytes, fromHex, fromUtf8, toHex, utf8 } from "./bytes.ts";
export {
  canonicalJson,
  canonicalJsonBytes,
  isCanonicalJson,
  type Json,
  type JsonObject,
} from "./canonical-json.ts";
export { compareNames, compareTexts } from "./compare.ts";
export { counted, someOf } from "./counted.ts";
export { dialUntil } from "./dial-until.ts";
export { type Defined, defined } from "./defined.ts";
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
  ed25519KeyOf,
  isStrictEd25519Key,
  operatorKeyBytes,
  type SignatureItem,
  signEd25519,
  verifyEd25519,
  type VerifyMany,
} from "./ed25519.ts";
export {
  assert,
  BugError,
  type ErrorArea,
  type ErrorCode,
  type ExitCode,
  FleetError,
  type FleetErrorOptions,
  hasCode,
  unreachable,
} from "./errors.ts";
export {
  checkGitKey,
  type CommitSignature,
  type GitKey,
  gitKeyKind,
  type GitKeyKind,
  gitKeyName,
  shortCommit,
} from "./git-key.ts";
export { FileLock, type FileLockWorld, type LockSubject, type ProcessFacts } from "./file-lock.ts";
export { type AppendFile, type FileFacts, type Files, type ReadFile } from "./files.ts";
export {
  type Digest,
  digestOf,
  digestOfBytes,
  hkdfSha256,
  hmacSha256,
  Sha256,
  sha256,
} from "./hash.ts";
export { Hidden } from "./hidden.ts";
export {
  checkVisorKey,
  isOperatorKey,
  isSealKey,
  type OperatorKey,
  parseVisorKey,
  type SealKey,
  type VisorKey,
  visorKeyFault,
} from "./keys.ts";
export {
  type ByteStream,
  type ByteStreamListener,
  type Clock,
  type Dial,
  type Listen,
  type Random,
  sleep,
  type StreamAddress,
  type StreamListener,
} from "./ports.ts";
export { onAbort } from "./on-abort.ts";
export { stretchPassphrase } from "./passphrase.ts";
export { FLEET_VERSION } from "./release.ts";
export { hasShape, memberNamed, withShape } from "./shape-check.ts";
export { isJsonObject, jsonIfAny, parseJson } from "./json-text.ts";
export {
  ANYTHING,
  byMember,
  exactly,
  flag,
  type Form,
  listOf,
  loosely,
  mapOf,
  membersOf,
  type MembersShape,
  numberFrom,
  oneOf,
  type Shape,
  TEXT,
  textLike,
  where,
  wholeFrom,
} from "./shape.ts";
export {
  COUNT,
  DIGEST,
  GIT_KEY,
  HASH,
  HEX,
  hexOf,
  OBJECT,
  OPERATOR_KEY,
  SEAL_KEY,
  UTC_TIME,
  VISOR_KEY,
  VISOR_POINT,
} from "./shape-words.ts";
export { escapeOf, hasUnseen, seenLine, seenText } from "./unseen.ts";
