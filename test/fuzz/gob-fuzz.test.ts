import { expect, it } from "vitest";
import { fuzzGob } from "./gob-fuzz.ts";

/** Short for every run; the whole 300,000 with FLEET_FUZZ=300000. */
const MUTATIONS = Number(process.env["FLEET_FUZZ"] ?? 20_000);
const SEED = Number(process.env["FLEET_FUZZ_SEED"] ?? 20_261_122);
const SLOWEST_MS = 1_000;

it(`refuses ${MUTATIONS} changed streams with coded errors only, in bounded time`, () => {
  const report = fuzzGob(MUTATIONS, SEED);
  expect(report.mutations).toBe(MUTATIONS);
  expect(report.slowestMs).toBeLessThan(SLOWEST_MS);
  expect([...report.refusals.keys()].every((code) => /^(?:gob|rpc)\//.test(code))).toBe(true);
  expect(report.accepted).toBeGreaterThan(0);
}, 600_000);
