export {
  type AppField,
  type AppPlainField,
  type AppTypedField,
  ARGUMENT_BYTES_MAX,
  EXIT_PROGRAMS,
  namesSecret,
  secretPositions,
  TYPED_FIELDS,
  type TypedFieldForm,
} from "./app-fields.ts";
export {
  type Change,
  type Lifetime,
  type Outcome,
  type OutcomeKind,
  type Reason,
  type StepLetter,
} from "./change.ts";
export {
  DEFAULT_POLICY,
  type DesiredElement,
  type DesiredFleet,
  type DesiredLeaf,
  type DesiredOperator,
  type DesiredSet,
  type DesiredValue,
  type DesiredVisor,
  type Origin,
  type Policy,
  type RemovalLimit,
  type RpcRoute,
  type SecretMark,
  type SecretRef,
} from "./desired.ts";
export {
  MASK,
  type ObservedApp,
  type ObservedPort,
  type ObservedVisor,
  type RawApp,
  type Route,
  type SeenVisor,
  type UnseenVisor,
} from "./observed.ts";
export {
  type Risk,
  type Setting,
  settingAt,
  settingFault,
  SETTINGS,
  type SettingType,
} from "./settings.ts";
