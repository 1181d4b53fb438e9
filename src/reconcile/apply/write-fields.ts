// Writes the fields that SetConfigFields takes, and served ports, each record whole and from a fresh reading.
import { FleetError, type Json, type VisorKey } from "../../core/index.ts";
import {
  type Change,
  changeKey,
  defaultPort,
  type ObservedPort,
  portFieldRow,
} from "../../model/index.ts";
import type { WriteSession } from "../../skywire/visor/index.ts";
import { changesArgs, CLOSING, isClosing, isWebPort, parseFieldPath } from "../diff/index.ts";
import {
  assertNotOpened,
  callsOf,
  configFieldsOf,
  startsSkynet,
  type WriteFacts,
} from "./config-fields.ts";
import type { Notebook } from "./write-changes.ts";

// Writes what SetConfigFields takes of a step, and says what became of it.

const SETTINGS_PREFIX = "settings.";
const SKYNET_STARTED =
  "this also started the .skynet proxy, whatever its own setting says, until the visor restarts";

/**
 * Writes the changes of a step that `SetConfigFields` takes: all in one go, and where that is refused or cannot be
 * made, each part by itself. So nothing takes its neighbours with it, and what a call that ended in an error had set
 * already is set once more: only a call that succeeds is copied to /etc/skywire.conf.
 */
export async function writeConfigFields(
  session: WriteSession,
  changes: readonly Change[],
  facts: WriteFacts,
  book: Notebook,
): Promise<void> {
  if (changes.length === 0) return;
  const error = await failureOf(() => send(session, changes, facts, book));
  if (error === undefined) return;
  const parts = partsOf(changes);
  if (parts.length === 1 || !concernsOne(error)) {
    await book.attempt(changes, () => Promise.reject(error));
    return;
  }
  for (const part of parts) await book.attempt(part, () => send(session, part, facts, book));
}

async function failureOf(run: () => Promise<void>): Promise<FleetError | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    if (error instanceof FleetError) return error;
    throw error;
  }
}

/** True for an error that may be about one of several changes; others are about the visor or the connection. */
function concernsOne({ code }: FleetError): boolean {
  return code === "visor/refused" || code.startsWith("apply/");
}

/** Changes that are written together in any case: one element of a list of keys, one app, one block of a proxy. */
function partsOf(changes: readonly Change[]): readonly (readonly Change[])[] {
  const parts = new Map<string, Change[]>();
  for (const change of changes) {
    const part = partOf(change);
    parts.set(part, [...(parts.get(part) ?? []), change]);
  }
  return [...parts.values()];
}

function partOf(change: Change): string {
  const field = parseFieldPath(change.path);
  if (field.section === "apps") return changesArgs(change) ? `apps.${field.app}` : change.path;
  if (field.section !== "settings") return changeKey(change);
  const isPair = /^\w+_web\.(enable|proxy_addr)$/.test(field.setting);
  return isPair ? (field.setting.split(".", 1)[0] ?? "") : change.path;
}

async function send(
  session: WriteSession,
  changes: readonly Change[],
  facts: WriteFacts,
  book: Notebook,
): Promise<void> {
  const fields = await configFieldsOf(session, changes, facts);
  const values = new Map<string, Json>([...fields].map(([path, { value }]) => [path, value]));
  const shown = session.reading.config?.settings ?? {};
  const owned = new Set(facts.owned.map((path) => path.replace(SETTINGS_PREFIX, "")));
  const calls = callsOf(values, { shown, owned });
  for (const call of calls) {
    for (const { path, live } of await session.setConfigFields(call)) {
      const own = fields.get(path)?.changes ?? [];
      if (!live) for (const change of own) book.afterRestart.add(changeKey(change));
    }
  }
  const isWanted = (values.get("skynet_web.enable") ?? shown["skynet_web.enable"]) === true;
  const isStopped = calls.at(-1)?.get("skynet_web.enable") === false;
  if (startsSkynet(values) && !isWanted && !isStopped)
    book.note(fields.get("dmsg_web.enable")?.changes ?? [], SKYNET_STARTED);
}

// Writes served ports: each record whole, from a fresh reading, and never one that others made meanwhile.

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
    const field = parseFieldPath(change.path);
    if (field.section !== "ports") continue;
    byPort.set(field.port, [...(byPort.get(field.port) ?? []), change]);
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
    const leaf = parseFieldPath(path);
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
