// Why a visor that answers is not to be asked more.
import { checkVisorKey, type VisorKey } from "../../core/index.ts";
import type { UnseenReading } from "./reading.ts";
import { remoteText } from "./remote-text.ts";
import type { SafeConfig } from "./safe-config.ts";
import type { Answer } from "./send-gate.ts";
import type { VisorTarget } from "./target.ts";
import type { OverviewWire } from "./wire-types.ts";

/** A hundred years: no machine has run for longer. */
const UPTIME_MAX_SECONDS = 100 * 366 * 24 * 60 * 60;

/** A visor that answers, but is not to be asked more. */
export type Unready = Extract<
  UnseenReading,
  { readonly kind: "starting" | "suspended" | "malformed" | "impostor" }
>;

/** The answers that tell whether a visor is up. */
export interface GateAnswers {
  readonly uptime: Answer<number>;
  readonly apps: Answer<unknown>;
  readonly transportTypes: Answer<unknown>;
  readonly startup: Answer<boolean>;
  /** Asked only of a visor that has not finished starting; a release without the method is not suspended. */
  readonly suspended: Answer<boolean>;
}

/** Why a visor that gave these answers must not be asked more; undefined when it is up. */
export function unreadyBecause(answers: GateAnswers): Unready | undefined {
  const { uptime, apps, transportTypes, startup } = answers;
  if (uptime.kind !== "answered" || apps.kind === "absent" || transportTypes.kind === "absent")
    return NO_VISOR;
  if (!(uptime.value >= 0 && uptime.value <= UPTIME_MAX_SECONDS)) return NO_UPTIME;
  // Suspended, it looks as one that is starting, and it never will have.
  const { suspended } = answers;
  if (suspended.kind === "answered" && suspended.value) return SUSPENDED;
  if (apps.kind === "refused") return starting("Apps", `it says "${remoteText(apps.text)}"`);
  if (transportTypes.kind === "refused")
    return starting("TransportTypes", `it says "${remoteText(transportTypes.text)}"`);
  if (startup.kind === "refused")
    return starting("IsStartupComplete", `it says "${remoteText(startup.text)}"`);
  if (startup.kind === "answered" && !startup.value)
    return starting("IsStartupComplete", "it has not finished starting");
  return undefined;
}

/** The key of the visor that answered, when it is the one that was dialled; otherwise what to say of it. */
export function keyFrom(
  target: VisorTarget,
  config: SafeConfig | undefined,
  overview: OverviewWire | undefined,
): VisorKey | Unready {
  const text = config?.pk ?? overview?.PubKey ?? "";
  if (text === target.key) return target.key;
  const checked = checkVisorKey(text);
  if ("fault" in checked) return NO_KEY;
  const answered = checked.key;
  if (target.key === undefined) return answered;
  return {
    kind: "impostor",
    answered,
    detail: `visor ${answered} answered in its place`,
    next: "check the key in the manifest, and that --rpc names the visor you mean",
  };
}

const NO_VISOR: Unready = {
  kind: "malformed",
  code: "visor/no-visor",
  detail: "it answers calls but has not the methods of a visor",
  next: "check that --rpc names a visor's RPC address",
};

/** When it started decides what waits for a restart; what cannot be must not pass for a start in the future or long ago. */
const NO_UPTIME: Unready = {
  kind: "malformed",
  code: "visor/uptime",
  detail: "it says that it has run for a time that cannot be",
  next: "restart the visor, and look at its clock and its log",
};

const SUSPENDED: Unready = {
  kind: "suspended",
  detail: "it is suspended: everything but its local RPC is taken down until somebody resumes it",
  next: "run `skywire cli visor resume` on its machine",
};

const NO_KEY: Unready = {
  kind: "malformed",
  code: "visor/no-key",
  detail: "it does not tell its key",
  next: "look at the visor's log, then try again",
};

function starting(waitingFor: string, why: string): Unready {
  return {
    kind: "starting",
    waitingFor,
    detail: `still starting, or cut off from its services: ${why}`,
    next: "wait a minute and try again; if it stays so, look at the visor's log",
  };
}
