// What a failed connection says about a visor, in words that a person can act on.
import { FleetError, type StreamAddress } from "../../core/index.ts";
import { OLD_RPC_PORT } from "./releases.ts";
import { formatRpcAddress, type VisorRoute } from "./target.ts";
import type { UnreachableReason, UnseenReading } from "./reading.ts";

/** What is known about a connection that failed. */
export interface FailureContext {
  readonly rpcAddress: StreamAddress;
  readonly route: VisorRoute;
  /** The local visor took a connection before: it is there. */
  readonly wasTaken: boolean;
  /** From the open connection to the failure. */
  readonly elapsedMs: number;
  readonly bridgeDialMs: number;
}

/** An end this close to the local visor's own patience is its doing. */
const PATIENCE_SHARE = 0.8;
const CHECK_TRUST = "check that it trusts this machine's visor (hypervisors or pty whitelist)";

/**
 * What a failure says about a visor, as far as the wire tells.
 * @throws the error itself when it is no failure of a visor or of the way to it
 */
export function explainFailure(error: unknown, context: FailureContext): UnseenReading {
  if (!(error instanceof FleetError)) throw error;
  if (error.code.startsWith("net/")) return notTaken(error, context);
  switch (error.code) {
    case "rpc/closed-silent":
      return closedSilently(context);
    case "rpc/timeout":
      return unreachableBecause("not-answering", "no answer in time");
    case "rpc/stalled":
      return unreachableBecause("cut", "it fell silent in the middle of a reply");
    case "rpc/closed-mid-message":
      return unreachableBecause("cut", "the connection ended in the middle of a reply");
    case "rpc/closed":
      return unreachableBecause("cut", "the connection ended before all replies had come");
    case "rpc/undecodable":
      return malformed(error.cause instanceof FleetError ? error.cause : error);
    default:
      if (/^(?:gob|visor)\//.test(error.code)) return malformed(error);
      throw error;
  }
}

/** A local visor that is surely there and takes no more connections has too many, or we have too many files open. */
function notTaken(error: FleetError, { rpcAddress, wasTaken }: FailureContext): UnseenReading {
  if (error.code === "net/files-open") {
    return {
      kind: "unreachable",
      reason: "local-visor-short",
      detail: error.message,
      next: error.next ?? NEXT["local-visor-short"],
    };
  }
  return wasTaken && error.code !== "net/refused"
    ? localVisorAtFault("local-visor-short")
    : noLocalVisor(rpcAddress);
}

/** The one thing to say when nobody listens at the local address. */
function noLocalVisor(rpcAddress: StreamAddress): UnseenReading {
  return {
    kind: "unreachable",
    reason: "no-local-visor",
    detail: `nobody answers at ${formatRpcAddress(rpcAddress)}`,
    next: "start the visor on this machine (skywire visor), or name another one with --rpc HOST:PORT; `fleet validate` needs none",
  };
}

/** How the local visor itself can be why nobody else is reached. */
export type LocalFault =
  | "old-local-visor"
  | "local-visor-starting"
  | "local-visor-suspended"
  | "local-visor-short";

const FAULT: Readonly<Record<LocalFault, string>> = {
  "old-local-visor": "the local visor is too old to carry connections to other visors",
  "local-visor-starting": "the local visor has not finished starting",
  "local-visor-suspended": "the local visor is suspended, so it reaches no other visor",
  "local-visor-short":
    "the local visor has more connections than it can carry; whether this visor answers is not known",
};

/** The thing to say when the local visor itself is why nobody else is reached. */
export function localVisorAtFault(reason: LocalFault): UnseenReading {
  return unreachableBecause(reason, FAULT[reason]);
}

function closedSilently(context: FailureContext): UnseenReading {
  if (context.route.kind === "local") {
    return {
      kind: "unreachable",
      reason: "refused-or-no-listener",
      detail: "it closed the connection without an answer",
      next: "check that --rpc names the RPC port of the visor on this machine, and look at its log",
    };
  }
  if (context.elapsedMs >= context.bridgeDialMs * PATIENCE_SHARE)
    return unreachableBecause("dial-timeout", "the local visor could not reach it in time");
  const closed = unreachableBecause(
    "refused-or-no-listener",
    "the connection was closed at once: no trust, or nobody listens there",
  );
  return isOldRoute(context.route)
    ? { ...closed, next: `${CHECK_TRUST}, and that it runs` }
    : { ...closed, otherRpc: { scheme: "dmsg", port: OLD_RPC_PORT } };
}

/** True for a route that leads to where older builds listen already. */
function isOldRoute(route: VisorRoute): boolean {
  return route.kind === "bridge" && route.scheme === "dmsg" && route.port === OLD_RPC_PORT;
}

const NEXT: Readonly<Record<Exclude<UnreachableReason, "no-local-visor">, string>> = {
  "old-local-visor": "update Skywire on this machine, or name a newer visor with --rpc HOST:PORT",
  "local-visor-starting": "wait a minute and try again",
  "local-visor-suspended": "run `skywire cli visor resume` on this machine",
  "local-visor-short":
    "try again, with a smaller --dials, or when other programs use the local visor less",
  "refused-or-no-listener": `${CHECK_TRUST}, and its rpc port: older builds need rpc: { scheme: dmsg, port: ${OLD_RPC_PORT} }`,
  "dial-timeout": "check that it is switched on and connected, then try again",
  "not-answering": "try again, with a longer --timeout if its connection is slow",
  cut: "try again; if it stays so, look at the visor's log",
};

function unreachableBecause(
  reason: Exclude<UnreachableReason, "no-local-visor">,
  detail: string,
): Extract<UnseenReading, { readonly kind: "unreachable" }> {
  return { kind: "unreachable", reason, detail, next: NEXT[reason] };
}

function malformed(error: FleetError): UnseenReading {
  return {
    kind: "malformed",
    code: error.code,
    detail: `its answer is not as it should be: ${error.message}`,
    next: error.next ?? "look at the visor's log, then try again",
  };
}
