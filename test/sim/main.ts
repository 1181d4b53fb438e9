// `npm run sim`: plays seeds and prints what was found. `--seeds N` plays N from `--from`; `--seed S` plays one and tells all of it;
// `--planted NAME` puts a fault in, and succeeds when it is found.
import childProcess from "node:child_process";
import { syncBuiltinESMExports } from "node:module";
import process from "node:process";
import { parseArgs } from "node:util";
import { SimulatedCrash } from "../support/memory-files.ts";
import { FOUND_BY, PLANTED, runSeed } from "./run-seed.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "100" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    planted: { type: "string" },
  },
});

// A process of a run that died leaves promises that nobody waits for.
process.on("unhandledRejection", (error) => {
  if (!(error instanceof SimulatedCrash)) throw error;
});

const wanted =
  values.planted === "all" ? PLANTED : PLANTED.filter((name) => name === values.planted);
if (values.planted !== undefined && wanted.length === 0)
  throw new Error(`--planted is all, or one of ${PLANTED.join(", ")}`);

// Git is a process of its own, in real time: in these worlds there is none.
Object.assign(childProcess, { execFile: noGit });
syncBuiltinESMExports();

const from = Number(values.seed ?? values.from);
const count = values.seed === undefined ? Number(values.seeds) : 1;
// Commands load their code when they first run, in time that no clock of a run knows of.
await runSeed(0);
let isGood = true;
if (values.planted === undefined) isGood = await playAll();
else for (const name of wanted) isGood = (await finds(name)) && isGood;
process.exitCode = isGood ? 0 : 1;

/** Plays the seeds and prints what was found; true when that is nothing. */
async function playAll(): Promise<boolean> {
  const totals: Record<string, number> = {};
  let failed = 0;
  const begun = performance.now();
  for (let seed = from; seed < from + count; seed += 1) {
    const { violations, counts } = await runSeed(seed);
    for (const [what, number] of Object.entries(counts))
      totals[what] = (totals[what] ?? 0) + number;
    if (violations.length === 0) continue;
    failed += 1;
    for (const { invariant, says } of violations)
      process.stdout.write(`seed ${seed}: ${invariant}: ${says}\n`);
    process.stdout.write(`  npm run sim -- --seed ${seed}\n`);
  }
  const seconds = (performance.now() - begun) / 1000;
  const sums = Object.entries(totals).map(([what, number]) => `${what} ${number}`);
  process.stdout.write(
    `${sums.join(", ")}\n${count} seeds from ${from} in ${seconds.toFixed(1)} s (${(count / seconds).toFixed(1)} a second), ${failed} with findings\n`,
  );
  return failed === 0;
}

/** True when a planted fault is found by one of the seeds. */
async function finds(name: (typeof PLANTED)[number]): Promise<boolean> {
  for (let seed = from; seed < from + count; seed += 1) {
    const { violations } = await runSeed(seed, name);
    const first = violations.find(({ invariant }) => invariant === FOUND_BY[name]);
    if (first === undefined) continue;
    process.stdout.write(
      `planted ${name}: seed ${seed} finds it: ${first.invariant}: ${first.says}\n`,
    );
    return true;
  }
  process.stdout.write(`planted ${name}: no seed of ${count} finds it\n`);
  return false;
}

/** As where no git is installed; the last word is who waits for it. */
function noGit(...words: readonly unknown[]): { readonly stdin: undefined } {
  const done = words.at(-1) as (error: Error, out: Uint8Array, err: Uint8Array) => void;
  const nothing = new Uint8Array();
  queueMicrotask(() =>
    done(Object.assign(new Error("there is no git"), { code: "ENOENT" }), nothing, nothing),
  );
  return { stdin: undefined };
}
