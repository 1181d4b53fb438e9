import { FleetError } from "../../core/index.ts";
import type { Change } from "../../model/index.ts";
import type { PortReading, WriteSession } from "../../skywire/visor/index.ts";
import { defaultPort, parseLeafPath, type PortField } from "../diff/index.ts";
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
  readonly record: PortReading | undefined;
  readonly changes: readonly Change[];
  readonly facts: WriteFacts;
}

async function writePort(
  session: WriteSession,
  { port, record, changes, facts }: PortWrite,
): Promise<void> {
  if (changes.some(({ op, path }) => op === "remove" && path.endsWith(".open"))) {
    return await session.deregisterTcpPort(port);
  }
  const opens = changes.some(({ op, path }) => op === "add" && path.endsWith(".open"));
  if (record === undefined && !opens) throw portGone(port);
  const wanted = portAfter(record ?? freshPort(port), changes);
  const isOpenAlready = record?.whitelist.length === 0;
  if (!isOpenAlready) assertNotOpened(`ports.${port}.whitelist`, wanted.whitelist, facts);
  return record === undefined
    ? await session.registerForwardedPort(wanted)
    : await session.updateForwardedPort(wanted);
}

function portGone(port: number): FleetError {
  return new FleetError("apply/port-gone", `not written: others closed port ${port} meanwhile`, {
    next: "make the plan again",
  });
}

function freshPort(port: number): PortReading {
  const {
    local_port: localPort,
    show_on_landing: showOnLanding,
    proxy_addr: proxyAddr,
    ...rest
  } = defaultPort(port);
  const { preserve_host: preserveHost, inject_pk: injectPk, ...same } = rest;
  return { ...same, localPort, showOnLanding, proxyAddr, preserveHost, injectPk };
}

/** Manifest names of port fields, as the RPC record calls them. */
const RECORD_FIELDS: Readonly<Partial<Record<PortField, keyof PortReading>>> = {
  local_port: "localPort",
  label: "label",
  description: "description",
  show_on_landing: "showOnLanding",
  skynet: "skynet",
  dmsg: "dmsg",
  udp: "udp",
  proxy_addr: "proxyAddr",
  preserve_host: "preserveHost",
  inject_pk: "injectPk",
};

function portAfter(record: PortReading, changes: readonly Change[]): PortReading {
  let after = record;
  for (const { path, element, after: value } of changes) {
    const leaf = parseLeafPath(path);
    if (leaf.section !== "ports") continue;
    if (leaf.field === "whitelist" && element !== undefined) {
      const others = after.whitelist.filter((key) => key !== element);
      after = { ...after, whitelist: (value === true ? [...others, element] : others).sort() };
      continue;
    }
    const field = RECORD_FIELDS[leaf.field];
    if (field !== undefined) after = { ...after, [field]: value };
  }
  return after;
}
