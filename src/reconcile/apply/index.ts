// What other rooms use of applying.
export {
  ApplyFold,
  ApplyPast,
  type ApplyState,
  type ApprovalUses,
  type UseEntry,
} from "./apply-past.ts";
export { type ApplyInput, applyPlan, type ApplyReport, type VisorReport } from "./apply-plan.ts";
export { type RestartOutcome, restartApps, type VisorToRestart } from "./restart-apps.ts";
