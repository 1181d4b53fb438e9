// `fleet fmt`: a manifest put in its usual form, with the same meaning and every comment.
import { type ExitCode, FleetError } from "../../core/index.ts";
import type { KeptForm } from "../../manifest/index.ts";
import type { Command } from "../shell/command.ts";
import { manifestRequestOf } from "../shell/kept-files.ts";
import { STANDARD_INPUT } from "./manifest-source.ts";
import { readManifestFile, verifySame, withText, writeText } from "./rewrite-manifest.ts";
import { outLine } from "../shell/print.ts";
import { printableLines } from "../../view/index.ts";

/** `fleet fmt`: keys in one order, two spaces a level, comments where they belong. */
export const fmt: Command = {
  name: "fmt",
  about: "Format a manifest: keys in one order, two spaces a level. Comments and meaning stay.",
  words: [
    {
      form: "[MANIFEST]",
      about: "the manifest (default fleet.yaml; - formats standard input to standard output)",
    },
  ],
  options: [
    { name: "check", about: "write nothing; print what would change and end with 2 if anything" },
    { name: "diff", about: "print what changes too" },
  ],
  examples: ["fleet fmt", "fleet fmt --check", "fleet fmt - < fleet.yaml"],
  async run(given, world): Promise<ExitCode> {
    const { manifest: name } = manifestRequestOf(given, world, given.words[0]);
    const read = await readManifestFile(name, world);
    const { formatManifest, keptForm } = await import("./manifest-room.ts");
    const kept = keptForm(read.text);
    if (kept !== undefined) throw keepsItsForm(name, kept);
    const formatted = await withText(read, formatManifest(read.text));
    const isSame = formatted.diff === "";
    const file = name === STANDARD_INPUT ? "stdin" : name;
    const diff = printableLines(formatted.diff);
    await verifySame(formatted);
    if (given.flag("check")) {
      world.terminal.out(diff);
      outLine(world, `${isSame ? "Formatted" : "Not formatted"}: ${file}.`);
      return isSame ? 0 : 2;
    }
    if (name === STANDARD_INPUT) {
      if (given.flag("diff")) world.terminal.err(diff);
      world.terminal.data(formatted.text);
      return 0;
    }
    await writeText(formatted, world);
    if (given.flag("diff")) world.terminal.out(diff);
    outLine(world, `${isSame ? "Formatted already" : "Formatted"}: ${file}.`);
    return 0;
  },
};

/** The error of what cannot be formatted: nothing of it is, so that no part passes for all of it. */
function keepsItsForm(name: string, { line }: KeptForm): FleetError {
  const [why, next] =
    line === undefined
      ? ["put in order, it would say something else", "please report this with the manifest"]
      : [`line ${line} has a key behind a question mark`, "write that key as `name:`"];
  const what = name === STANDARD_INPUT ? "the text" : name;
  return new FleetError("cli/not-formatted", `${what} keeps its form: ${why}`, {
    next: `nothing was written; ${next}`,
    exit: 4,
  });
}
