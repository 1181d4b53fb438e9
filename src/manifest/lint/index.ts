// The door of linting.
export type { LintFinding } from "./finding.ts";
export {
  fixManifest,
  keepable,
  type Keepable,
  lintManifest,
  type LintReport,
} from "./lint-manifest.ts";
export { LINT_RULES, type LintRule, type LintRuleId, lintRuleId } from "./rules.ts";
