// What the other stages use of comparing.
export { appAfter, changesArgs, isOfApp, type Reveal } from "./change-of.ts";
export { diffVisor, sortChanges, type VisorDiff } from "./diff-visor.ts";
export { type ObservedField as Found, observedFieldAt as foundAt } from "./observed-field.ts";
export { isLeafPath, isWayIn, type LeafPath, parseLeafPath, riskOf } from "./leaf-path.ts";
export { type SecretComparison, type WrittenSecret, secretRefText } from "./secret-comparison.ts";
export {
  CLOSING,
  isClosing,
  isWebPort,
  type LeftOf,
  type LeftToRestart,
  moveFault,
} from "./served-port.ts";
export {
  appPresenceWriter,
  type LeafVerb,
  type LeafWriter,
  methodsOf,
  type NoWriter,
  writerOf,
} from "./writer-of.ts";
