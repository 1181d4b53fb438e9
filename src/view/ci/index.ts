// The door of the reports for CI: a plan as Markdown, JUnit, SARIF, code quality and annotations.
export { planAnnotations } from "./annotations.ts";
export { planCodeQuality } from "./code-quality.ts";
export { commandFree } from "../text.ts";
export { planJunit } from "./junit.ts";
export { type MarkdownFacts, planComment, planStepSummary } from "./plan-markdown.ts";
export { planSarif } from "./sarif.ts";
