export {
  type AppArgs,
  type AppProgram,
  composeArgs,
  parseWhitelist,
  programOf,
  splitArgs,
} from "./app-args.ts";
export {
  diffVisor,
  type SecretComparison,
  type SecretReceipt,
  secretRefText,
  sortChanges,
  type VisorDiff,
} from "./diff-visor.ts";
export { defaultPort, type Found, foundAt } from "./found.ts";
export { isLeafPath, type LeafPath, parseLeafPath, type PortField } from "./leaf-path.ts";
export { riskOf } from "./risk-of.ts";
export {
  appPresenceWriter,
  type LeafVerb,
  type LeafWriter,
  methodsOf,
  type NoWriter,
  writerOf,
} from "./writer-of.ts";
