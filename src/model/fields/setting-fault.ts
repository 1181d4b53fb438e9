// Whether a value is one that a setting may have.
import type { Json, JsonObject } from "../../core/index.ts";
import { hostFault } from "../host.ts";
import type { RecordMember, SettingType } from "./settings.ts";

/** Why `value` is no value of this type, or `undefined` when it is one. */
export function settingFault(type: SettingType, value: Json): string | undefined {
  switch (type.kind) {
    case "boolean":
      return typeof value === "boolean" ? undefined : "must be true or false";
    case "integer": {
      const fits =
        typeof value === "number" &&
        Number.isInteger(value) &&
        value >= type.min &&
        value <= type.max;
      return fits ? undefined : `must be a whole number from ${type.min} to ${type.max}`;
    }
    case "choice":
      return typeof value === "string" && type.choices.includes(value)
        ? undefined
        : `must be one of ${type.choices.join(", ")}`;
    case "text":
      return typeof value === "string" && value !== "" ? undefined : "must be text";
    case "open-host":
      return typeof value === "string" ? hostFault(value) : "must be a host";
    case "records":
      return recordsFault(type.members, value);
    case "texts":
      return Array.isArray(value) &&
        value.length > 0 &&
        value.every((item) => typeof item === "string" && item !== "")
        ? undefined
        : "must be a list of texts";
  }
}

/** Why a list of records is none that no schema sees. */
export const SAME_ENTRY = "must not hold the same entry twice";

function recordsFault(members: readonly RecordMember[], value: Json): string | undefined {
  if (!Array.isArray(value) || value.length === 0) return "must be a list of maps";
  const known = new Set<string>();
  for (const item of value as readonly Json[]) {
    if (item === null || typeof item !== "object" || Array.isArray(item))
      return "must be a list of maps";
    const record: JsonObject = item as JsonObject;
    const isWhole =
      Object.keys(record).length === members.length &&
      members.every((member) => isMember(member, record[member.name]));
    if (!isWhole) return `must be a list of maps of ${members.map(({ name }) => name).join(", ")}`;
    const text = members.map(({ name }) => JSON.stringify(record[name])).join();
    if (known.has(text)) return SAME_ENTRY;
    known.add(text);
  }
  return undefined;
}

function isMember({ form }: RecordMember, value: Json | undefined): boolean {
  if (typeof value !== "string" || value === "") return false;
  return typeof form === "string" || form.choices.includes(value);
}
