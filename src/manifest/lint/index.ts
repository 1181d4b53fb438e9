// The door of linting.
export type { LintFinding } from "./finding.ts";
export { fixManifest, keepable, lintManifest } from "./lint-manifest.ts";
export { LINT_RULES, type LintRuleId, lintRuleId } from "./rules.ts";
