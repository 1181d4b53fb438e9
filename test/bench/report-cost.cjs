// Preloaded into the program that is measured: at its end it writes what it cost to descriptor 3. The peak is
// asked of the system by name, because the figure of the resource usage is inherited from who started us.
"use strict";
const { readFileSync, writeSync } = require("node:fs");

function peakBytes() {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS * 1024;
  const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
  return found === null ? process.memoryUsage().rss : Number(found[1]) * 1024;
}

process.on("exit", () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  const cost = { peakBytes: peakBytes(), cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 };
  writeSync(3, JSON.stringify(cost));
});
