import { type ExitCode, FleetError, fromUtf8 } from "../core/index.ts";
import { readLedger } from "../ledger/index.ts";
import { isPlanText, planSigner } from "../reconcile/index.ts";
import { planText, recordText } from "../view/index.ts";
import type { Given } from "./arguments.ts";
import type { Command } from "./command.ts";
import { showLive } from "./live.ts";
import { entryDocument } from "./log.ts";
import { outPaint } from "./look.ts";
import { readNamed } from "./manifest-source.ts";
import { manifestFacts } from "./names-of-manifest.ts";
import { requireOperator } from "./operator.ts";
import { ACCESS_OPTIONS, JSON_OPTION, MANIFEST_OPTION, OPERATOR_OPTIONS } from "./options.ts";
import { readPlan } from "./plan-source.ts";
import { printJson } from "./print.ts";
import type { World } from "./world.ts";

/** `fleet show`: an entry, a plan file, or a visor as it is. */
export const show: Command = {
  name: "show",
  about:
    "Show a ledger entry, a plan file, or, with --live, a visor as it is now. Secrets are masked.",
  words: [{ form: "[WHAT]", about: "the number of an entry, or a plan file" }],
  options: [
    { name: "live", value: "VISOR", about: "read this visor (a name of the manifest, or a key)" },
    { name: "yaml", about: "with --live: manifest sections to paste" },
    MANIFEST_OPTION,
    JSON_OPTION,
    ...ACCESS_OPTIONS,
    ...OPERATOR_OPTIONS,
  ],
  examples: [
    "fleet show 12",
    "fleet show plan.json",
    "fleet show --live shop-3",
    "fleet show --live shop-3 --yaml",
  ],
  async run(given, world): Promise<ExitCode> {
    const live = given.text("live");
    const what = given.words[0];
    if (live !== undefined) return await showLive(live, given, world);
    if (what === undefined) {
      throw new FleetError("cli/usage", "nothing named to show", {
        next: "give the number of an entry, a plan file, or --live VISOR",
        exit: 64,
      });
    }
    return /^#?\d+$/.test(what)
      ? await showEntry(Number(what.replace("#", "")), given, world)
      : await showPlan(what, given, world);
  },
};

async function showEntry(index: number, given: Given, world: World): Promise<ExitCode> {
  const { keys, ledgerFolder: folder } = await requireOperator(given, world);
  const { names } = await manifestFacts(given, world);
  const ledger = await readLedger({ files: world.files, folder, feed: keys.feed, keys });
  const record = await ledger.record(index);
  if (record === undefined) {
    throw new FleetError("cli/usage", `there is no entry ${index} in the ledger`, {
      next: `\`fleet log\` lists entries 0 to ${ledger.head.size - 1}`,
      exit: 64,
    });
  }
  if (given.flag("json")) printJson(world, entryDocument(record));
  else world.terminal.out(recordText(record, names, outPaint(world)));
  return 0;
}

async function showPlan(file: string, given: Given, world: World): Promise<ExitCode> {
  const text = fromUtf8(await readNamed(file, world));
  if (!isPlanText(text)) {
    throw new FleetError("cli/usage", `${file} is neither an entry's number nor a plan file`, {
      next: "`fleet plan --out FILE` writes plan files",
      exit: 64,
    });
  }
  const plan = await readPlan(text);
  const signer = planSigner(plan);
  if (given.flag("json")) world.terminal.out(text);
  else {
    world.terminal.err(
      `${plan.tool}, fleet ${plan.fleet}, made ${plan.created}, expires ${plan.expires}\n` +
        `decision ${plan.decision}\ndigest   ${plan.digest}\n` +
        `${signer === undefined ? "not signed" : `signed by ${signer}`}\n`,
    );
    world.terminal.out(planText(plan, outPaint(world)));
  }
  return 0;
}
