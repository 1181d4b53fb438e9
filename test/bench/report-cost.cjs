// Preloaded into the program that is measured: at its end it writes what it cost to descriptor 3. The peak is
// asked of the system by name, because the figure of the resource usage is inherited from who started us.
"use strict";
const { readFileSync, writeSync } = require("node:fs");

function peakBytes() {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS * 1024;
  const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
  return found === null ? process.memoryUsage().rss : Number(found[1]) * 1024;
}

/** How long the program was ready and others had the processors, as far as the system tells. */
function waitedSeconds() {
  if (process.platform !== "linux") return 0;
  const [, waitedNs] = readFileSync("/proc/self/schedstat", "utf8").split(" ");
  return Number(waitedNs) / 1e9;
}

process.on("exit", () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  const cost = {
    peakBytes: peakBytes(),
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    waitedSeconds: waitedSeconds(),
  };
  writeSync(3, JSON.stringify(cost));
});
