// What stays open of a served port when its record says otherwise, and how a record is closed or moved all the same.
import { defined, type VisorKey } from "../../core/index.ts";
import {
  type DesiredValue,
  type DesiredVisor,
  leadingAddress,
  type ObservedPort,
  type SeenVisor,
  WEB_PORT,
} from "../../model/index.ts";
import { parseFieldPath } from "./field-path.ts";

/**
 * What `ports.N.open` shows of a record that lets in nobody but the visor itself: the first part of closing. It stays
 * until the visor has restarted, because the dmsg listener lives on till then, and asks the record whom to let in;
 * without one it lets in everybody. Source: api_network.go (startDmsgForwarder, isPeerAllowed).
 */
export const CLOSING = "closing";

/** True for the visor's web port: a web site behind its log server, closed and moved at once. Source: the same file. */
export function isWebPort(port: number): boolean {
  return port === WEB_PORT;
}

/** Something that an earlier apply left to the next start of the visor. */
interface LeftToRestart {
  readonly sinceEntry: number;
  /** The visor has started since. */
  readonly isOver: boolean;
}

/** What was left to the next start at a field; `undefined` where no record says that anything was. */
export type LeftOf = (path: string) => LeftToRestart | undefined;

/** Where no ledger tells. */
export const NOTHING_LEFT: LeftOf = () => undefined;

/** True for a record that is closed in its first part. */
export function isClosing(
  record: Pick<ObservedPort, "whitelist" | "skynet" | "dmsg">,
  visor: VisorKey,
): boolean {
  const { whitelist, skynet, dmsg } = record;
  return whitelist.length === 1 && whitelist[0] === visor && !skynet && !dmsg;
}

/** The record of a port; `undefined` where it has none, or the release lists none. */
export function recordOf(seen: SeenVisor, port: number): ObservedPort | undefined {
  return seen.ports?.find((candidate) => candidate.port === port);
}

/**
 * True where a dmsg listener may accept connections, whatever the record says: the record wants one, or something of
 * the port waits for the visor's restart, or it is closing and nobody recorded since when.
 */
export function mayListen(seen: SeenVisor, port: number, left: LeftOf): boolean {
  if (port === WEB_PORT) return false;
  const record = recordOf(seen, port);
  if (record?.dmsg === true || waitsForRestart(port, left)) return true;
  return (
    record !== undefined &&
    isClosing(record, seen.key) &&
    left(`ports.${port}.open`)?.isOver !== true
  );
}

/** True where a listener is known to have lived on since something of the port was last written. */
export function waitsForRestart(port: number, left: LeftOf): boolean {
  return ["open", "dmsg", "local_port"].some((field) => isWaiting(left, `ports.${port}.${field}`));
}

/** How a port that is wanted closed comes to be so. */
export type Closing =
  /** Nothing is to be done: it is closed, or the rest waits for the visor's restart. */
  | { readonly kind: "done" }
  /** No listener can be left: the record is taken away. */
  | { readonly kind: "take-away"; readonly note?: string }
  /** The record is written so that it shuts out everybody. */
  | { readonly kind: "shut"; readonly note: string };

/** What is to be done about a port that is wanted closed. */
export function closingOf(seen: SeenVisor, port: number, left: LeftOf): Closing {
  const record = recordOf(seen, port);
  const since = left(`ports.${port}.open`);
  const isOwed = since?.isOver === false && port !== WEB_PORT;
  if (record === undefined) {
    if (!isOwed) return { kind: "done" };
    const note =
      "others took its record away before the visor restarted, so over dmsg it lets everybody in: shut again";
    return { kind: "shut", note };
  }
  if (isClosing(record, seen.key)) {
    if (isOwed) return { kind: "done" };
    if (since?.isOver === true || port === WEB_PORT) {
      const note =
        since === undefined
          ? undefined
          : `shut since entry ${since.sinceEntry}, and the visor has restarted`;
      return { kind: "take-away", ...defined({ note }) };
    }
    return {
      kind: "shut",
      note: "shut already, but no record here says since when: written again, to wait for a restart",
    };
  }
  if (!mayListen(seen, port, left)) return { kind: "take-away" };
  return { kind: "shut", note: "shut now; its dmsg listener ends when the visor restarts" };
}

