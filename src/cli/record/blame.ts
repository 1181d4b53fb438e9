// `fleet blame`: who set each value of a visor, by the ledgers and by what it shows now.
import { usage } from "../shell/usage.ts";
import { defined, type ExitCode } from "../../core/index.ts";
import { blameVisor, isBelow, type VisorState } from "../../ledger/index.ts";
import { isFieldPath } from "../../reconcile/index.ts";
import { type Blame, blameDocument, blameText } from "../../view/index.ts";
import { readLiveVisor } from "./blame-live.ts";
import { accessRequestOf } from "../shell/access-request.ts";
import type { Command } from "../shell/command.ts";
import { outPaint } from "../shell/screen.ts";
import { visorKeyOf } from "../manifest/named-visor.ts";
import {
  ACCESS_OPTIONS,
  JSON_OPTION,
  MANIFEST_OPTION,
  OPERATOR_OPTIONS,
} from "../shell/options.ts";
import { ledgerRequestOf } from "../shell/kept-files.ts";
import { errLine, printJson } from "../shell/print.ts";
import { openRecords, type RecordsSource } from "./records-source.ts";
import type { World } from "../shell/world.ts";

/** `fleet blame`: who set the values of a visor. */
export const blame: Command = {
  name: "blame",
  about:
    "Say who set each value of a visor, when, and from which commit and manifest line, or that others changed it. Writes nothing.",
  words: [
    { form: "<VISOR>", about: "a name of the manifest, or a key" },
    { form: "[PATH]", about: "only this field, or fields below it, such as apps.skysocks" },
  ],
  options: [
    { name: "offline", about: "do not read the visor: answer from the record alone" },
    MANIFEST_OPTION,
    JSON_OPTION,
    ...ACCESS_OPTIONS,
    ...OPERATOR_OPTIONS,
  ],
  examples: ["fleet blame shop-3", "fleet blame shop-3 trust.pty", "fleet blame shop-3 --offline"],
  async run(given, world): Promise<ExitCode> {
    const [word = "", path] = given.words;
    const access = accessRequestOf(given);
    const source = await openRecords(ledgerRequestOf(given, world), world);
    const visor = visorKeyOf(word, source.manifest);
    const fleet = await source.fleet();
    for (const note of source.notes) errLine(world, `note: ${note}`);
    const state = fleet.visor(visor);
    const desired = source.manifest?.desired.visors.find(({ key }) => key === visor);
    const owned = ownedPaths(word, path, state, [...(desired?.leaves.keys() ?? [])]);
    const seen = given.flag("offline")
      ? undefined
      : await readLiveVisor(
          { key: visor, desired, paths: owned, keys: source.keys },
          access,
          world,
        );
    const fields = blameVisor({
      state,
      owned,
      ...defined({ path }),
      ...(seen?.kind === "live" ? { live: seen.live } : {}),
    });
    print(
      {
        visor,
        leaves: fields,
        sealed: fleet.sealed,
        ...(seen?.kind === "live" ? { readMs: seen.live.readMs } : {}),
        ...(seen?.kind === "unread" ? { unread: seen.why } : {}),
      },
      source,
      given.flag("json"),
      world,
    );
    return seen?.kind === "unread" ? 3 : 0;
  },
};

/** Everything that is to be answered for. @throws FleetError cli/usage (exit 64) for a path that names nothing */
function ownedPaths(
  word: string,
  path: string | undefined,
  state: VisorState | undefined,
  manifest: readonly string[],
): readonly string[] {
  const recorded = state?.leaves.map((field) => field.path) ?? [];
  const known = [...new Set([...recorded, ...(state?.owned ?? []), ...manifest])].sort();
  if (path === undefined) return known;
  const below = known.filter((each) => isBelow(each, path));
  if (below.length > 0) return below;
  if (isFieldPath(path)) return [path];
  throw usage(
    `${path} is no field, and nothing below it is recorded of ${word}`,
    `\`fleet blame ${word}\` lists what is, \`fleet show --live ${word}\` what the visor has`,
  );
}

function print(document: Blame, source: RecordsSource, isJson: boolean, world: World): void {
  const { names, feeds } = source;
  if (isJson) printJson(world, blameDocument(document, names, feeds));
  else world.terminal.out(blameText(document, names, feeds, outPaint(world)));
}
