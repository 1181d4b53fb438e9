// `fleet whitelist add` and `remove`: a key is put into one of the manifest's lists of who is let in, or taken out.
import { usage } from "../shell/usage.ts";
import type { ExitCode } from "../../core/index.ts";
import type { Command } from "../shell/command.ts";
import { EDIT_OPTIONS, editAndApply, editRequestOf, type SaidEdit } from "./edit-and-apply.ts";

const KEY_WORD = { form: "<KEY_OR_NAME>", about: "a visor, an entry of keys, or a key" };
const ABOUT_LIST =
  "the list: pty, hypervisors, dmsgscp, survey, the name of an app, or the number of a served port";
const TO_OPTION = { name: "to", value: "LIST", about: ABOUT_LIST, aliases: ["from"] };
const FROM_OPTION = { name: "from", value: "LIST", about: ABOUT_LIST, aliases: ["to"] };

/** `fleet whitelist add`: wants a key in a list. */
export const whitelistAdd: Command = {
  name: "whitelist add",
  about:
    "Write into the manifest that a key is in a list of the visors of --on, show the plan, ask, apply.",
  words: [KEY_WORD],
  options: [TO_OPTION, ...EDIT_OPTIONS],
  examples: [
    "fleet whitelist add friend-kim --to pty --on tag:shop",
    "fleet whitelist add desk --to skysocks --on role:exit",
  ],
  async run(given, world): Promise<ExitCode> {
    const said = memberEdit("add", given.words, given.text(TO_OPTION.name));
    return await editAndApply(said, editRequestOf(given, world), world);
  },
};

/** `fleet whitelist remove`: wants a key out of a list. */
export const whitelistRemove: Command = {
  name: "whitelist remove",
  about:
    "Write into the manifest that a key is not in a list of the visors of --on, show the plan, ask, apply.",
  words: [KEY_WORD],
  options: [FROM_OPTION, ...EDIT_OPTIONS],
  examples: ["fleet whitelist remove friend-kim --from pty --on all"],
  async run(given, world): Promise<ExitCode> {
    const said = memberEdit("remove", given.words, given.text(FROM_OPTION.name));
    return await editAndApply(said, editRequestOf(given, world), world);
  },
};

function memberEdit(
  action: "add" | "remove",
  [member = ""]: readonly string[],
  to: string | undefined,
): SaidEdit {
  const { name } = action === "add" ? TO_OPTION : FROM_OPTION;
  if (to === undefined) {
    throw usage(
      `--${name} is missing: which list?`,
      `give --${name} pty, hypervisors, dmsgscp, survey, the name of an app, or the number of a served port`,
    );
  }
  const words = ["whitelist", action, member, `--${name}`, to];
  return { edit: { kind: "member", action, list: listOf(to), member }, words };
}

function listOf(to: string): string {
  if (to === "pty" || to === "hypervisors" || to === "dmsgscp") return `trust.${to}`;
  if (to === "survey") return to;
  if (/^\d{1,5}$/.test(to)) return `ports.${to}.whitelist`;
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(to)) return `apps.${to}.whitelist`;
  throw usage(
    `--to ${JSON.stringify(to)} names no list`,
    "give pty, hypervisors, dmsgscp, survey, the name of an app, or the number of a served port",
  );
}
