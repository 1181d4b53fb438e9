// What the apps of a visor's release know, told by what the visor shows.
import type { ObservedApp, SeenVisor } from "./observed.ts";

/** True for an app of a release before 2026: those do not show how they launch apps. */
export function isOf2024({ launcherMode }: Pick<ObservedApp, "launcherMode">): boolean {
  return launcherMode === undefined;
}

/** Whitelists of apps came in 2026, in the place of passcodes. Only where there is one an empty one means everybody. */
export function knowsWhitelist(
  { methods }: Pick<SeenVisor, "methods">,
  app: Pick<ObservedApp, "launcherMode">,
): boolean {
  return methods.get("SetAppWhitelist") === "present" || !isOf2024(app);
}

/** True for an app that the visor starts again whenever it stops. */
export function isKeptRunning({ restartPolicy }: Pick<ObservedApp, "restartPolicy">): boolean {
  return restartPolicy === "always";
}

/** True where a visor's apps show how they are launched; of a visor without apps nothing speaks against it. */
export function showsModes({
  showsModes: told,
  apps,
}: Pick<SeenVisor, "apps" | "showsModes">): boolean {
  const [first] = apps;
  return told ?? (first === undefined || !isOf2024(first));
}
