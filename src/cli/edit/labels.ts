// `fleet tag` and `fleet role`: visors of the manifest get a tag or a role, or lose one.
import type { ExitCode } from "../../core/index.ts";
import type { Given } from "../shell/arguments.ts";
import type { Command } from "../shell/command.ts";
import type { World } from "../shell/world.ts";
import { EDIT_OPTIONS, editAndApply } from "./edit-and-apply.ts";

const TAG_WORD = { form: "<TAG>", about: "a word to select visors by" };
const ROLE_WORD = { form: "<ROLE>", about: "a role of the manifest" };

/** `fleet tag add`: gives visors a tag. */
export const tagAdd: Command = {
  name: "tag add",
  about:
    "Give the visors of --on a tag in the manifest. What selections by it bring about is planned, shown and applied too.",
  words: [TAG_WORD],
  options: EDIT_OPTIONS,
  examples: ["fleet tag add home --on laptop,desk"],
  run: (given, world) => label("tag", "add", given, world),
};

/** `fleet tag remove`: takes a tag from visors. */
export const tagRemove: Command = {
  name: "tag remove",
  about:
    "Take a tag from the visors of --on in the manifest. What selections by it bring about is planned, shown and applied too.",
  words: [TAG_WORD],
  options: EDIT_OPTIONS,
  examples: ["fleet tag remove home --on desk"],
  run: (given, world) => label("tag", "remove", given, world),
};

/** `fleet role assign`: gives visors a role. */
export const roleAssign: Command = {
  name: "role assign",
  about: "Give the visors of --on a role of the manifest, show the plan, ask, apply.",
  words: [ROLE_WORD],
  options: EDIT_OPTIONS,
  examples: ["fleet role assign exit --on tag:shop"],
  run: (given, world) => label("role", "add", given, world),
};

/** `fleet role remove`: takes a role from visors. */
export const roleRemove: Command = {
  name: "role remove",
  about:
    "Take a role from the visors of --on, show the plan, ask, apply. What the role alone owned is released, not undone.",
  words: [ROLE_WORD],
  options: EDIT_OPTIONS,
  examples: ["fleet role remove exit --on shop-2"],
  run: (given, world) => label("role", "remove", given, world),
};

function label(
  kind: "tag" | "role",
  action: "add" | "remove",
  given: Given,
  world: World,
): Promise<ExitCode> {
  const [name = ""] = given.words;
  const verb = kind === "role" && action === "add" ? "assign" : action;
  return editAndApply({ kind, action, name }, [kind, verb, name], given, world);
}
