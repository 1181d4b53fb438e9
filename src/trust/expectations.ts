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
}

/** Holds tests against the ways there are, each with what it found. */
export function checkExpectations(
  expectations: readonly Expectation[],
  facts: ExpectationFacts,
): readonly CheckedExpectation[] {
  return expectations.map((expected) => {
    const rows = expected.visors.flatMap((visor) => rowOf(expected, visor, facts) ?? []);
    return { text: expected.text, place: expected.place, result: resultOf(rows), rows };
  });
}

function resultOf(rows: readonly ExpectationRow[]): ExpectationResult {
  if (rows.some(({ result }) => result === "failed")) return "failed";
  return rows.length === 0 ? "met" : "unknown";
}

function rowOf(
  expected: Expectation,
  visor: VisorKey,
  facts: ExpectationFacts,
): ExpectationRow | undefined {
  const { graph, nameOf } = facts;
  const trust = graph.visors.get(visor);
  if (trust === undefined) return { visor, result: "unknown", why: "it was not looked at" };
  switch (expected.kind) {
    case "manages": {
      const answer = graph.answer(expected.key, visor);
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

function usersRow(
  { use, keys }: ExpectedUsers,
  { key: visor, uses, usesOpen }: VisorTrust,
  nameOf: ExpectationFacts["nameOf"],
): ExpectationRow | undefined {
  const found = uses.find(({ path }) => path === use);
  if (found === undefined)
    return usesOpen === undefined
      ? undefined
      : { visor, result: "unknown", why: `of ${use} ${UNKNOWN[usesOpen]}` };
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
    : { visor, result: "unknown", why: `of ${use} ${UNKNOWN[who.open]}` };
}

const UNKNOWN: Readonly<Record<UnknownList, string>> = {
  "not-owned": "the manifest does not own the list",
  "not-whole": "the manifest owns only some members of the list",
  "not-read": "the visor was not read",
  "not-shown": "the release does not show the list",
};

/** Why something is not known: the first doubt, and how many more there are. */
export function doubtText(doubts: readonly Doubt[], nameOf: ExpectationFacts["nameOf"]): string {
  const [first, ...more] = doubts;
  if (first === undefined) return "nothing is known";
  const also = more.length === 0 ? "" : `, and ${counted(more.length, "more list")} are not known`;
  return "hypervisor" in first
    ? `${nameOf(first.hypervisor)}, a hypervisor of ${nameOf(first.visor)}, is no visor of the fleet, and may let others in${also}`
    : `of ${first.list} of ${nameOf(first.visor)} ${UNKNOWN[first.why]}${also}`;
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
