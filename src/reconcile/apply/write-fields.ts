// Writes what SetConfigFields takes of a step, and says what became of it.
import { FleetError, type Json } from "../../core/index.ts";
import { type Change, changeKey } from "../../model/index.ts";
import type { WriteSession } from "../../skywire/visor/index.ts";
import { changesArgs, parseLeafPath } from "../diff/index.ts";
import { configFieldsOf, type WriteFacts } from "./config-fields.ts";
import { callsOf, startsSkynet } from "./field-calls.ts";
import type { Notebook } from "./notebook.ts";

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
  const leaf = parseLeafPath(change.path);
  if (leaf.section === "apps") return changesArgs(change) ? `apps.${leaf.app}` : change.path;
  if (leaf.section !== "settings") return changeKey(change);
  const isPair = /^\w+_web\.(enable|proxy_addr)$/.test(leaf.setting);
  return isPair ? (leaf.setting.split(".", 1)[0] ?? "") : change.path;
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
