import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { vectorsFolder } from "./vectors.ts";

const NAME = "cxo-hollow.json";
const COMMITTED = fileURLToPath(new URL(`../vectors/${NAME}`, import.meta.url));

/** One publication of a run, and what the node made of it. */
export interface HollowPush {
  /** "first Root, cut", "same Root again", "next Root, one more entry", "next Root, list of degree 17". */
  readonly what: string;
  /** Labels of what the node asked for, in order; cut in the middle when there are more than `askedCount` says. */
  readonly asked: readonly string[];
  readonly askedCount: number;
  readonly outcome: string;
  /** Number of the Root that it shows then; `null` for none, "no answer" when it is dead. */
  readonly shows: number | string | null;
  /** Objects of that Root. */
  readonly total: number;
  /** How many of them never came. */
  readonly lacks: number;
}

/** A feed's publications to one node, the first of them cut. */
export interface HollowRun {
  /** Entries of the first Root. */
  readonly entries: number;
  /** Objects that were served before the connection was cut. */
  readonly cutAfter: number;
  readonly pushes: readonly HollowPush[];
  readonly alive: boolean;
}

/** Runs of a real node whose publications were cut. */
export function hollowRuns(): readonly HollowRun[] {
  const own = path.join(vectorsFolder(), NAME);
  const text = readFileSync(existsSync(own) ? own : COMMITTED, "utf8");
  return (JSON.parse(text) as { readonly runs: readonly HollowRun[] }).runs;
}
