// `fleet doctor` as a command: findings about this machine and its local visor, printed and told by the exit code.
import type { ExitCode } from "../../core/index.ts";
import { type Finding, findingsText } from "../../view/index.ts";
import { accessRequestOf } from "../shell/access-request.ts";
import type { Command } from "../shell/command.ts";
import { ledgerRequestOf } from "../shell/kept-files.ts";
import { outPaint } from "../shell/screen.ts";
import { worstExit } from "../shell/exit.ts";
import { findings, ABOUT_MANIFEST } from "./visor-findings.ts";
import {
  ACCESS_OPTIONS,
  JSON_OPTION,
  MANIFEST_OPTION,
  OPERATOR_OPTIONS,
} from "../shell/options.ts";
import { printJson } from "../shell/print.ts";

/** `fleet doctor`: what is in order here, what is not, and what to do. */
export const doctor: Command = {
  name: "doctor",
  about:
    "Check the local visor, its release and abilities, the bridge, keys, clock and ledger. Writes nothing.",
  words: [],
  options: [MANIFEST_OPTION, JSON_OPTION, ...ACCESS_OPTIONS, ...OPERATOR_OPTIONS],
  examples: ["fleet doctor", "fleet doctor --rpc 127.0.0.1:3436"],
  async run(given, world): Promise<ExitCode> {
    const request = { ...ledgerRequestOf(given, world), access: accessRequestOf(given) };
    const found = await findings(request, world);
    if (given.flag("json"))
      printJson(world, { format: "fleet.skywire/doctor/v1", findings: found });
    else world.terminal.out(findingsText(found, outPaint(world)));
    return exitOf(found);
  },
};

const MISSING_VISORS: readonly string[] = ["local visor", "bridge"];

function exitOf(found: readonly Finding[]): ExitCode {
  const bad = found.filter((finding) => finding.verdict === "bad");
  if (bad.some(({ about }) => about === ABOUT_MANIFEST)) return 64;
  return worstExit(bad.map((finding) => (MISSING_VISORS.includes(finding.about) ? 3 : 4)));
}
