// What an app's program does when it is started.
/**
 * What an app's program does when it is started.
 * Source: the recorded sessions of v1.3.20-6 app-life-*, app-crash-sigkill and app-stop-that-hangs.
 */
export type AppBehaviour =
  | "good"
  | "crash-at-start"
  | "crash-later"
  | "never-speaks"
  | "no-binary"
  | "reports-error"
  | "stop-hangs"
  | "starting-for-ever";

/** Every {@link AppBehaviour}, for showing and parsing. */
export const APP_BEHAVIOURS: readonly AppBehaviour[] = [
  "good",
  "crash-at-start",
  "crash-later",
  "never-speaks",
  "no-binary",
  "reports-error",
  "stop-hangs",
  "starting-for-ever",
];
