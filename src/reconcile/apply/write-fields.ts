// Writes what SetConfigFields takes of a step, and says what became of it.
import type { Json } from "../../core/index.ts";
import type { Change } from "../../model/index.ts";
import type { WriteSession } from "../../skywire/visor/index.ts";
import { configFieldsOf, type WriteFacts } from "./config-fields.ts";
import { callsOf, startsSkynet } from "./field-calls.ts";
import type { Notebook } from "./notebook.ts";
import { changeKey } from "./read-back.ts";

const SETTINGS_PREFIX = "settings.";
const SKYNET_STARTED =
  "this also started the .skynet proxy, until the visor restarts: skynet_web.enable is not managed here";

/** Writes the changes of a step that `SetConfigFields` takes. */
export async function writeConfigFields(
  session: WriteSession,
  changes: readonly Change[],
  facts: WriteFacts,
  book: Notebook,
): Promise<void> {
  if (changes.length === 0) return;
  await book.attempt(changes, () => send(session, changes, facts, book));
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
  for (const call of callsOf(values, { shown, owned })) {
    for (const { path, live } of await session.setConfigFields(call)) {
      const own = fields.get(path)?.changes ?? [];
      if (!live) for (const change of own) book.afterRestart.add(changeKey(change));
    }
    if (!startsSkynet(call) || owned.has("skynet_web.enable")) continue;
    if (shown["skynet_web.enable"] === true) continue;
    book.note(fields.get("dmsg_web.enable")?.changes ?? [], SKYNET_STARTED);
  }
}
