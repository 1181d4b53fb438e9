// `fleet schema`: prints the JSON Schema of a document that this program reads or writes.
import { usage } from "../shell/usage.ts";
import { readFile } from "node:fs/promises";
import type { ExitCode } from "../../core/index.ts";
import type { Command } from "../shell/command.ts";
import { packageFile } from "../shell/package-files.ts";

/** Documents that leave the process, and the files of their schemas. */
const SCHEMAS: Readonly<Record<string, string>> = {
  manifest: "fleet.schema.json",
  plan: "plan.schema.json",
  observation: "observation.schema.json",
  "apply-report": "apply-report.schema.json",
  event: "event.schema.json",
  history: "history.schema.json",
};

/** `fleet schema`: the JSON Schema of a document. */
export const schema: Command = {
  name: "schema",
  about:
    "Print the JSON Schema (2020-12) of the manifest, a plan, an observation, an apply report, an event or a history.",
  words: [
    {
      form: "[DOCUMENT]",
      about: "manifest (default), plan, observation, apply-report, event or history",
    },
  ],
  options: [],
  examples: ["fleet schema > fleet.schema.json", "fleet schema plan"],
  async run(given, world): Promise<ExitCode> {
    const name = given.words[0] ?? "manifest";
    const file = Object.hasOwn(SCHEMAS, name) ? SCHEMAS[name] : undefined;
    if (file === undefined) {
      throw usage(
        `${name}: no schema of this name`,
        `choose one of ${Object.keys(SCHEMAS).join(", ")}`,
      );
    }
    world.terminal.data(await readFile(packageFile(`schemas/${file}`), "utf8"));
    return 0;
  },
};
