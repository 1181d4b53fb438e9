// What other rooms use of applying.
export { ApplyPast, type ApprovalUses, type UseEntry } from "./apply-past.ts";
export { type ApplyInput, applyPlan, type ApplyReport, type VisorReport } from "./apply-plan.ts";
export { type ApplyPoint } from "./write-step.ts";
export {
  type RestartInput,
  type RestartOutcome,
  restartApps,
  type VisorToRestart,
} from "./restart-apps.ts";
export type { Settled, SettleInput } from "./settle-intents.ts";
export { type ApplyTiming } from "./timing.ts";
