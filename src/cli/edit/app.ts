// `fleet app start`, `stop`, `autostart` and `set`: what is wanted of apps is written into the manifest and applied.
import { usage } from "../shell/usage.ts";
import type { ExitCode, Json } from "../../core/index.ts";
import { APP_FIELD_NAMES, type AppFieldRow, appFieldRow } from "../../model/index.ts";
import type { Command } from "../shell/command.ts";
import { EDIT_OPTIONS, editAndApply, editRequestOf, type SaidEdit } from "./edit-and-apply.ts";
import { type FieldForm, fieldsOfWords } from "./field-words.ts";

const FORMS: Readonly<Record<AppFieldRow["type"], FieldForm>> = {
  flag: "flag",
  text: "text",
  mode: "text",
  arguments: "json",
  variables: "json",
  keys: "words",
  key: "text",
};
const APP_FORMS: Readonly<Record<string, FieldForm>> = Object.fromEntries(
  APP_FIELD_NAMES.map((name) => [name, FORMS[appFieldRow(name).type]]),
);

const APPS_WORD = { form: "<APP...>", about: "names of apps, such as skychat" };

/** `fleet app start`: wants apps to run. */
export const appStart: Command = {
  name: "app start",
  about:
    "Write into the manifest that apps run on the visors of --on, show the plan, ask, apply. A second run finds nothing to do.",
  words: [APPS_WORD],
  options: EDIT_OPTIONS,
  examples: [
    "fleet app start skychat --on tag:home",
    "fleet app start skysocks --on 'shop-*' --yes",
  ],
  run: async (given, world) =>
    await editAndApply(runningEdit(true, given.words), editRequestOf(given, world), world),
};

/** `fleet app stop`: wants apps to be stopped. */
export const appStop: Command = {
  name: "app stop",
  about:
    "Write into the manifest that apps do not run on the visors of --on, show the plan, ask, apply.",
  words: [APPS_WORD],
  options: EDIT_OPTIONS,
  examples: ["fleet app stop skychat --on tag:home"],
  run: async (given, world) =>
    await editAndApply(runningEdit(false, given.words), editRequestOf(given, world), world),
};

/** `fleet app autostart`: wants apps to start with their visor, or not to. */
export const appAutostart: Command = {
  name: "app autostart",
  about:
    "Write into the manifest whether apps start with the visors of --on, show the plan, ask, apply.",
  words: [{ form: "<on|off>", about: "whether they start with the visor" }, APPS_WORD],
  options: EDIT_OPTIONS,
  examples: [
    "fleet app autostart on skychat --on tag:home",
    "fleet app autostart off skysocks --on all",
  ],
  async run(given, world): Promise<ExitCode> {
    const [word = "", ...apps] = given.words;
    if (word !== "on" && word !== "off") {
      throw usage(
        `on or off comes before the apps, not ${JSON.stringify(word)}`,
        "such as `fleet app autostart on skychat --on tag:home`",
      );
    }
    const fields = { auto_start: word === "on" };
    const said = appsEdit(apps, fields, ["app", "autostart", word, ...apps]);
    return await editAndApply(said, editRequestOf(given, world), world);
  },
};

/** `fleet app set`: wants fields of an app. */
export const appSet: Command = {
  name: "app set",
  about:
    "Write fields of an app into the manifest for the visors of --on, show the plan, ask, apply.",
  words: [
    { form: "<APP>", about: "the name of an app" },
    { form: "<FIELD=VALUE...>", about: `fields: ${Object.keys(APP_FORMS).join(", ")}` },
  ],
  options: EDIT_OPTIONS,
  examples: [
    "fleet app set vpn-client pk=shop-1 killswitch=true --on desk",
    `fleet app set skychat 'args=["--internal-token","env:CHAT_TOKEN"]' --on tag:home`,
    "fleet app set skysocks whitelist=friend-kim,desk --on role:exit",
  ],
  async run(given, world): Promise<ExitCode> {
    const [app = "", ...pairs] = given.words;
    const fields = fieldsOfWords(pairs, APP_FORMS);
    const said = appsEdit([app], fields, ["app", "set", app, ...pairs]);
    return await editAndApply(said, editRequestOf(given, world), world);
  },
};

function runningEdit(isRunning: boolean, apps: readonly string[]): SaidEdit {
  return appsEdit(apps, { running: isRunning }, ["app", isRunning ? "start" : "stop", ...apps]);
}

function appsEdit(
  apps: readonly string[],
  fields: Readonly<Record<string, Json>>,
  words: readonly string[],
): SaidEdit {
  return { edit: { kind: "app", apps: [...new Set(apps)], fields }, words };
}
