// How a served port is compared that is wanted closed, or opened again over a listener that lives on.
import type { Change, DesiredLeaf, DesiredVisor, SeenVisor } from "../../model/index.ts";
import { changeOf, type LeafVerdict, withWhy } from "./change-of.ts";
import { foundAt } from "./found.ts";
import { parseLeafPath } from "./leaf-path.ts";
import { closingOf, type LeftOf, recordOf, waitsForRestart, wantsDmsg } from "./served-port.ts";
import { closingWriter } from "./writer-of.ts";

/** A visor as it is wanted and seen, and what of it waits for a restart. */
export interface PortsContext {
  readonly desired: DesiredVisor;
  readonly seen: SeenVisor;
  readonly left: LeftOf;
}

/** A port that is wanted closed: how far that has come, and what is to be done now. */
export function diffClosed(
  leaf: DesiredLeaf,
  { seen, left }: PortsContext,
): LeafVerdict | undefined {
  const path = parseLeafPath(leaf.path);
  if (path.section !== "ports" || path.field !== "open") return undefined;
  if (leaf.kind !== "value" || leaf.value !== false) return undefined;
  const found = foundAt(seen, leaf.path);
  if (found.kind !== "value") return undefined;
  const closing = closingOf(seen, path.port, left);
  if (closing.kind === "done") return { changes: [], unsupported: [] };
  const writer = closingWriter(seen, path.port, closing.kind);
  if (writer.kind === "unsupported") return { changes: [], unsupported: [writer.why] };
  const change = changeOf(leaf, { before: found.shown, op: "remove", step: "a", writer });
  return { changes: [withWhy(change, closing.note)], unsupported: [] };
}

/**
 * A port that is opened over a listener which lives on keeps that known: where its record is new, and where it is not
 * to be served over dmsg any more.
 */
export function keepTrace(change: Change, { desired, seen, left }: PortsContext): Change {
  const path = parseLeafPath(change.path);
  if (path.section !== "ports" || path.field !== "open" || change.op !== "add") return change;
  if (!waitsForRestart(path.port, left)) return change;
  const isTold = recordOf(seen, path.port) !== undefined && wantsDmsg(desired, path.port);
  return isTold ? change : { ...change, restart: "visor" };
}
