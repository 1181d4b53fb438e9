import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startBenchFleet } from "./bench-fleet.ts";
import { median, timeNode, timeStart } from "./timed-run.ts";
import type { TableRow } from "./table.ts";

const HELP_RUNS = 21;
/** How many times the time of an empty Node start the help may take. */
const HELP_MAX = 1.3;
const VISORS = 10_000;
const VALIDATE_MAX_SECONDS = 5;
const PARSE_YAML = fileURLToPath(new URL("./parse-yaml.mjs", import.meta.url));

/** The help text beside a Node program that does nothing, in turns. */
export async function benchHelp(program: string): Promise<TableRow> {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let run = 0; run < HELP_RUNS; run += 1) {
    ours.push(await timeStart([program, "--help"]));
    theirs.push(await timeStart(["--eval", "0"]));
  }
  const seconds = median(ours);
  const peer = median(theirs);
  return {
    name: "fleet --help",
    ours: seconds * 1000,
    unit: "ms",
    peerName: "an empty Node start",
    peer: peer * 1000,
    ratio: peer / seconds,
    goals: [{ text: `<= ${HELP_MAX}x its time`, isMet: seconds <= HELP_MAX * peer }],
  };
}

/** The check of a manifest of 10,000 visors beside the YAML library alone, which composes the same text. */
export async function benchValidate(program: string, runs: number): Promise<TableRow> {
  const fleet = await startBenchFleet(program, VISORS, 0);
  try {
    const env = { FLEET_HOME: join(fleet.manifest, "..", "home") };
    const ours = [];
    const theirs = [];
    for (let run = 0; run < runs; run += 1) {
      ours.push(await timeNode([program, "validate", fleet.manifest], env));
      theirs.push(await timeNode([PARSE_YAML, fleet.manifest]));
    }
    const seconds = median(ours.map((run) => run.seconds));
    const peer = median(theirs.map((run) => run.seconds));
    const megabytes = (fleet.manifestBytes / 1e6).toFixed(1);
    return {
      name: `validate, ${VISORS.toLocaleString("en")} visors, ${megabytes} MB`,
      ours: seconds,
      unit: "s",
      peerName: "the yaml library alone",
      peer,
      ratio: peer / seconds,
      peakMB: median(ours.map((run) => run.peakBytes)) / 1e6,
      cpuSeconds: median(ours.map((run) => run.cpuSeconds)),
      waitedSeconds: median(ours.map((run) => run.waitedSeconds)),
      goals: [
        { text: `<= ${VALIDATE_MAX_SECONDS.toFixed(1)} s`, isMet: seconds <= VALIDATE_MAX_SECONDS },
      ],
    };
  } finally {
    await fleet.stop();
  }
}

/** The release of Go on this machine, if there is one. */
export function goVersion(): string | undefined {
  const { status, stdout } = spawnSync("go", ["version"], { encoding: "utf8" });
  return status === 0 ? stdout.trim().split(" ")[2]?.replace(/^go/, "") : undefined;
}
