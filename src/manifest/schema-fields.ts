// The schemas of what a visor may own, made of the tables of visor fields, and the forms that schemas are made of.
import type { JsonObject } from "../core/index.ts";
import {
  APP_FIELD_NAMES,
  type AppField,
  type AppFieldRow,
  appFieldRow,
  HOST_PATTERN,
  OWN_FIELDS,
  PORT_FIELDS,
  type PortFieldRow,
  type RecordMember,
  SETTINGS,
  type SettingType,
} from "../model/index.ts";

// The forms that the schema of a manifest is made of.

/** The keys of a map and what may stand there. */
export type Properties = Readonly<Record<string, JsonObject>>;

/** A map with these keys and no others. */
export function closed(
  description: string,
  properties: Properties,
  required: readonly string[] = [],
): JsonObject {
  return {
    type: "object",
    description,
    "x-expects": "a map",
    properties,
    additionalProperties: false,
    minProperties: 1,
    ...(required.length === 0 ? {} : { required }),
  };
}

/** A map from names the user chooses to values of one kind. */
export function namedForm(description: string, pattern: string, value: JsonObject): JsonObject {
  return {
    type: "object",
    description,
    "x-expects": "a map",
    propertyNames: { pattern },
    additionalProperties: value,
    minProperties: 1,
  };
}

export function refForm(name: string, description: string): JsonObject {
  return { $ref: `#/$defs/${name}`, description };
}

export function flagForm(description: string): JsonObject {
  return { type: "boolean", description, "x-expects": "true or false" };
}

export function textForm(description: string): JsonObject {
  return { type: "string", minLength: 1, description, "x-expects": "text" };
}

export function wholeForm(description: string, minimum: number, maximum: number): JsonObject {
  return {
    type: "integer",
    minimum,
    maximum,
    description,
    "x-expects": `a whole number from ${minimum} to ${maximum}`,
  };
}

export function choiceForm(description: string, choices: readonly string[]): JsonObject {
  return {
    type: "string",
    enum: choices,
    description,
    "x-expects": choices.length > 2 ? `one of ${choices.join(", ")}` : choices.join(" or "),
  };
}

export function listForm(items: JsonObject, description: string): JsonObject {
  return { type: "array", minItems: 1, items, description, "x-expects": "a list in brackets" };
}

/** One who is named in a list. */
export const member: JsonObject = {
  type: "string",
  minLength: 1,
  maxLength: 1024,
  description:
    "The name of a visor, of an entry of `keys` or of a whitelist, a visor key, or a selection such as `tag:shop` or `all`.",
  "x-expects": "a name, a key or a selection",
};

// The schemas of what a visor may own but its settings, made of the tables of visor fields.

/** Members to add to a list and to remove from it. */
export const changes: Properties = {
  add: listForm(
    { $ref: "#/$defs/member" },
    "Members that must be in the list; others stay as they are.",
  ),
  remove: listForm({ $ref: "#/$defs/member" }, "Members that must not be in the list."),
};

const TRUST = "trust.";

export const trust: JsonObject = closed(
  "Who may manage the visor.",
  Object.fromEntries(
    Object.entries(OWN_FIELDS)
      .filter(([path]) => path.startsWith(TRUST))
      .map(([path, { type, about }]) => [
        path.slice(TRUST.length),
        type === "keys" ? refForm("list", about) : flagForm(about),
      ]),
  ),
);

export const survey: JsonObject = {
  ...closed(
    "Keys that may read the visor's survey; never exact, the deployment's own keys stay.",
    changes,
  ),
  "x-expects":
    "{ add: […], remove: […] } (the survey list is never exact: the deployment's own keys must stay)",
};

const secretText = (description: string): JsonObject => ({
  type: "string",
  minLength: 1,
  description,
  "x-secret": true,
  "x-expects": "text, in quotes when it looks like a number, true or false",
});

function appField({ type, about }: AppFieldRow): JsonObject {
  switch (type) {
    case "flag":
      return flagForm(about);
    case "text":
      return textForm(about);
    case "mode":
      return choiceForm(about, ["internal", "external"]);
    case "keys":
      return refForm("openList", about);
    case "key":
      return { ...member, description: about };
    case "arguments":
      return listForm(
        secretText("One argument. A secret is a reference: `env:NAME` or `file:path`."),
        about,
      );
    case "variables":
      return namedForm(
        about,
        "^[A-Za-z_][A-Za-z0-9_]*$",
        secretText(
          "The value of the variable. A secret is a reference: `env:NAME` or `file:path`.",
        ),
      );
  }
}

export const app: JsonObject = closed(
  "One app of the launcher; only the fields named here are owned.",
  Object.fromEntries(APP_FIELD_NAMES.map((name: AppField) => [name, appField(appFieldRow(name))])),
);

function portField({ type, usual, about }: PortFieldRow): JsonObject {
  switch (type) {
    case "keys":
      return refForm("exactOpenList", about);
    case "port":
      return wholeForm(`${about} Default: the same number.`, 1, 65_535);
    case "text":
      return textForm(`${about} Default: none.`);
    case "flag":
      return flagForm(`${about} Default: ${String(usual)}.`);
  }
}

export const port: JsonObject = {
  description:
    "A served port: its whole record, or the word `closed`. One that is served over dmsg is shut at once, and its record is taken away after the visor has restarted.",
  if: { type: "string" },
  then: { const: "closed", "x-expects": "a map with a whitelist, or the word closed" },
  else: {
    ...closed(
      "The whole record of the port: what is not named has the value written here as default.",
      Object.fromEntries(Object.entries(PORT_FIELDS).map(([name, row]) => [name, portField(row)])),
      ["whitelist"],
    ),
    "x-expects": "a map with a whitelist, or the word closed",
  },
};

export const rewardAddress: JsonObject = {
  type: "string",
  pattern: "^[1-9A-HJ-NP-Za-km-z]{25,40}$",
  description: "The Skycoin address that rewards are paid to.",
  "x-expects": "a Skycoin address",
  "x-check": "reward-address",
};

// The schema of the section settings, which follows from the table of settings.

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
          ? textForm(meaning)
          : choiceForm(meaning, form.choices),
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
      return wholeForm(about, type.min, type.max);
    case "choice":
      return choiceForm(about, type.choices);
    case "text":
      return textForm(about);
    case "open-host":
      return openHost(about);
    case "records":
      return records(type.members, about);
    case "texts":
      return listForm(textForm("One entry."), about);
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
