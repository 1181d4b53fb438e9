import { fromUtf8, type Json, utf8 } from "../../core/index.ts";
import { t } from "../gob/index.ts";
import { checkField, type FieldEdit, textsIn, withEdit } from "./config-fields.ts";
import { method, type ReleaseMethod } from "./release-method.ts";
import type { VisorInstance } from "./visor-instance.ts";
import { type ConfigFieldChange, configFieldChange } from "./wire-2026.ts";

/**
 * `SetConfigFields`, the newest way to change a visor: all paths are checked first, then set one after the other
 * in their order; there is no way back when one fails in between, and no comparison with what was there.
 * Source: api_config_fields.go; PR #5052 (2026-09-18).
 */
export const SET_CONFIG_FIELDS: ReleaseMethod = method({
  name: "SetConfigFields",
  args: t.map(t.string, t.bytes),
  reply: t.list(configFieldChange),
  effect: "write",
  early: "dies",
  run: ({ instance }, fields) => instance.visor.oneAtATime(() => setConfigFields(instance, fields)),
});

/** Sets fields as {@link SET_CONFIG_FIELDS} does, also for somebody who changes a visor behind our back. */
export async function setConfigFields(
  instance: VisorInstance,
  fields: ReadonlyMap<string, Uint8Array>,
): Promise<readonly ConfigFieldChange[]> {
  const edits = [...fields]
    .map(([path, bytes]) => checkField(instance.config, path, fromUtf8(bytes)))
    .sort((left, right) => (left.path < right.path ? -1 : 1));
  for (const edit of edits) await applyEdit(instance, edit);
  await instance.persist();
  if (instance.visor.profile.mirrors.value === "hypervisors and fields") {
    await instance.mirror(edits.map((edit) => edit.path));
  }
  return edits.map(({ path, old, value, isLive }) => ({
    Path: path,
    Old: jsonBytes(old),
    New: jsonBytes(value),
    Live: isLive,
  }));
}

async function applyEdit(instance: VisorInstance, edit: FieldEdit): Promise<void> {
  if (edit.path === "hypervisors" || edit.path === "pty.whitelist") {
    instance.setTrust(edit.path === "hypervisors" ? "hypervisors" : "pty", textsIn(edit.value));
    if (instance.visor.profile.liveTrust.value) instance.admitConfigured();
    return;
  }
  instance.config = withEdit(instance.config, edit);
  if (edit.path !== "reward_address") return;
  instance.rewardAddress = typeof edit.value === "string" ? edit.value : "";
  await instance.saveReward();
}

function jsonBytes(value: Json): Uint8Array {
  return utf8(JSON.stringify(value));
}
