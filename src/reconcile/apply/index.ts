// What other rooms use of applying.
export { ApplyPast } from "./apply-past.ts";
export { type ApplyInput, applyPlan } from "./apply-plan.ts";
export { type ApprovalUses, type UseEntry } from "./approval-uses.ts";
export { type ApplyPoint } from "./write-step.ts";
export { type ApplyReport, type VisorReport } from "./report.ts";
export {
  type RestartInput,
  type RestartOutcome,
  restartApps,
  type VisorToRestart,
} from "./restart-apps.ts";
export { type Settled, settleIntents, type SettleInput } from "./settle-intents.ts";
export { type ApplyTiming } from "./timing.ts";
