// The door of the manifest: text in; desired fleet, diagnostics, explanations and edited texts out.
export {
  ADOPT_SECTIONS,
  adoptFleet,
  type AdoptFleetInput,
  type AdoptInput,
  adoptInto,
  type Adoption,
  type AdoptSection,
  type ChangedRecord,
  type PlanView,
  initManifest,
  type InitManifestInput,
  isManaged,
} from "./adopt/index.ts";
export {
  diffFleets,
  type FleetDifference,
  type FleetVisorDifference,
  type WantedChange,
} from "./diff-fleets.ts";
export { explain, type Explanation } from "./explain.ts";
export {
  type OperatorLine,
  operatorValue,
  withOperator,
  withoutOperator,
} from "./edit/operators.ts";
export { type Unread } from "./first-manifest.ts";
export { formatManifest, type KeptForm, keptForm } from "./format/index.ts";
export { isSameFleet } from "./same-fleet.ts";
export { knownApps } from "./known-apps.ts";
export {
  fixManifest,
  LINT_RULES,
  type LintFinding,
  keepable,
  lintManifest,
  type LintRuleId,
  lintRuleId,
} from "./lint/index.ts";
export { keysNamedIn, loadKeyset, loadManifest } from "./resolve-manifest.ts";
export { namesInText, type NamesInText } from "./names-in-text.ts";
export { formatUntil, parseUntil } from "./reading.ts";
export { manifestSchema } from "./schema.ts";
export { checkSecretFiles, resolveSecrets } from "./secrets.ts";
export { formatSectionsYaml } from "./sections-yaml.ts";
export { selectVisors } from "./select-visors.ts";
export { type EditedManifest, type EditInput, editManifest } from "./edit/edit-manifest.ts";
export type { ManifestEdit } from "./edit/manifest-edit.ts";
export { concernsTrust } from "./check-values.ts";
