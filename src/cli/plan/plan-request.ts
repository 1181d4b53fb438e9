// What a plan is asked for: the words of the command line, read once.
import { defined } from "../../core/index.ts";
import type { Overrides } from "../../model/index.ts";
import { manifestName } from "../manifest/manifest-source.ts";
import { type AccessRequest, accessRequestOf } from "../shell/access-request.ts";
import type { Given } from "../shell/arguments.ts";
import { type KeyFileChoice, keyFileOf } from "../shell/home-files.ts";
import { nowOf } from "../shell/now-option.ts";
import { overridesOf } from "../shell/overrides.ts";
import type { World } from "../shell/world.ts";

const EXPIRES_AFTER_MS = 60 * 60 * 1_000;

/** What to plan, by what, and how visors are reached. */
export interface PlanRequest {
  /** The manifest, as the user named it. */
  readonly manifest: string;
  /** The commit whose text is planned instead of the file's. */
  readonly at?: string;
  /** A selection of visors; all of them when absent. */
  readonly on?: string;
  /** Single values, `VISOR/PATH` each; all of them when empty. */
  readonly only: readonly string[];
  /** The time to go by, in milliseconds; the clock's when absent. */
  readonly nowMs?: number;
  /** How long the plan may be applied, in milliseconds. */
  readonly expiresAfterMs: number;
  readonly overrides: Overrides;
  readonly access: AccessRequest;
  readonly keyFile: KeyFileChoice;
}

/**
 * Reads what a plan is asked for.
 * @param word names the manifest, when it is not the first word
 * @throws FleetError cli/usage (exit 64)
 */
export function planRequestOf(
  given: Given,
  world: World,
  word: string | undefined = given.words[0],
): PlanRequest {
  const at = given.text("at");
  const on = given.text("on");
  const nowMs = nowOf(given, world);
  return {
    manifest: manifestName(given, world, word),
    ...defined({ at, on }),
    only: given.texts("only"),
    ...defined({ nowMs }),
    expiresAfterMs: given.durationMs("expires") ?? EXPIRES_AFTER_MS,
    overrides: overridesOf(given),
    access: accessRequestOf(given),
    keyFile: keyFileOf(given, world),
  };
}
