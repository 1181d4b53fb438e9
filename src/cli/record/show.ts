// `fleet show`: one entry of a ledger, a plan file, or with --live a visor.
import { usage } from "../shell/usage.ts";
import { resolve } from "node:path";
import { defined, type ExitCode, fromUtf8 } from "../../core/index.ts";
import {
  entryDocument,
  type FeedKey,
  type LedgerRecord,
  type RecordRef,
  refOf,
} from "../../ledger/index.ts";
import { isPlanText, parsePlan, planSigner } from "../../reconcile/index.ts";
import { planText, recordText } from "../../view/index.ts";
import { accessRequestOf } from "../shell/access-request.ts";
import type { Command } from "../shell/command.ts";
import { ledgerRequestOf, type ManifestRequest } from "../shell/kept-files.ts";
import { showLive, type ShowRequest } from "./live-visor.ts";
import { outPaint } from "../shell/screen.ts";
import { readNamed } from "../manifest/manifest-source.ts";
import {
  ACCESS_OPTIONS,
  JSON_OPTION,
  MANIFEST_OPTION,
  OPERATOR_OPTIONS,
} from "../shell/options.ts";
import { forScreen } from "../plan/plan-request.ts";
import { errLine, printJson } from "../shell/print.ts";
import { ENTRY_FORM, namedEntry, openRecords, type RecordsSource } from "./records-source.ts";
import { manifestFacts } from "../manifest/names-of-manifest.ts";
import type { World } from "../shell/world.ts";

/** `fleet show`: an entry, a plan file, or a visor as it is. */
export const show: Command = {
  name: "show",
  about:
    "Show a ledger entry, a plan file, or, with --live, a visor as it is now. Secrets are masked.",
  words: [{ form: "[WHAT]", about: "an entry (12, or kim:12 of another feed), or a plan file" }],
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
    "fleet show kim:12",
    "fleet show plan.json",
    "fleet show --live shop-3",
    "fleet show --live shop-3 --yaml",
  ],
  async run(given, world): Promise<ExitCode> {
    const live = given.text("live");
    const what = given.words[0];
    const request: ShowRequest = {
      ...ledgerRequestOf(given, world),
      access: accessRequestOf(given),
      isJson: given.flag("json"),
      isYaml: given.flag("yaml"),
    };
    if (live !== undefined) return await showLive(live, request, world);
    if (what === undefined) {
      throw usage(
        "nothing named to show",
        "give the number of an entry, a plan file, or --live VISOR",
      );
    }
    return ENTRY_FORM.test(what)
      ? await showEntry(what, request, world)
      : await showPlan(what, request, world);
  },
};

async function showEntry(what: string, request: ShowRequest, world: World): Promise<ExitCode> {
  const source = await openRecords(request, world);
  const { feed, index } = namedEntry(what, source);
  const { record, answeredBy } = await findRecord(source, feed, index);
  if (record === undefined) {
    throw usage(
      `there is no entry ${what.replace("#", "")} in the ledger`,
      "`fleet log` lists the entries",
    );
  }
  if (request.isJson) {
    const answer = answeredBy === undefined ? {} : { answeredBy: answeredBy.index };
    printJson(world, entryDocument(record, { operators: source.feeds.operators, ...answer }));
  } else {
    const options = { paint: outPaint(world), ...defined({ answeredBy }) };
    world.terminal.out(recordText(record, source.names, source.feeds, options));
  }
  return 0;
}

/** A record, and for an intent the receipt that answers it. */
async function findRecord(
  source: RecordsSource,
  feed: FeedKey,
  index: number,
): Promise<{ readonly record?: LedgerRecord; readonly answeredBy?: RecordRef }> {
  let record: LedgerRecord | undefined;
  for await (const each of source.records(new Map([[feed, index]]))) {
    if (each.feed !== feed) continue;
    if (record === undefined) {
      if (each.index !== index) return {};
      record = each;
      if (record.kind !== "intent") return { record };
    } else if (each.kind === "receipt" && each.payload?.intent === index) {
      return { record, answeredBy: refOf(each) };
    }
  }
  return record === undefined ? {} : { record };
}

/** True for the name or key of a visor where no file is called so. */
async function isVisorOnly(word: string, request: ManifestRequest, world: World): Promise<boolean> {
  if ((await world.files.stat(resolve(world.folder, word))) !== undefined) return false;
  const { source } = await manifestFacts(request, world);
  return source?.desired.visors.some(({ name, key }) => name === word || key === word) === true;
}

async function showPlan(file: string, request: ShowRequest, world: World): Promise<ExitCode> {
  if (await isVisorOnly(file, request, world)) {
    throw usage(
      `${file} is a visor, and no file or entry`,
      `\`fleet show --live ${file}\` shows it as it is now`,
    );
  }
  const text = fromUtf8(await readNamed(file, world, "document"));
  if (!isPlanText(text)) {
    throw usage(
      `${file} is neither an entry's number nor a plan file`,
      "`fleet plan --out FILE` writes plan files",
    );
  }
  const plan = parsePlan(text);
  const signer = planSigner(plan);
  if (request.isJson) world.terminal.out(text);
  else {
    const { tool, fleet, created, expires, decision, digest } = plan;
    for (const line of [
      `${tool}, fleet ${fleet}, made ${created}, expires ${expires}`,
      `decision ${decision}`,
      `digest   ${digest}`,
      signer === undefined ? "not signed" : `signed by ${signer}`,
    ])
      errLine(world, line);
    world.terminal.out(forScreen(planText(plan, outPaint(world)), {}, world));
  }
  return 0;
}
