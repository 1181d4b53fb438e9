// `fleet operator remove`: an operator taken out of manifest and keyset; never the one whose key this machine has.
import { type ExitCode, FleetError } from "../../core/index.ts";
import { withoutOperator } from "../../manifest/index.ts";
import type { Command } from "../shell/command.ts";
import { type ChangeInput, changeOperator } from "./change-operator.ts";
import { nameOf } from "./operator-line.ts";
import { CHANGE_OPTIONS, changeRequestOf } from "./operator-options.ts";

/** `fleet operator remove`: one signs no more, and cannot read what comes. */
export const operatorRemove: Command = {
  name: "operator remove",
  about:
    "Take an operator out of the manifest and record it: a new epoch begins, whose key the operator does not get.",
  words: [{ form: "<NAME>", about: "the operator, as manifest or record call it" }],
  options: CHANGE_OPTIONS,
  examples: ["fleet operator remove kim", "fleet operator remove kim --yes --json"],
  async run(given, world): Promise<ExitCode> {
    const name = nameOf(given.words);
    return await changeOperator(
      {
        verb: "remove",
        name,
        line: (input) => {
          checkRemovable(name, input);
          return undefined;
        },
        edit: (text) => withoutOperator(text, name) ?? text,
      },
      changeRequestOf(given, world),
      world,
    );
  },
};

/** @throws FleetError cli/own-key (exit 4) for ourselves, cli/no-operator (exit 64) for nobody */
function checkRemovable(name: string, { manifest, past, operator }: ChangeInput): void {
  const { desired } = manifest.source;
  const { keys } = operator;
  const recorded = past.follower.current(desired.fleet)?.payload.operators ?? {};
  const found = [
    ...desired.operators.filter((each) => each.name === name),
    ...Object.entries(recorded).flatMap(([each, facts]) => (each === name ? [facts] : [])),
  ];
  if (found.some(({ key, feed }) => key === keys.operator || feed === keys.feed))
    throw new FleetError("cli/own-key", `operator ${name} is this machine itself`, {
      next: `have another operator with apply run \`fleet operator remove ${name}\` on another machine`,
      exit: 4,
    });
  if (found.length > 0) return;
  const names = [...desired.operators.map((each) => each.name), ...Object.keys(recorded)];
  throw new FleetError("cli/no-operator", `neither manifest nor record has an operator ${name}`, {
    next: `operators are ${[...new Set(names)].toSorted().join(", ")}`,
    exit: 64,
  });
}
