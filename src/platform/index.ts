// The door of platform: the ports of core as this machine has them.
export { dialTcp, listenTcp, type TcpServer } from "./tcp.ts";
export {
  type HomeFolders,
  homeFolders,
  type Interrupt,
  nodeClock,
  nodeMonoMs,
  nodeProcess,
  nodeRandom,
  onFirstInterrupt,
  onInterrupt,
  openFilesMax,
  type PlatformProcess,
} from "./this-process.ts";
export { type FileAtCommit, type NoCommitCause, readFileAt, readNoCommitCause } from "./git.ts";
export { commitFile, type GitState, readGitState } from "./git-commit.ts";
export {
  type GitAnswer,
  type GitFacts,
  type GitRefusal,
  type PlacedFacts,
  readGitFacts,
  readGitFactsAt,
} from "./git-facts.ts";
export {
  type Ancestry,
  type FileCommit,
  type FileHistory,
  readAncestry,
  readFileHistory,
  readMeeting,
} from "./git-history.ts";
export { fetchBranch, isRefName, type RemoteBranch, trackingRef } from "./git-fetch.ts";
export { type GitSigner, hasSignature, verifyCommit } from "./git-signature.ts";
export { processTerminal, type Terminal } from "./terminal.ts";
export { nodeFiles } from "./files.ts";
export {
  type HttpAnswer,
  type HttpPages,
  type HttpServer,
  isLoopback,
  servePages,
} from "./http.ts";
export { type CommandFault, type CommandInput, runCommand } from "./run-command.ts";
export { type FolderWatch, nodeWatchFolder, type WatchFolder } from "./watch-folder.ts";
export { type Child, type ChildOptions, startChild } from "./child.ts";
export { type SignaturePool, signaturePool } from "./signature-pool.ts";
