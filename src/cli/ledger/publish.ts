import { counted, type ExitCode } from "../../core/index.ts";
import { conflictError } from "../../replicas/index.ts";
import { tableText } from "../../view/index.ts";
import type { Command } from "../command.ts";
import { requireOperator } from "../operator.ts";
import { JSON_OPTION, MANIFEST_OPTION, OPERATOR_OPTIONS } from "../options.ts";
import { printJson } from "../print.ts";
import { publishOwn } from "../relaying.ts";
import { RELAY_OPTION, relaysOf } from "./relay-option.ts";

/** `fleet ledger publish`: our ledger to its relays, now. */
export const ledgerPublish: Command = {
  name: "ledger publish",
  about:
    "Bring this machine's ledger to its relays now. Asks each first what it holds, and refuses to fork.",
  words: [],
  options: [RELAY_OPTION, MANIFEST_OPTION, JSON_OPTION, ...OPERATOR_OPTIONS],
  examples: ["fleet ledger publish", "fleet ledger publish --relay 10.0.0.5:8870"],
  async run(given, world): Promise<ExitCode> {
    const operator = await requireOperator(given, world);
    const relays = await relaysOf(given, world);
    const results = await publishOwn(operator, relays, world);
    const held = results.filter(({ isHeld }) => isHeld).length;
    if (given.flag("json"))
      printJson(world, {
        format: "fleet.skywire/ledger-publish/v1",
        feed: operator.keys.feed,
        relays: results.map(({ relay, isHeld, outcome }) => ({
          relay,
          held: isHeld,
          outcome: outcome.kind,
          says: outcome.reason,
        })),
      });
    else {
      const rows = relays.map((relay) => {
        const result = results.find((each) => each.relay === relay);
        return [`  ${relay}`, result?.outcome.reason ?? "did not answer in time"];
      });
      world.terminal.out(
        `${tableText(rows)}Held by ${held} of ${counted(relays.length, "relay")}.\n`,
      );
    }
    const conflict = conflictError(results);
    if (conflict !== undefined) throw conflict;
    return held === relays.length ? 0 : 3;
  },
};
