export { dialTcp, listenTcp, type TcpServer } from "./tcp.ts";
export { type HomeFolders, homeFolders } from "./folders.ts";
export { type GitFacts, readGitFacts } from "./git.ts";
export { type Interrupt, onInterrupt } from "./interrupts.ts";
export { processTerminal, type Terminal } from "./terminal.ts";
export { nodeClock } from "./clock.ts";
export { nodeFiles } from "./files.ts";
export { nodeProcess, type PlatformProcess } from "./process-facts.ts";
export { nodeRandom } from "./random.ts";
