// The door of platform: the ports of core as this machine has them.
export { dialTcp, listenTcp, type TcpServer } from "./tcp.ts";
export {
  homeFolders,
  type Interrupt,
  nodeClock,
  nodeMonoMs,
  nodeProcess,
  nodeRandom,
  onFirstInterrupt,
  onInterrupt,
  openFilesMax,
} from "./this-process.ts";
export { type FileAtCommit, readFileAt, readNoCommitCause } from "./git.ts";
export { commitFile, type GitState, readGitState } from "./git-commit.ts";
export {
  type GitAnswer,
  type GitFacts,
  type GitRefusal,
  readGitFacts,
  readGitFactsAt,
} from "./git-facts.ts";
export { type FileCommit, readAncestry, readFileHistory, readMeeting } from "./git-history.ts";
export { fetchBranch, isRefName, type RemoteBranch, trackingRef } from "./git-fetch.ts";
export { type GitSigner, hasSignature, verifyCommit } from "./git-signature.ts";
export { processTerminal, type Terminal } from "./terminal.ts";
export { nodeFiles } from "./files.ts";
export { type HttpAnswer, type HttpServer, isLoopback, servePages } from "./http.ts";
export { runCommand } from "./run-command.ts";
export { type FolderWatch, nodeWatchFolder, type WatchFolder } from "./watch-folder.ts";
export { type Child, type ChildOptions, startChild } from "./child.ts";
export { signaturePool } from "./signature-pool.ts";
