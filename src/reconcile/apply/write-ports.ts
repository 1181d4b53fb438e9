// Writes served ports: each record whole, from a fresh reading, and never one that others made meanwhile.
import { FleetError, type VisorKey } from "../../core/index.ts";
import { type Change, defaultPort, type ObservedPort, portFieldRow } from "../../model/index.ts";
import type { WriteSession } from "../../skywire/visor/index.ts";
import { CLOSING, isClosing, isWebPort, parseLeafPath } from "../diff/index.ts";
import { assertNotOpened, type WriteFacts } from "./config-fields.ts";
import type { Notebook } from "./notebook.ts";

const PORT_METHODS = ["RegisterForwardedPort", "UpdateForwardedPort", "DeregisterTCPPort"];

/** Writes the records of served ports: each port whole, made from a fresh reading and the changes of this step. */
export async function writePorts(
  session: WriteSession,
  changes: readonly Change[],
  facts: WriteFacts,
  book: Notebook,
): Promise<void> {
  const byPort = new Map<number, Change[]>();
  for (const change of changes) {
    if (!PORT_METHODS.includes(change.method)) continue;
    const leaf = parseLeafPath(change.path);
    if (leaf.section !== "ports") continue;
    byPort.set(leaf.port, [...(byPort.get(leaf.port) ?? []), change]);
  }
  if (byPort.size === 0) return;
  await book.attempt([...byPort.values()].flat(), async () => {
    const now = (await session.readPorts()) ?? [];
    for (const [port, own] of byPort) {
      const record = now.find((candidate) => candidate.port === port);
      await book.attempt(own, () => writePort(session, { port, record, changes: own, facts }));
    }
  });
}

interface PortWrite {
  readonly port: number;
  readonly record: ObservedPort | undefined;
  readonly changes: readonly Change[];
  readonly facts: WriteFacts;
}

async function writePort(session: WriteSession, write: PortWrite): Promise<void> {
  const { port, record, changes, facts } = write;
  const { key } = session.reading;
  const open = changes.find(({ path }) => path.endsWith(".open"));
  if (open?.op === "remove") return await closePort(session, write, open);
  // A registration replaces whatever is there: what nobody planned for stays.
  if (record !== undefined && open?.before === false) throw portTaken(port);
  if (record !== undefined && open?.before === CLOSING && !isClosing(record, key))
    throw portTaken(port);
  if (record === undefined && open === undefined) throw portGone(port);
  const before = record ?? defaultPort(port);
  const isShut = record !== undefined && isClosing(record, key);
  const wanted = portAfter(isShut ? { ...before, whitelist: [] } : before, changes);
  const isOpenAlready = record?.whitelist.length === 0;
  if (!isOpenAlready) assertNotOpened(`ports.${port}.whitelist`, wanted.whitelist, facts);
  if (record !== undefined) return await session.updateForwardedPort(wanted);
  const now = (await session.readPorts()) ?? [];
  if (now.some((other) => other.port === port)) throw portTaken(port);
  await session.registerForwardedPort(wanted);
}

/**
 * Closes a port in the part that was planned. A record is only taken away where no dmsg listener asks it whom to let
 * in: without one it would let in everybody.
 */
async function closePort(
  session: WriteSession,
  { port, record }: PortWrite,
  { method, before }: Change,
): Promise<void> {
  const { key } = session.reading;
  if (method === "DeregisterTCPPort") {
    const isShut = record !== undefined && isClosing(record, key);
    const hasListener = record?.dmsg === true && !isWebPort(port);
    if (record !== undefined && (hasListener || isShut !== (before === CLOSING)))
      throw portChanged(port);
    return await session.deregisterTcpPort(port);
  }
  const shut = shutPort(record ?? defaultPort(port), key);
  return record === undefined
    ? await session.registerForwardedPort(shut)
    : await session.updateForwardedPort(shut);
}

/** The record that lets in nobody but the visor itself: no other writer may name a visor's own key. */
function shutPort(record: ObservedPort, key: VisorKey): ObservedPort {
  return { ...record, whitelist: [key], skynet: false, dmsg: false };
}

function portGone(port: number): FleetError {
  return meanwhile("apply/port-gone", `others closed port ${port} meanwhile`);
}

function portTaken(port: number): FleetError {
  return meanwhile("apply/port-taken", `others opened port ${port} meanwhile`);
}

function portChanged(port: number): FleetError {
  return meanwhile("apply/port-changed", `others changed port ${port} meanwhile`);
}

function meanwhile(code: `apply/${string}`, what: string): FleetError {
  return new FleetError(code, `not written: ${what}`, { next: "make the plan again" });
}

function portAfter(record: ObservedPort, changes: readonly Change[]): ObservedPort {
  let after = record;
  for (const { path, element, after: value } of changes) {
    const leaf = parseLeafPath(path);
    if (leaf.section !== "ports") continue;
    if (leaf.field === "whitelist" && element !== undefined) {
      const others = after.whitelist.filter((key) => key !== element);
      after = { ...after, whitelist: (value === true ? [...others, element] : others).sort() };
      continue;
    }
    if (portFieldRow(leaf.field) !== undefined) after = { ...after, [leaf.field]: value };
  }
  return after;
}
