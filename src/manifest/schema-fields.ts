// The schemas of what a visor may own but its settings, made of the tables of visor fields.
import type { JsonObject } from "../core/index.ts";
import {
  APP_FIELD_NAMES,
  type AppField,
  type AppFieldRow,
  appFieldRow,
  OWN_FIELDS,
  PORT_FIELDS,
  type PortFieldRow,
} from "../model/index.ts";
import {
  choice,
  closed,
  flagForm,
  listForm,
  member,
  named,
  type Properties,
  ref,
  text,
  whole,
} from "./schema-forms.ts";

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
        type === "keys" ? ref("list", about) : flagForm(about),
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
      return text(about);
    case "mode":
      return choice(about, ["internal", "external"]);
    case "keys":
      return ref("openList", about);
    case "key":
      return { ...member, description: about };
    case "arguments":
      return listForm(
        secretText("One argument. A secret is a reference: `env:NAME` or `file:path`."),
        about,
      );
    case "variables":
      return named(
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
      return ref("exactOpenList", about);
    case "port":
      return whole(`${about} Default: the same number.`, 1, 65_535);
    case "text":
      return text(`${about} Default: none.`);
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
