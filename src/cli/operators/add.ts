// `fleet operator add`: one more operator, in the manifest and in the recorded keyset.
import type { ExitCode } from "../../core/index.ts";
import { withOperator } from "../../manifest/index.ts";
import { CAPABILITIES } from "../../model/index.ts";
import type { Command } from "../shell/command.ts";
import { changeOperator } from "./change-operator.ts";
import { lineOf, lineRequestOf, nameOf } from "./operator-line.ts";
import { CHANGE_OPTIONS, changeRequestOf } from "./operator-options.ts";

/** `fleet operator add`: one more signs. The manifest lists it, the ledger records it. */
export const operatorAdd: Command = {
  name: "operator add",
  about:
    "List an operator in the manifest and record it: shows the change and what it means, asks, and begins a new epoch that the newcomer can read.",
  words: [{ form: "<NAME>", about: "how the manifest calls the operator" }],
  options: [
    {
      name: "key",
      value: "KEY",
      about: "its public key, ed25519:…; not needed when the manifest lists it",
    },
    {
      name: "seal",
      value: "KEY",
      about: "its seal key, x25519:…; without it it reads nothing sealed",
    },
    { name: "feed", value: "KEY", about: "the feed of its ledger, 66 hexadecimal digits" },
    {
      name: "may",
      value: "LIST",
      about: `its rights: ${CAPABILITIES.join(", ")} (default plan,apply)`,
    },
    ...CHANGE_OPTIONS,
  ],
  examples: [
    "fleet operator add kim --key ed25519:… --seal x25519:… --feed 02…",
    "fleet operator add kim # records what the manifest says of kim",
    "fleet operator add kim --approved keyset-change.json",
  ],
  async run(given, world): Promise<ExitCode> {
    const name = nameOf(given.words);
    const asked = lineRequestOf(given);
    return await changeOperator(
      {
        verb: "add",
        name,
        line: ({ manifest }) => {
          const { operators } = manifest.source.desired;
          return lineOf(
            asked,
            name,
            operators.find((each) => each.name === name),
          );
        },
        edit: (text, line) => (line === undefined ? text : withOperator(text, name, line)),
      },
      changeRequestOf(given, world),
      world,
    );
  },
};
