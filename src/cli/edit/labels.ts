// `fleet tag` and `fleet role`: visors of the manifest get a tag or a role, or lose one.
import type { Command } from "../shell/command.ts";
import { EDIT_OPTIONS, editAndApply, editRequestOf, type SaidEdit } from "./edit-and-apply.ts";

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
  run: async (given, world) =>
    await editAndApply(labelEdit("tag", "add", given.words), editRequestOf(given, world), world),
};

/** `fleet tag remove`: takes a tag from visors. */
export const tagRemove: Command = {
  name: "tag remove",
  about:
    "Take a tag from the visors of --on in the manifest. What selections by it bring about is planned, shown and applied too.",
  words: [TAG_WORD],
  options: EDIT_OPTIONS,
  examples: ["fleet tag remove home --on desk"],
  run: async (given, world) =>
    await editAndApply(labelEdit("tag", "remove", given.words), editRequestOf(given, world), world),
};

/** `fleet role assign`: gives visors a role. */
export const roleAssign: Command = {
  name: "role assign",
  about: "Give the visors of --on a role of the manifest, show the plan, ask, apply.",
  words: [ROLE_WORD],
  options: EDIT_OPTIONS,
  examples: ["fleet role assign exit --on tag:shop"],
  run: async (given, world) =>
    await editAndApply(labelEdit("role", "add", given.words), editRequestOf(given, world), world),
};

/** `fleet role remove`: takes a role from visors. */
export const roleRemove: Command = {
  name: "role remove",
  about:
    "Take a role from the visors of --on, show the plan, ask, apply. What the role alone owned is released, not undone.",
  words: [ROLE_WORD],
  options: EDIT_OPTIONS,
  examples: ["fleet role remove exit --on shop-2"],
  run: async (given, world) =>
    await editAndApply(
      labelEdit("role", "remove", given.words),
      editRequestOf(given, world),
      world,
    ),
};

function labelEdit(
  kind: "tag" | "role",
  action: "add" | "remove",
  [name = ""]: readonly string[],
): SaidEdit {
  const verb = kind === "role" && action === "add" ? "assign" : action;
  return { edit: { kind, action, name }, words: [kind, verb, name] };
}
