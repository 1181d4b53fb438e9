// `SetConfigFields`, the newest way to change a visor.
import { compareTexts, fromUtf8, type Json, utf8 } from "../../core/index.ts";
import { t } from "../gob/index.ts";
import { checkField, type FieldEdit, textsIn, withEdit } from "./config-fields.ts";
import { reconcileHypervisors } from "./methods-trust.ts";
import { method, type ReleaseMethod } from "./release-method.ts";
import type { VisorInstance } from "./visor-instance.ts";
import { type WebProxy, webProxyField } from "./web-proxies.ts";
import { type ConfigFieldChange, servedConfigFieldChange } from "./wire-2026.ts";

/**
 * `SetConfigFields`, the newest way to change a visor. All paths are checked first. Then those for the next start
 * are set and written at once, and then the live ones go one after the other, sorted; the first that fails ends the
 * call: what came before stays, and nothing of the call is mirrored.
 * Source: api_config_fields.go; PR #5052 (2026-09-18).
 */
export const SET_CONFIG_FIELDS: ReleaseMethod = method({
  name: "SetConfigFields",
  args: t.map(t.string, t.bytes),
  reply: t.list(servedConfigFieldChange),
  effect: "write",
  early: "dies",
  run: ({ instance }, fields) => instance.visor.oneAtATime(() => setConfigFields(instance, fields)),
});

/** Sets fields as {@link SET_CONFIG_FIELDS} does, also for somebody who changes a visor behind our back. */
export async function setConfigFields(
  instance: VisorInstance,
  fields: ReadonlyMap<string, Uint8Array>,
): Promise<readonly ConfigFieldChange[]> {
  if (fields.size === 0) throw new Error("no fields given");
  const edits = [...fields]
    .sort(([left], [right]) => compareTexts(left, right))
    .map(([path, bytes]) => checkField(instance.config, path, fromUtf8(bytes)));
  const later = edits.filter(({ isLive }) => !isLive);
  for (const edit of later) instance.config = withEdit(instance.config, edit);
  if (later.length > 0) await instance.persist();
  for (const edit of edits) {
    if (edit.isLive) await applyLive(instance, edit);
  }
  if (instance.visor.profile.mirrors.value === "hypervisors and fields") {
    // What was asked for, also where a later field of the call changed it again.
    const asked = edits.reduce(withEdit, instance.config);
    await instance.mirror(
      edits.map((edit) => edit.path),
      asked,
    );
  }
  return edits.map(({ path, old, value, isLive }) => ({
    Path: path,
    Old: jsonBytes(old),
    New: jsonBytes(value),
    Live: isLive,
  }));
}

/** One live setter, which writes the file itself. */
async function applyLive(instance: VisorInstance, edit: FieldEdit): Promise<void> {
  try {
    const fault = instance.visor.fieldFaults.get(edit.path);
    if (fault !== undefined) throw new Error(fault);
    await setLive(instance, edit);
  } catch (error) {
    throw new Error(`${edit.path}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

async function setLive(instance: VisorInstance, edit: FieldEdit): Promise<void> {
  if (edit.path === "hypervisors") {
    await reconcileHypervisors(instance, textsIn(edit.value));
    return;
  }
  if (edit.path === "log_level") requireLogLevel(edit.value);
  if (edit.path === "pty.whitelist") {
    instance.setTrust("pty", textsIn(edit.value));
    if (instance.visor.profile.liveTrust.value) instance.admitConfigured();
  } else {
    const web = webProxyField(edit.path);
    if (web !== undefined) setWebProxy(instance, web.proxy, web.field, edit.value);
    instance.config = withEdit(instance.config, edit);
  }
  if (edit.path === "reward_address") {
    instance.rewardAddress = typeof edit.value === "string" ? edit.value : "";
    await instance.saveReward();
  }
  await instance.persist();
}

/** Source: the table of live fields in api_config_fields.go; the logging package for the words and the text. */
const LOG_LEVELS = /^(trace|debug|info|notice|warn|warning|error|fatal|critical|panic)$/i;

function requireLogLevel(value: Json): void {
  const level = typeof value === "string" ? value : "";
  if (LOG_LEVELS.test(level)) return;
  throw new Error(
    `invalid log level ${JSON.stringify(level)}: could not convert string to log level`,
  );
}

/** What a field of a web proxy does beside being written down. */
function setWebProxy(instance: VisorInstance, proxy: WebProxy, field: string, value: Json): void {
  switch (field) {
    case "enable":
      instance.webProxies.enable(proxy, value === true);
      break;
    case "proxy_addr":
      instance.webProxies.enable(proxy, true);
      instance.setField(`${proxy}.enable`, true);
      break;
    case "upstream_socks":
      instance.webProxies.setUpstream(proxy);
  }
}

function jsonBytes(value: Json): Uint8Array {
  return utf8(JSON.stringify(value));
}
