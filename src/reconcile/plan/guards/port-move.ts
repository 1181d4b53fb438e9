// A guard: a port served over dmsg is moved only where its old listener can be led to the new local port.
import type { DesiredVisor, Refusal, SeenVisor } from "../../../model/index.ts";
import { type LeftOf, moveFault, parseLeafPath } from "../../diff/index.ts";

/** What the guard looks at: one visor as it is wanted and seen, and what of it waits for a restart. */
export interface PortMoveInput {
  readonly desired: DesiredVisor;
  readonly seen: SeenVisor;
  readonly left: LeftOf;
  /** The paths that the plan changes. */
  readonly changed: ReadonlySet<string>;
}

/**
 * Refuses to move a port whose dmsg listener would stay at the old local port: where the manifest says the proxy
 * address itself, which would have to lead it, and where nobody knows whether there is a listener.
 */
export function checkPortMoves({
  desired,
  seen,
  left,
  changed,
}: PortMoveInput): readonly Refusal[] {
  const refusals: Refusal[] = [];
  for (const leaf of desired.leaves.values()) {
    const at = parseLeafPath(leaf.path);
    if (at.section !== "ports" || at.field !== "local_port" || !changed.has(leaf.path)) continue;
    const fault = moveFault(desired, seen, at.port, left);
    if (fault === undefined) continue;
    refusals.push({
      guard: "port-move",
      visor: desired.key,
      path: leaf.path,
      ...WORDS[fault](at.port, desired.name),
      place: leaf.origin.place,
    });
  }
  return refusals;
}

type Words = Pick<Refusal, "message" | "measured" | "limit" | "next">;

const WORDS: Readonly<
  Record<"owned-proxy" | "unknown-listener", (port: number, visor: string) => Words>
> = {
  "owned-proxy": (port, visor) => ({
    message: `over dmsg, port ${port} of ${visor} keeps its old local port until the visor restarts, and its proxy_addr, which could lead it to the new one, is the manifest's own`,
    measured: "proxy_addr is written",
    limit: "proxy_addr is not written",
    next: `take ports.${port}.proxy_addr out of the manifest until the visor has restarted; or write ports.${port}: closed, apply, restart the visor, and serve it anew`,
  }),
  "unknown-listener": (port, visor) => ({
    message: `port ${port} of ${visor} would get dmsg and another local port at once, and nothing tells whether a dmsg listener is open at the old one`,
    measured: "dmsg is off, as the visor shows it",
    limit: "a known listener, or none wanted",
    next: `move it with dmsg: false first, apply, then write dmsg: true, which is in force after the visor restarts; or restart the visor and write ports.${port}: closed before it is served anew`,
  }),
};
