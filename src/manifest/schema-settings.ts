// The schema of the section settings, which follows from the table of settings.
import type { JsonObject } from "../core/index.ts";
import { HOST_PATTERN, type RecordMember, SETTINGS, type SettingType } from "../model/index.ts";
import { choice, closed, flagForm, listForm, member, text, whole } from "./schema-forms.ts";

const HOST_EXPECTS =
  "an IP address or a host name without a port, or { host: …, whitelist: anyone } for one that others reach";

/** A host to listen at, and the form of one that everybody may reach. */
function openHost(about: string): JsonObject {
  const host = {
    type: "string",
    pattern: HOST_PATTERN,
    description: "The address or name, without a port.",
    "x-expects": "an IP address or a host name, without a port",
  };
  return {
    description: `${about} A host that others reach is written { host: …, whitelist: anyone }.`,
    if: { type: "string" },
    then: { ...host, "x-expects": HOST_EXPECTS },
    else: {
      ...closed(
        "A host that everybody who reaches it may use.",
        {
          host,
          whitelist: {
            const: "anyone",
            description: "The word `anyone`: the proxy asks for no password.",
            "x-expects": "the word anyone",
          },
        },
        ["host", "whitelist"],
      ),
      "x-expects": HOST_EXPECTS,
    },
  };
}

/** A list of maps. */
function records(members: readonly RecordMember[], about: string): JsonObject {
  const names = members.map(({ name }) => name);
  const properties = Object.fromEntries(
    members.map(({ name, form, about: meaning }) => [
      name,
      form === "key"
        ? { ...member, description: meaning }
        : form === "text"
          ? text(meaning)
          : choice(meaning, form.choices),
    ]),
  );
  const expects = `a list of maps such as { ${names.map((name) => `${name}: …`).join(", ")} }`;
  return {
    ...listForm(closed("One entry.", properties, names), about),
    "x-expects": expects,
  };
}

function settingSchema(type: SettingType, about: string): JsonObject {
  switch (type.kind) {
    case "boolean":
      return flagForm(about);
    case "integer":
      return whole(about, type.min, type.max);
    case "choice":
      return choice(about, type.choices);
    case "text":
      return text(about);
    case "open-host":
      return openHost(about);
    case "records":
      return records(type.members, about);
    case "texts":
      return listForm(text("One entry."), about);
  }
}

/** The schema of the section `settings`. */
export const settings: JsonObject = closed(
  "Values of the visor's configuration, by path. Only the paths listed here can be owned.",
  Object.fromEntries(
    SETTINGS.map((setting) => {
      const force = setting.live ? "live" : "after a restart";
      const kept = setting.mirrored ? ", survives package updates" : "";
      const about = `${setting.about.slice(0, 1).toUpperCase()}${setting.about.slice(1)}. In force: ${force}${kept}. Risk: ${setting.risk}.`;
      return [setting.path, settingSchema(setting.type, about)];
    }),
  ),
);
