// The door of the view: documents in, text, JSON and events out; nothing here reads or writes.
export { applySummary, applyText } from "./apply-text.ts";
export { type Blame, blameDocument, blameText } from "./blame-text.ts";
export {
  commandFree,
  type MarkdownFacts,
  planAnnotations,
  planCodeQuality,
  planComment,
  planJunit,
  planSarif,
  planStepSummary,
} from "./ci/index.ts";
export { diagnosticCounts, diagnosticsText } from "./diagnostic-text.ts";
export { driftDocument } from "./drift-document.ts";
export type { DriftStory, DriftVerbs } from "./drift-story.ts";
export { driftText } from "./drift-text.ts";
export { errorDocument, errorText } from "./error-text.ts";
export { explanationText } from "./explanation-text.ts";
export {
  type FleetThen,
  fleetThenDocument,
  fleetThenText,
  momentDiffDocument,
  momentDiffText,
  type TimedField,
  type TimedMoment,
  type TimedVisor,
} from "./moment-text.ts";
export { manifestDiffDocument, manifestDiffText } from "./fleet-diff-text.ts";
export { lingeringLines, unknownWaysLine } from "./lingering-text.ts";
export {
  ansiPaint,
  fitText,
  type Paint,
  plainPaint,
  printable,
  printableLines,
  screenText,
  tableText,
} from "./text.ts";
export { historyDocument, historyText } from "./history-text.ts";
export { observationText } from "./observation-text.ts";
export { observedDocument, observedText } from "./observed-text.ts";
export { planEvents } from "./plan-events.ts";
export { planSummary, planText } from "./plan-text.ts";
export type { PlanLook } from "./alike-text.ts";
export { type CheckedProof, proofText } from "./proof-text.ts";
export {
  type FeedNames,
  type LogLine,
  logSummary,
  logText,
  recordText,
  refText,
  timeText,
} from "./record-text.ts";
export { refusalText } from "./refusal-text.ts";
export {
  type AwaitingField,
  type IgnoredField,
  statusDocument,
  statusText,
} from "./status-text.ts";
export { type NamedReport, verifyAllText, verifyText } from "./verify-text.ts";
export { type Finding, findingsText } from "./findings-text.ts";
export { type WitnessRefusal, type WitnessResult, witnessText } from "./witness-text.ts";
export { untilText } from "./ignored-text.ts";
export { keyLabel, type Names, shortKey } from "./change-text.ts";
export { shellWord } from "./shell-word.ts";
export { unreadText } from "./unread-text.ts";
export { reachText, trustDocument, trustGraphText, trustText } from "./trust-text.ts";
export { expectationsText } from "./expectation-text.ts";
