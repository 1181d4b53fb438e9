// The door of model: the nouns, and the tables of what a visor has.
export { HOST_PATTERN, isLoopbackHost } from "./host.ts";
export {
  type AppArgs,
  type ArgsEdit,
  editArgs,
  parseWhitelist,
  splitArgs,
  typedForm,
  unreadableElements,
  withoutOwnWords,
} from "./app-args.ts";
export { isKeptRunning, isOf2024, knowsWhitelist, showsModes } from "./app-release.ts";
export { tellingArgs } from "./telling-args.ts";
export { type AppProgram, type Exit, exitOf, programNamed, programOf } from "./app-program.ts";
export {
  APP_FIELD_NAMES,
  APP_FIELDS,
  type AppField,
  type AppFieldRow,
  appFieldRow,
  type AppTypedField,
  ARGUMENT_BYTES_MAX,
  BUILT_IN_APPS,
  EXIT_PROGRAMS,
  isAppField,
  namesSecret,
  secretPositions,
  TYPED_FIELDS,
  type TypedFieldForm,
} from "./fields/app-fields.ts";
export type { Risk } from "./fields/field-row.ts";
export {
  isOwnPath,
  OWN_FIELDS,
  type ObservedOwn,
  OWN_LISTS,
  type OwnFieldRow,
  ownFieldRow,
  type OwnListPath,
  type OwnPath,
} from "./fields/own-fields.ts";
export {
  defaultPort,
  type ObservedPort,
  PORT_FIELDS,
  type PortField,
  type PortFieldRow,
  portFieldRow,
  portFieldsOf,
  type PortRecordField,
  usualOfPort,
} from "./fields/port-fields.ts";
export {
  type Change,
  changeKey,
  compareFields,
  type Lifetime,
  type Outcome,
  type OutcomeKind,
  type Reason,
  type StepLetter,
} from "./change.ts";
export {
  CAPABILITIES,
  type Capability,
  DEFAULT_MANIFEST,
  DEFAULT_POLICY,
  MANIFEST_BYTES_MAX,
  type DesiredElement,
  type DesiredFleet,
  type DesiredIgnore,
  type DesiredLeaf,
  type DesiredLedger,
  type DesiredOperator,
  type DesiredSet,
  type DesiredValue,
  type DesiredVisor,
  type TrustedManifest,
  type FeedKey,
  type Origin,
  type Policy,
  type RevokedName,
  type RemovalLimit,
  type RpcRoute,
  type SecretMark,
  type SecretRef,
  SIGNED_COMMITS,
  type SignedCommits,
} from "./desired.ts";
export {
  type KeptLeaf,
  leadingAddress,
  WEB_PORT,
  MASK,
  type ObservedApp,
  type ObservedVisor,
  type RawApp,
  type Route,
  type SeenVisor,
  type UnseenVisor,
} from "./observed.ts";
export {
  type Guard,
  GUARDS,
  type Keyset,
  type Overrides,
  type Plan,
  PLAN_FORMAT,
  type PlanCounts,
  type CommitEvidence,
  type ManifestCommit,
  type PlanHead,
  type PlanManifest,
  type PlanSource,
  type Refusal,
} from "./plan.ts";
export {
  type FieldAddress,
  type IgnoredLeaf,
  changesOf,
  owedRestartsOf,
  valuesOf,
  type PlanStep,
  type PlanVisor,
  type Released,
  type UnreadableApp,
  type Unsupported,
  type WantedValue,
} from "./plan-visor.ts";
export { checkRelayAddress, type RelayAddress, type RelayFault } from "./relay-address.ts";
export { SAME_ENTRY, settingFault } from "./fields/setting-fault.ts";
export {
  keyMembersOf,
  type RecordMember,
  type Setting,
  settingAt,
  SETTINGS,
  type SettingType,
  WEB_PROXIES,
} from "./fields/settings.ts";
export {
  FEED_KEY,
  headShape,
  keysetShape,
  policyShape,
  routeShape,
  wantedShape,
} from "./shapes.ts";
export {
  type GoneKey,
  type Lingering,
  type LingeringKey,
  type LingeringWay,
  type UnknownWay,
} from "./lingering.ts";
export {
  ACCESS_PATHS,
  type AccessPath,
  isTrustField,
  letsIn,
  takesOut,
  TRUST_PATHS,
  type TrustPath,
} from "./trust.ts";
export {
  DEFAULT_WATCH,
  type DesiredWatch,
  WATCH_VERBS,
  type WatchRule,
  type WatchVerb,
} from "./watch.ts";
