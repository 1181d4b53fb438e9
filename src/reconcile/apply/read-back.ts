// Judges a change by what a fresh connection shows: `done` is only said of what was seen.
import { canonicalJson, defined, FleetError, type Json } from "../../core/index.ts";
import {
  type Change,
  changeKey,
  type Outcome,
  type SecretRef,
  type SeenVisor,
} from "../../model/index.ts";
import { CLOSING, observedFieldAt, parseFieldPath } from "../diff/index.ts";

/** What writing a step left to say about single changes; keys are {@link changeKey}. */
export interface WriteNotes {
  /** Errors and other remarks, a sentence each. */
  readonly notes: ReadonlyMap<string, string>;
  /** Changes whose method the visor does not have. */
  readonly unsupported: ReadonlySet<string>;
  /** Changes that the visor itself said need a restart of it. */
  readonly afterRestart: ReadonlySet<string>;
}

/** True when a fresh reading shows what the change wants. */
export function isAsWanted(
  seen: SeenVisor,
  change: Change,
  secrets: ReadonlyMap<SecretRef, string>,
): boolean {
  const found = observedFieldAt(seen, change.path);
  if (change.element !== undefined) {
    return (
      found.kind === "set" && found.elements.includes(change.element) === (change.after === true)
    );
  }
  if (found.kind === "missing-app") return change.after === false;
  if (found.kind !== "value") return false;
  if (closesPort(change))
    return found.raw === (change.method === "DeregisterTCPPort" ? false : CLOSING);
  const wanted = change.secrets === undefined ? change.after : revealSecrets(change.after, secrets);
  return canonicalJson(found.raw) === canonicalJson(wanted);
}

/** True for a change that closes a served port, in its first part or its last. */
export function closesPort({ path, after }: Pick<Change, "path" | "after">): boolean {
  const leaf = parseFieldPath(path);
  return leaf.section === "ports" && leaf.field === "open" && after === false;
}

/** Puts the values of secrets where their references stand. Its result must never be printed or recorded. */
export function revealSecrets(value: Json, secrets: ReadonlyMap<SecretRef, string>): Json {
  if (Array.isArray(value)) return value.map((item: Json) => revealSecrets(item, secrets));
  if (value === null || typeof value !== "object") return value;
  const mark = "secret" in value ? value["secret"] : undefined;
  if (typeof mark === "string" && Object.keys(value).length === 1) {
    const secret = secrets.get(mark as SecretRef);
    if (secret !== undefined) return secret;
    throw new FleetError("secret/missing", `${mark} was not looked up`, {
      next: "apply again",
      exit: 64,
    });
  }
  const entries = Object.entries(value).map(
    ([key, item]) => [key, revealSecrets(item ?? null, secrets)] as const,
  );
  return Object.fromEntries(entries);
}

/** Judges one change by what a fresh connection shows. `done` is only ever said of something seen. */
export function judge(
  change: Change,
  seen: SeenVisor,
  written: WriteNotes,
  secrets: ReadonlyMap<SecretRef, string>,
): Outcome {
  const key = changeKey(change);
  const note = written.notes.get(key);
  const base = {
    path: change.path,
    ...defined({ element: change.element }),
  };
  if (isAsWanted(seen, change, secrets)) {
    if (change.restart === "visor" || written.afterRestart.has(key)) {
      return { ...base, outcome: "done-after-restart", note: "in force after the visor restarts" };
    }
    const remark =
      note ?? (change.restart === "app" ? "in force when the app next starts" : undefined);
    return { ...base, outcome: "done", ...defined({ note: remark }) };
  }
  const found = foundShown(seen, change);
  if (written.unsupported.has(key))
    return { ...base, outcome: "unsupported", ...found, note: note ?? "" };
  return {
    ...base,
    outcome: "failed",
    ...found,
    note: note ?? "the visor accepted the change but still shows another value",
  };
}

/** What to say the visor shows instead; nothing for secrets. */
function foundShown(seen: SeenVisor, change: Change): { readonly found?: Json } {
  if (change.secrets !== undefined) return {};
  const found = observedFieldAt(seen, change.path);
  if (found.kind === "set")
    return { found: change.element !== undefined && found.elements.includes(change.element) };
  return found.kind === "value" ? { found: found.shown } : {};
}
