// `fleet at`: the fleet as it was last recorded at a moment; no visor is asked.
import type { ExitCode } from "../../core/index.ts";
import { type FleetThen, fleetThenDocument, fleetThenText } from "../../view/index.ts";
import type { Command } from "../shell/command.ts";
import { outPaint } from "../shell/screen.ts";
import { askedVisors, statesAt, timedMoment, timedVisor } from "./moments.ts";
import { ledgerRequestOf } from "../shell/kept-files.ts";
import { JSON_OPTION, MANIFEST_OPTION, OPERATOR_OPTIONS } from "../shell/options.ts";
import { errLine, printJson } from "../shell/print.ts";
import { openRecords } from "./records-source.ts";

/** How a moment is written. */
export const MOMENT_FORMS =
  "now, a time (2026-11-25T12:00:00Z), a while ago (3d), an entry (#12, kim:12), or a git commit";

/** `fleet at`: the fleet as last recorded at a moment. */
export const at: Command = {
  name: "at",
  about: "Show the fleet as last recorded at a moment. Reads the record only, no visor.",
  words: [
    { form: "<MOMENT>", about: MOMENT_FORMS },
    { form: "[VISOR...]", about: "only these visors (names or keys)" },
  ],
  options: [MANIFEST_OPTION, JSON_OPTION, ...OPERATOR_OPTIONS],
  examples: ["fleet at 3d", "fleet at 2026-11-25T12:00:00Z shop-3", "fleet at 1f3a --json"],
  async run(given, world): Promise<ExitCode> {
    const [text = "", ...words] = given.words;
    const source = await openRecords(ledgerRequestOf(given, world), world);
    const isAsked = askedVisors(words, source);
    for (const note of source.notes) errLine(world, `note: ${note}`);
    for (const found of await statesAt([text], source, world)) {
      const visors = found.state.visors().filter(({ visor }) => isAsked(visor));
      const then: FleetThen = {
        ...timedMoment(found),
        visors: visors
          .map((visor) => timedVisor(visor))
          .filter(({ leaves: fields, notRecorded }) => fields.length + notRecorded.length > 0),
      };
      const { names, feeds } = source;
      if (given.flag("json")) printJson(world, fleetThenDocument(then, names, feeds));
      else world.terminal.out(fleetThenText(then, names, feeds, outPaint(world)));
    }
    return 0;
  },
};
