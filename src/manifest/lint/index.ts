export type { LintFinding } from "./finding.ts";
export { fixManifest, lintManifest, type LintReport } from "./lint-manifest.ts";
export { LINT_RULES, type LintRule, type LintRuleId, lintRuleId } from "./rules.ts";
