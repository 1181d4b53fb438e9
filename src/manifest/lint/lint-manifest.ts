// Linting a manifest, and fixing what can be fixed.
import { assert, defined, type Diagnostic } from "../../core/index.ts";
import { type Edit, spliced } from "../edit/splice.ts";
import { parseManifest } from "../parse-manifest.ts";
import { resolveManifest } from "../resolve-manifest.ts";
import { isSameFleet } from "../same-fleet.ts";
import { withLines } from "../shown-line.ts";
import { makeSource, type Source } from "../source.ts";
import { parseSimilarTree } from "../similar-tree.ts";
import { checkAppsAndSettings } from "./check-app-and-setting.ts";
import { checkOpenWhitelists, checkSingleController } from "./check-access.ts";
import { checkKeysListedTwice, checkNamesListedTwice } from "./check-listed-twice.ts";
import { checkPlainSecrets, commentsOf } from "./check-plain-secrets.ts";
import { checkUnusedRoles, checkUnusedWhitelists } from "./check-unused.ts";
import { checkEndedIgnores } from "./check-ended-ignores.ts";
import { checkHalfOwnedTrust, checkKeysThatStay } from "./check-trust.ts";
import { heedDisables } from "./disables.ts";
import type { Linted, LintFinding } from "./finding.ts";
import { LINT_RULES, type LintRuleId } from "./rules.ts";

/** Comments that switch off nothing are found when all else is. */
const CHECKS: Readonly<
  Record<Exclude<LintRuleId, "unused-disable">, (linted: Linted) => readonly LintFinding[]>
> = {
  "unused-role": checkUnusedRoles,
  "unused-whitelist": checkUnusedWhitelists,
  "key-listed-twice": checkKeysListedTwice,
  "name-listed-twice": checkNamesListedTwice,
  "single-controller": checkSingleController,
  "whitelist-open": checkOpenWhitelists,
  "key-stays": checkKeysThatStay,
  "half-owned-trust": checkHalfOwnedTrust,
  "plain-secret": checkPlainSecrets,
  "ended-ignore": checkEndedIgnores,
  "app-and-setting": checkAppsAndSettings,
};
const ALL: ReadonlySet<LintRuleId> = new Set(LINT_RULES.map(({ id }) => id));
/** A fix can make room for another; more rounds than this would mean that they go in a circle. */
const ROUNDS_MAX = 10;

/** What linting gives. When the manifest is refused, why, and no findings. */
export interface LintReport {
  readonly findings: readonly LintFinding[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Looks in a good manifest for what is allowed and seldom meant, in the order of its lines. Comments
 * `# fleet-lint-disable-line RULE` and `# fleet-lint-disable-next-line RULE` switch rules off on one line.
 * `nowMs` (unix ms) tells what has ended; without it nothing has. `goneKeys` are keys that were taken away, as others
 * than the manifest tell, each with why.
 */
export function lintManifest(
  text: string,
  file: string,
  rules: ReadonlySet<LintRuleId> = ALL,
  nowMs?: number,
  goneKeys?: Linted["goneKeys"],
): LintReport {
  const linted = lintedOf(text, file, nowMs, goneKeys);
  if ("diagnostics" in linted) {
    return { findings: [], diagnostics: withLines(linted.diagnostics, makeSource(text, file)) };
  }
  return { findings: shown(findingsOf(linted, rules), linted.source), diagnostics: [] };
}

/** Whether the text of a manifest may be kept in the ledger. */
export type Keepable =
  | { readonly kind: "keepable" }
  /** The manifest says so itself, or is refused. */
  | { readonly kind: "unwanted" }
  /** It holds what looks like a secret, whatever its comments switch off. */
  | { readonly kind: "secret"; readonly first: Diagnostic };

/** Says whether the text of a manifest may be kept. */
export function keepable(text: string, file: string): Keepable {
  const linted = lintedOf(text, file);
  if ("diagnostics" in linted || linted.desired.ledger.keepManifests === false)
    return { kind: "unwanted" };
  const [first] = checkPlainSecrets(linted);
  return first === undefined ? { kind: "keepable" } : { kind: "secret", first: first.diagnostic };
}

function shown(findings: readonly LintFinding[], source: Source): readonly LintFinding[] {
  const lines = withLines(
    findings.map(({ diagnostic }) => diagnostic),
    source,
  );
  return findings.map((finding, index) => {
    const excerpt = lines[index]?.excerpt;
    if (excerpt === undefined) return finding;
    return { ...finding, diagnostic: { ...finding.diagnostic, excerpt } };
  });
}

/**
 * Carries out the fixes of all findings that have one. What the manifest wants stays the same. A text that is refused
 * comes back as it is.
 */
export function fixManifest(
  text: string,
  file: string,
  rules: ReadonlySet<LintRuleId> = ALL,
  nowMs?: number,
): { readonly text: string; readonly fixed: readonly LintFinding[] } {
  const fixed: LintFinding[] = [];
  let fixedText = text;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const chosen = apart(lintManifest(fixedText, file, rules, nowMs).findings);
    if (chosen.length === 0) break;
    fixed.push(...chosen.map(({ finding }) => finding));
    fixedText = spliced(
      fixedText,
      chosen.map(({ edit }) => edit),
    );
  }
  if (fixed.length > 0) assertSame(text, fixedText, file);
  return { text: fixedText, fixed };
}

function findingsOf(linted: Linted, rules: ReadonlySet<LintRuleId>): readonly LintFinding[] {
  const found = Object.entries(CHECKS).flatMap(([rule, check]) =>
    rules.has(rule as LintRuleId) ? check(linted) : [],
  );
  return heedDisables(found, linted, rules).toSorted(
    ({ diagnostic: { at: left } }, { diagnostic: { at: right } }) =>
      left.line - right.line || left.column - right.column,
  );
}

function lintedOf(
  text: string,
  file: string,
  nowMs?: number,
  goneKeys?: Linted["goneKeys"],
): Linted | { readonly diagnostics: readonly Diagnostic[] } {
  const parsed = parseManifest(text, file);
  if (parsed.manifest === undefined) return { diagnostics: parsed.diagnostics };
  const { desired, diagnostics } = resolveManifest(parsed.manifest);
  if (desired === undefined) return { diagnostics: [...parsed.diagnostics, ...diagnostics] };
  const source = makeSource(text, file);
  // Parsed just now: its visors are remembered.
  const { tree } = parseSimilarTree(source);
  assert(tree?.kind === "map", "a manifest that resolves is a map");
  const now = defined({
    nowMs,
    goneKeys,
  });
  const comments = commentsOf(source);
  return { source, tree, manifest: parsed.manifest, desired, comments, ...now };
}

/** Fixes that do not touch each other; the others come in the next round. */
function apart(
  findings: readonly LintFinding[],
): readonly { readonly finding: LintFinding; readonly edit: Edit }[] {
  let end = -1;
  return findings
    .flatMap((finding) => (finding.fix === undefined ? [] : [{ finding, edit: finding.fix }]))
    .toSorted((a, b) => a.edit.from - b.edit.from)
    .filter(({ edit }) => {
      if (edit.from < end) return false;
      end = edit.to;
      return true;
    });
}

function assertSame(before: string, after: string, file: string): void {
  const [left, right] = [lintedOf(before, file), lintedOf(after, file)];
  assert(
    "desired" in left && "desired" in right && isSameFleet(left.desired, right.desired),
    "a fix never changes what a manifest wants",
  );
}
