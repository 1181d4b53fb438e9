// Tests of access that a manifest writes, held against the ways there are: met, failed with a witness, or unknown with the reason.
import { counted, type VisorKey } from "../core/index.ts";
import type {
  CheckedExpectation,
  Expectation,
  ExpectationResult,
  ExpectationRow,
  ExpectedUsers,
} from "../model/index.ts";
import type { Doubt, TrustGraph, Way } from "./trust-graph.ts";
import type { UnknownList, VisorTrust } from "./visor-trust.ts";

/** What tests are held against. */
export interface ExpectationFacts {
  readonly graph: TrustGraph;
  readonly controllers: readonly VisorKey[];
  /** How people call a key. */
  readonly nameOf: (key: string) => string;
  /** What hangs on visors that were not looked at is left out, and not told as unknown. */
  readonly leavesOut?: boolean;
}

/** Holds tests against the ways there are, each with what it found; a test of which everything is left out is left out. */
export function checkExpectations(
  expectations: readonly Expectation[],
  facts: ExpectationFacts,
): readonly CheckedExpectation[] {
  return expectations.flatMap((expected) => {
    const asked = expected.visors.map((visor) => rowOf(expected, visor, facts));
    const rows = asked.filter(
      (row): row is ExpectationRow => row !== undefined && row !== LEFT_OUT,
    );
    if (asked.length > 0 && asked.every((row) => row === LEFT_OUT)) return [];
    return [{ text: expected.text, place: expected.place, result: resultOf(rows), rows }];
  });
}

/** Said of a visor of which is not asked. */
const LEFT_OUT = "left out";

function resultOf(rows: readonly ExpectationRow[]): ExpectationResult {
  if (rows.some(({ result }) => result === "failed")) return "failed";
  return rows.length === 0 ? "met" : "unknown";
}

function rowOf(
  expected: Expectation,
  visor: VisorKey,
  facts: ExpectationFacts,
): ExpectationRow | typeof LEFT_OUT | undefined {
  const { graph, nameOf } = facts;
  const trust = graph.visors.get(visor);
  if (trust === undefined) return { visor, result: "unknown", why: "it was not looked at" };
  switch (expected.kind) {
    case "manages": {
      // Nothing takes a visor's own key from it.
      if (!expected.is && expected.key === visor) return undefined;
      const answer = graph.answer(expected.key, visor);
      if (answer.kind === "unknown" && facts.leavesOut === true && answer.doubts.every(isUnlooked))
        return LEFT_OUT;
      if (answer.kind === "unknown")
        return { visor, result: "unknown", why: doubtText(answer.doubts, nameOf) };
      if ((answer.kind === "yes") === expected.is) return undefined;
      const why =
        answer.kind === "yes"
          ? pathText(answer.path, nameOf)
          : `${nameOf(expected.key)} stands in none of the lists that lead into ${nameOf(visor)}`;
      return { visor, result: "failed", why };
    }
    case "only":
      return usersRow(expected, trust, nameOf);
    case "controllers": {
      const managers = graph.listedIn(visor);
      const found = facts.controllers.filter((key) => key === visor || managers.includes(key));
      if (found.length >= expected.count) return undefined;
      const lists = [trust.lists["trust.hypervisors"], trust.lists["trust.pty"]];
      const open = lists.find((list) => list.open !== undefined)?.open;
      const names = found.length === 0 ? "" : `: ${found.map(nameOf).join(", ")}`;
      const why = `${counted(found.length, "controller")} of ${expected.count} ${found.length === 1 ? "has" : "have"} a way into ${nameOf(visor)}${names}`;
      return open === undefined
        ? { visor, result: "failed", why }
        : { visor, result: "unknown", why: `${why}, and ${UNKNOWN[open]}` };
    }
  }
}

function isUnlooked(doubt: Doubt): boolean {
  return "why" in doubt && doubt.why === "not-looked-at";
}

function usersRow(
  { use, keys }: ExpectedUsers,
  { key: visor, uses, usesOpen, otherApps = [] }: VisorTrust,
  nameOf: ExpectationFacts["nameOf"],
): ExpectationRow | undefined {
  const found = uses.find(({ path }) => path === use);
  if (found === undefined && otherApps.some((app) => use === `apps.${app}`))
    return {
      visor,
      result: "unknown",
      why: `who may use ${use} is not known: it is no exit of Skywire's`,
    };
  if (found === undefined)
    return usesOpen === undefined
      ? undefined
      : { visor, result: "unknown", why: `who may use ${use} is not known: ${UNKNOWN[usesOpen]}` };
  const { who } = found;
  if (who === "anyone") return { visor, result: "failed", why: `anyone may use ${use}` };
  const others = who.keys.filter((key) => key !== visor && !keys.includes(key));
  if (others.length > 0)
    return {
      visor,
      result: "failed",
      why: `${others.map(nameOf).join(", ")} may use ${use} too`,
    };
  return who.open === undefined
    ? undefined
    : { visor, result: "unknown", why: `who may use ${use} is not known: ${UNKNOWN[who.open]}` };
}

const UNKNOWN: Readonly<Record<UnknownList, string>> = {
  "not-owned": "the manifest does not own the list",
  "not-whole": "the manifest owns only some members of the list",
  "not-read": "the visor was not read",
  "not-shown": "the release does not show the list",
  "not-looked-at": "the visor was not looked at",
};

/** Why something is not known: the first doubt, and how many more there are. */
export function doubtText(doubts: readonly Doubt[], nameOf: ExpectationFacts["nameOf"]): string {
  const [first, ...more] = doubts;
  if (first === undefined) return "nothing is known";
  const also = more.length === 0 ? "" : `; and ${counted(more.length, "more list")} like it`;
  return "hypervisor" in first
    ? `${nameOf(first.hypervisor)}, a hypervisor of ${nameOf(first.visor)}, is no visor of the fleet, and may let others in${also}`
    : `${first.list} of ${nameOf(first.visor)} is not known: ${UNKNOWN[first.why]}${also}`;
}

/** A chain of ways in words: `phone manages desk by trust.pty, and desk manages hub-1 by trust.hypervisors`. */
export function pathText(path: readonly Way[], nameOf: ExpectationFacts["nameOf"]): string {
  return path
    .map(({ from, to, by, via }) => {
      const how =
        by === "own-key"
          ? "by its own key"
          : via === undefined
            ? `by ${by}`
            : `because ${nameOf(via)} pushes it`;
      return `${nameOf(from)} manages ${nameOf(to)} ${how}`;
    })
    .join(", and ");
}
