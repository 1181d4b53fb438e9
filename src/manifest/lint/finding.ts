// What a lint rule looks at, and what it finds.
import { defined, type Diagnostic, type Place } from "../../core/index.ts";
import type { DesiredFleet, GoneKey } from "../../model/index.ts";
import type { Edit } from "../edit/splice.ts";
import type { Manifest } from "../manifest.ts";
import type { MapTree, Source } from "../source.ts";
import type { Comment } from "./check-plain-secrets.ts";
import type { LintRuleId } from "./rules.ts";

/** One thing that a rule found: what, where, why and what to do. */
export interface LintFinding {
  readonly rule: LintRuleId;
  readonly diagnostic: Diagnostic & { readonly at: Place };
  /** What `--fix` does; absent where that would be a guess. */
  readonly fix?: Edit;
}

/** A good manifest in every form that rules look at. */
export interface Linted {
  readonly source: Source;
  readonly tree: MapTree;
  readonly manifest: Manifest;
  readonly desired: DesiredFleet;
  readonly comments: readonly Comment[];
  /** The time to go by; absent when nobody knows it. */
  readonly nowMs?: number;
  /** Keys that are no longer wanted, as others than the manifest tell. */
  readonly goneKeys?: ReadonlyMap<string, GoneKey>;
}

/** A warning of a rule. */
export function finding(
  rule: LintRuleId,
  said: Omit<Diagnostic, "code" | "severity"> & { readonly at: Place },
  fix?: Edit,
): LintFinding {
  const diagnostic = { code: `lint/${rule}`, severity: "warning", ...said } as const;
  return { rule, diagnostic, ...defined({ fix }) };
}

/** The offset of a place. */
export function offsetOf({ lineStarts }: Source, { line, column }: Place): number {
  return (lineStarts[line - 1] ?? 0) + column - 1;
}