/** A visor whose moved ports lead their old dmsg listener to the new local port, and why. */
export interface LedPorts {
  readonly desired: DesiredVisor;
  /** Sentences about fields, by path. */
  readonly notes: ReadonlyMap<string, string>;
}

/**
 * Wants `proxy_addr` of each moved port to name its new local port until the visor restarts: the dmsg listener keeps
 * the local port it was opened with, and reads that address for each connection. Only where the manifest does not
 * say the address itself.
 */
export function withLedPorts(desired: DesiredVisor, seen: SeenVisor, left: LeftOf): LedPorts {
  const fields = new Map(desired.leaves);
  const notes = new Map<string, string>();
  for (const leaf of desired.leaves.values()) {
    const at = parseFieldPath(leaf.path);
    if (at.section !== "ports" || at.field !== "proxy_addr" || leaf.kind !== "value") continue;
    const local = wantedLocalPort(desired, at.port);
    const address = leadingAddress({ port: at.port, local_port: local });
    if (leaf.origin.byDefault !== true || address === undefined) continue;
    if (isMoved(desired, seen, at.port, left)) {
      fields.set(leaf.path, { ...leaf, value: address });
      notes.set(leaf.path, "leads the dmsg listener there until the visor restarts");
    } else if (left(`ports.${at.port}.local_port`)?.isOver === true) {
      notes.set(leaf.path, "not needed since the visor restarted");
    } else if (isLedBefore(desired, seen, at.port, left))
      fields.set(leaf.path, { ...leaf, value: address });
  }
  return { desired: { ...desired, leaves: fields }, notes };
}

/**
 * True where the address leads to the local port that is wanted, and no record here says whether a listener needs it:
 * a move that others made may have left it. It is kept, since it changes nothing for any other listener.
 */
function isLedBefore(desired: DesiredVisor, seen: SeenVisor, port: number, left: LeftOf): boolean {
  const record = recordOf(seen, port);
  const isTold = ["open", "dmsg", "local_port"].some(
    (field) => left(`ports.${port}.${field}`) !== undefined,
  );
  if (record === undefined || isTold || isWebPort(port)) return false;
  return (
    record.local_port === wantedLocalPort(desired, port) &&
    record.proxy_addr === leadingAddress(record)
  );
}

/** Why a port cannot be moved as it is wanted; `undefined` where it can. */
export function moveFault(
  desired: DesiredVisor,
  seen: SeenVisor,
  port: number,
  left: LeftOf,
): "owned-proxy" | "unknown-listener" | undefined {
  const record = recordOf(seen, port);
  if (record === undefined || port === WEB_PORT) return undefined;
  if (wantedLocalPort(desired, port) === record.local_port) return undefined;
  if (mayListen(seen, port, left)) {
    const proxy = desired.leaves.get(`ports.${port}.proxy_addr`);
    return proxy?.origin.byDefault === true ? undefined : "owned-proxy";
  }
  return wantsDmsg(desired, port) ? "unknown-listener" : undefined;
}

/** True where the manifest wants a port to be served over dmsg. */
export function wantsDmsg(desired: DesiredVisor, port: number): boolean {
  const field = desired.leaves.get(`ports.${port}.dmsg`);
  return field?.kind === "value" && field.value === true;
}

function isMoved(desired: DesiredVisor, seen: SeenVisor, port: number, left: LeftOf): boolean {
  if (!mayListen(seen, port, left)) return false;
  const record = recordOf(seen, port);
  const isOpenOwed = isWaiting(left, `ports.${port}.open`);
  if (record === undefined) return isOpenOwed;
  const local = wantedLocalPort(desired, port);
  if (record.local_port !== local || isWaiting(left, `ports.${port}.local_port`)) return true;
  // Opened over a listener of unknown local port: what was written then stays.
  return isOpenOwed && record.proxy_addr === leadingAddress({ port, local_port: local });
}

function wantedLocalPort(desired: DesiredVisor, port: number): number {
  const field: DesiredValue | undefined = valueField(desired, `ports.${port}.local_port`);
  return typeof field?.value === "number" ? field.value : port;
}

function valueField(desired: DesiredVisor, path: string): DesiredValue | undefined {
  const field = desired.leaves.get(path);
  return field?.kind === "value" ? field : undefined;
}

function isWaiting(left: LeftOf, path: string): boolean {
  return left(path)?.isOver === false;
}
