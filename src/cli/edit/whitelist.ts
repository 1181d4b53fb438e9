// `fleet whitelist add` and `remove`: a key is put into one of the manifest's lists of who is let in, or taken out.
import { usage } from "../shell/usage.ts";
import type { ExitCode } from "../../core/index.ts";
import type { Given } from "../shell/arguments.ts";
import type { Command } from "../shell/command.ts";
import type { World } from "../shell/world.ts";
import { EDIT_OPTIONS, editAndApply } from "./edit-and-apply.ts";

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
  run: (given, world) => change("add", given, world),
};

/** `fleet whitelist remove`: wants a key out of a list. */
export const whitelistRemove: Command = {
  name: "whitelist remove",
  about:
    "Write into the manifest that a key is not in a list of the visors of --on, show the plan, ask, apply.",
  words: [KEY_WORD],
  options: [FROM_OPTION, ...EDIT_OPTIONS],
  examples: ["fleet whitelist remove friend-kim --from pty --on all"],
  run: (given, world) => change("remove", given, world),
};

async function change(action: "add" | "remove", given: Given, world: World): Promise<ExitCode> {
  const [member = ""] = given.words;
  const { name } = action === "add" ? TO_OPTION : FROM_OPTION;
  const to = given.text(name);
  if (to === undefined) {
    throw usage(
      `--${name} is missing: which list?`,
      `give --${name} pty, hypervisors, dmsgscp, survey, the name of an app, or the number of a served port`,
    );
  }
  const words = ["whitelist", action, member, `--${name}`, to];
  return await editAndApply(
    { kind: "member", action, list: listOf(to), member },
    words,
    given,
    world,
  );
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
