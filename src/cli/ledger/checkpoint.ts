// `fleet ledger checkpoint`: the newest signed state of a ledger, in the standard form that other tools verify.
import { type ExitCode, fromUtf8 } from "../../core/index.ts";
import { type KeptCheckpoint, ledgerNoteKey, newestCheckpoint } from "../../ledger/index.ts";
import { formatVerifierKey } from "../../tlog/index.ts";
import type { Command } from "../shell/command.ts";
import { ledgerRequestOf } from "../shell/kept-files.ts";
import { JSON_OPTION, MANIFEST_OPTION, OPERATOR_OPTIONS } from "../shell/options.ts";
import { printJson } from "../shell/print.ts";
import { FEED_OPTION, openNamedLedger } from "./named-ledger.ts";

/** `fleet ledger checkpoint`: the newest signed checkpoint, as other tools read it. */
export const ledgerCheckpoint: Command = {
  name: "ledger checkpoint",
  about:
    "Print the newest checkpoint of a ledger: a C2SP signed note, alone on standard output, for other tools.",
  words: [],
  options: [
    FEED_OPTION,
    { name: "vkey", about: "print the key that verifies it in place of the checkpoint" },
    MANIFEST_OPTION,
    JSON_OPTION,
    ...OPERATOR_OPTIONS,
  ],
  examples: [
    "fleet ledger checkpoint > checkpoint.txt",
    "fleet ledger checkpoint --feed kim --vkey",
  ],
  async run(given, world): Promise<ExitCode> {
    const request = ledgerRequestOf(given, world);
    const { ledger } = await openNamedLedger(given.text("feed"), request, world);
    const kept = await newestCheckpoint(ledger);
    const { note, size, tree, feed, writer } = kept;
    const { origin, vkey } = checkpointKey(kept);
    const { terminal } = world;
    if (given.flag("json")) {
      printJson(world, {
        format: "fleet.skywire/checkpoint/v1",
        feed,
        origin,
        vkey,
        operator: writer,
        size,
        tree,
        timeMs: ledger.head.timeMs,
        checkpoint: fromUtf8(note),
      });
    } else if (given.flag("vkey")) terminal.data(`${vkey}\n`);
    else {
      terminal.data(fromUtf8(note));
      terminal.err(
        `origin ${origin}\nvkey   ${vkey}\nCheckpoint: ${size} entries, tree ${tree}.\n`,
      );
    }
    return 0;
  },
};

/** What others check a checkpoint by: the name of its log, and the key as one line. */
export function checkpointKey({ feed, writer }: Pick<KeptCheckpoint, "feed" | "writer">): {
  readonly origin: string;
  readonly vkey: string;
} {
  const key = ledgerNoteKey(feed, writer);
  return { origin: key.name, vkey: formatVerifierKey(key) };
}
