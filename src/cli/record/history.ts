// `fleet history`: the applies, a line each.
import type { ExitCode } from "../../core/index.ts";
import { Applies } from "../../ledger/index.ts";
import { historyDocument, historyText } from "../../view/index.ts";
import type { Command } from "../shell/command.ts";
import { BY_OPERATOR_OPTION, logFilterOf, logRequestOf, TIME_OPTIONS } from "./log-filter.ts";
import { outPaint } from "../shell/screen.ts";
import { JSON_OPTION, MANIFEST_OPTION, OPERATOR_OPTIONS } from "../shell/options.ts";
import { errLine, printJson } from "../shell/print.ts";
import { openRecords } from "./records-source.ts";

/** `fleet history`: one line for each apply, of all operators whose ledgers are here. */
export const history: Command = {
  name: "history",
  about:
    "List the applies, oldest first: when, by whom, from which commit, how many visors and changes, and what became of them. Reads only, repairs nothing.",
  words: [],
  options: [
    {
      name: "visor",
      value: "NAME",
      many: true,
      about: "only applies that change this visor (name or key); may be repeated",
    },
    BY_OPERATOR_OPTION,
    ...TIME_OPTIONS,
    { name: "commit", value: "COMMIT", about: "only applies of this git commit" },
    { name: "last", value: "N", about: "only the last N applies" },
    MANIFEST_OPTION,
    JSON_OPTION,
    ...OPERATOR_OPTIONS,
  ],
  examples: [
    "fleet history",
    "fleet history --last 5",
    "fleet history --visor shop-3 --since 3d",
    "fleet history --json | jq '.applies[] | select(.done | not)'",
  ],
  async run(given, world): Promise<ExitCode> {
    const request = logRequestOf(given, world);
    const { last } = request;
    const source = await openRecords(request, world);
    const applies = new Applies(source.own, logFilterOf(request, source));
    for await (const record of source.records()) applies.next(record);
    const { notes, names, feeds } = source;
    for (const note of notes) errLine(world, `note: ${note}`);
    const all = applies.list();
    const listed = last === undefined ? all : all.slice(Math.max(0, all.length - last));
    const filteredOut = applies.filteredOut + all.length - listed.length;
    const document = { applies: listed, filteredOut, notes };
    if (request.isJson) printJson(world, historyDocument(document, names, feeds));
    else world.terminal.out(historyText(document, names, feeds, outPaint(world)));
    return 0;
  },
};
