// What the other stages use of comparing.
export { appAfter, changesArgs, isOfApp } from "./change-of.ts";
export { diffVisor, sortChanges, type VisorDiff } from "./diff-visor.ts";
export { observedFieldAt } from "./observed-field.ts";
export { isFieldPath, isWayIn, parseFieldPath, riskOf } from "./field-path.ts";
export { type SecretComparison, type WrittenSecret, secretRefText } from "./secret-comparison.ts";
export { CLOSING, isClosing, isWebPort, type LeftOf, moveFault } from "./served-port.ts";
export { appPresenceWriter, methodsOf, writerOf } from "./writer-of.ts";
