// `fleet ports serve` and `close`: the manifest says which ports visors serve to others, and it is applied.
import { usage } from "../shell/usage.ts";
import type { ExitCode } from "../../core/index.ts";
import { PORT_FIELDS, type PortFieldRow } from "../../model/index.ts";
import type { Command } from "../shell/command.ts";
import { EDIT_OPTIONS, editAndApply, editRequestOf } from "./edit-and-apply.ts";
import { type FieldForm, fieldsOfWords } from "./field-words.ts";

const FORMS: Readonly<Record<PortFieldRow["type"], FieldForm>> = {
  keys: "words",
  port: "number",
  text: "text",
  flag: "flag",
};
const PORT_FORMS: Readonly<Record<string, FieldForm>> = Object.fromEntries(
  Object.entries(PORT_FIELDS).map(([name, { type }]) => [name, FORMS[type]]),
);
const PORT_WORD = { form: "<PORT>", about: "the number under which others reach it" };

/** `fleet ports serve`: wants a port served. */
export const portsServe: Command = {
  name: "ports serve",
  about:
    "Write into the manifest that the visors of --on serve a port, show the plan, ask, apply. The whole record of the port is owned.",
  words: [
    PORT_WORD,
    {
      form: "[FIELD=VALUE...]",
      about: `fields: ${Object.keys(PORT_FORMS).join(", ")}; a new port needs whitelist`,
    },
  ],
  options: EDIT_OPTIONS,
  examples: [
    "fleet ports serve 8080 whitelist=friend-kim,desk local_port=3000 --on tag:home",
    "fleet ports serve 80 whitelist=anyone label=site --on shop-1",
  ],
  async run(given, world): Promise<ExitCode> {
    const [word = "", ...pairs] = given.words;
    const edit = {
      kind: "port",
      port: portOf(word),
      fields: fieldsOfWords(pairs, PORT_FORMS),
    } as const;
    const said = { edit, words: ["ports", "serve", word, ...pairs] };
    return await editAndApply(said, editRequestOf(given, world), world);
  },
};

/** `fleet ports close`: wants a port not served. */
export const portsClose: Command = {
  name: "ports close",
  about:
    "Write into the manifest that the visors of --on do not serve a port, show the plan, ask, apply.",
  words: [PORT_WORD],
  options: EDIT_OPTIONS,
  examples: ["fleet ports close 8080 --on tag:home"],
  async run(given, world): Promise<ExitCode> {
    const [word = ""] = given.words;
    const edit = { kind: "close-port", port: portOf(word) } as const;
    const said = { edit, words: ["ports", "close", word] };
    return await editAndApply(said, editRequestOf(given, world), world);
  },
};

const PORT_MAX = 65_535;

function portOf(word: string): number {
  const port = /^[1-9]\d{0,4}$/.test(word) ? Number(word) : 0;
  if (port > 0 && port <= PORT_MAX) return port;
  throw usage(`${JSON.stringify(word)} is no port`, `give a whole number from 1 to ${PORT_MAX}`);
}
