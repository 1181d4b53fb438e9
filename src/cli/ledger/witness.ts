// `fleet ledger witness`: cosigns the ledgers of others, and records in our own that it did.
import { isFeedKey } from "../../model/index.ts";
import { usage } from "../shell/usage.ts";
import { checkOutputFiles, ledgerRequestOf } from "../shell/kept-files.ts";
import { resolve } from "node:path";
import { type ExitCode, utf8 } from "../../core/index.ts";
import {
  type FeedPin,
  readFeedPin,
  type ReadOnlyLedger,
  writeFeedPin,
} from "../../ledger/index.ts";
import { type WitnessResult, witnessText } from "../../view/index.ts";
import type { Command } from "../shell/command.ts";
import { worstExit } from "../shell/exit.ts";
import { feedNames, otherOperators } from "./feeds.ts";
import { outPaint } from "../shell/screen.ts";
import { lockRequestOf } from "./operator.ts";
import { JSON_OPTION, LOCK_OPTION, MANIFEST_OPTION, OPERATOR_OPTIONS } from "../shell/options.ts";
import { errLine, printJson } from "../shell/print.ts";
import type { World } from "../shell/world.ts";
import { noCopy, unknownFeed } from "./named-ledger.ts";
import { appendToOwn, type OwnLedger, withOwnLedger } from "./own-ledger.ts";
import { pinsFolderOf } from "./seen-pins.ts";
import {
  judgeCopy,
  ownWitnessEntries,
  type WitnessTarget,
  type CopyVerdict,
} from "./witness-copy.ts";

const MS_PER_S = 1000;
const NOTE_MODE = 0o644;

/** `fleet ledger witness`: says, signed, that ledgers of others only grew. */
export const ledgerWitness: Command = {
  name: "ledger witness",
  about:
    "Cosign the newest checkpoints of other operators' ledgers, once it is proved that they begin with all that was seen of them before; each goes into our own ledger.",
  words: [
    {
      form: "[NAME...]",
      about: "operators of the manifest, or feed keys (default: every copy on this machine)",
    },
  ],
  options: [
    { name: "out", value: "FILE", about: "write the cosigned checkpoint of the one ledger named" },
    LOCK_OPTION,
    MANIFEST_OPTION,
    JSON_OPTION,
    ...OPERATOR_OPTIONS,
  ],
  examples: ["fleet ledger witness", "fleet ledger witness kim --out kim-checkpoint.txt"],
  async run(given, world): Promise<ExitCode> {
    const { words } = given;
    const out = given.text("out");
    const request = { ...ledgerRequestOf(given, world), ...lockRequestOf(given) };
    if (out !== undefined && words.length !== 1) {
      throw usage(
        "--out takes the checkpoint of one ledger",
        "name the one ledger that is to be witnessed",
      );
    }
    await checkOutputFiles([out], [request.manifest], request.keyFile, world);
    const done = await withOwnLedger(request, world, (own) => witnessAll(own, words, world));
    const { results, notes, judged } = done;
    const note = judged[0]?.verdict.kind === "refused" ? undefined : judged[0]?.verdict.note;
    if (out !== undefined && note !== undefined) {
      const bytes = typeof note === "string" ? utf8(note) : note;
      await world.files.write(resolve(world.folder, out), bytes, { mode: NOTE_MODE });
    }
    for (const each of notes) errLine(world, each);
    if (given.flag("json"))
      printJson(world, { format: "fleet.skywire/witness-report/v1", results, notes });
    else world.terminal.out(witnessText(results, outPaint(world)));
    const wrote = results.some(({ kind }) => kind === "cosigned");
    const codes = [
      ...results.map(({ kind }): ExitCode => (kind === "refused" ? 4 : 0)),
      ...(words.length === 0 && done.isIncomplete ? [3 as const] : []),
    ];
    return worstExit(codes, { wrote });
  },
};

/** A copy, and what is to become of it. */
interface Judged {
  readonly target: WitnessTarget;
  readonly pin: FeedPin | undefined;
  readonly verdict: CopyVerdict;
}

interface Witnessed {
  readonly judged: readonly Judged[];
  readonly results: readonly WitnessResult[];
  readonly notes: readonly string[];
  /** True when ledgers of the manifest's operators could not be looked at. */
  readonly isIncomplete: boolean;
}

async function witnessAll(
  own: OwnLedger,
  words: readonly string[],
  world: World,
): Promise<Witnessed> {
  const { operator, source, ledger, open } = own;
  const { keys } = operator;
  const targets = targetsOf(words, own);
  const entries = await ownWitnessEntries(ledger);
  const folder = pinsFolderOf(world);
  const timeS = Math.floor(world.clock.now() / MS_PER_S);
  const judged: Judged[] = [];
  for (const target of targets) {
    const { feed } = target.ledger;
    const pin = await readFeedPin(world.files, folder, feed);
    const past = { pin, own: entries.get(feed) };
    judged.push({ target, pin, verdict: await judgeCopy(target, past, { keys, timeS }) });
  }
  const drafts = judged.flatMap(({ verdict }) =>
    verdict.kind === "cosigned" ? [verdict.draft] : [],
  );
  // What is refused is not named as seen: others would join our feed with it.
  const bad = judged.filter(({ verdict }) => verdict.kind === "refused");
  const seen = open.others.filter(
    ({ feed }) => !bad.some(({ target }) => target.ledger.feed === feed),
  );
  const records = drafts.length === 0 ? [] : await appendToOwn(own, drafts, seen);
  const appended = records.map(({ index }) => index)[Symbol.iterator]();
  const results = judged.map(({ target, verdict }) =>
    resultOf(target, verdict, () => appended.next().value ?? 0),
  );
  for (const { target, verdict } of judged)
    if (verdict.kind !== "refused") await writeFeedPin(world.files, folder, pinOf(target, world));
  const may = source?.desired.operators.find(({ key }) => key === keys.operator)?.may;
  const uncounted =
    may === undefined || may.includes("witness")
      ? []
      : [
          "the manifest does not list us with `may: [witness]`: readers do not count our cosignatures",
        ];
  const notes = [...uncounted, ...open.notes];
  return { judged, results, notes, isIncomplete: open.notes.length > 0 };
}

function targetsOf(
  words: readonly string[],
  { source, open, operator }: OwnLedger,
): readonly WitnessTarget[] {
  const { keys } = operator;
  const feeds = [keys.feed, ...open.others.map(({ feed }) => feed)];
  const names = feedNames(feeds, source, keys);
  const operators = otherOperators(source, keys.feed);
  const targetOf = (ledger: ReadOnlyLedger): WitnessTarget => ({
    name: names.get(ledger.feed) ?? ledger.feed,
    ledger,
  });
  if (words.length === 0) {
    const wanted = open.others.filter(
      ({ feed }) => source === undefined || operators.some((other) => other.feed === feed),
    );
    return wanted.map(targetOf);
  }
  const all = [open.own, ...open.others];
  const targets = words.map((word) => {
    const feed = operators.find(({ name }) => name === word)?.feed ?? word.toLowerCase();
    const found = all.filter((ledger) => names.get(ledger.feed) === word || ledger.feed === feed);
    const [ledger] = found;
    if (ledger !== undefined) return targetOf(ledger);
    throw isFeedKey(feed) ? noCopy(word) : unknownFeed(word);
  });
  return [...new Map(targets.map((target) => [target.ledger.feed, target])).values()];
}

function resultOf(
  { name, ledger }: WitnessTarget,
  verdict: CopyVerdict,
  nextEntry: () => number,
): WitnessResult {
  const about = { name, feed: ledger.feed, size: ledger.head.size };
  switch (verdict.kind) {
    case "cosigned":
      return { ...about, kind: "cosigned", entry: nextEntry() };
    case "already":
      return { ...about, kind: "already", entry: verdict.entry };
    case "refused": {
      const { code, message, proves } = verdict;
      return { ...about, kind: "refused", code, message, proves };
    }
  }
}

function pinOf({ ledger }: WitnessTarget, { clock }: World): FeedPin {
  const { feed, head } = ledger;
  const { seq, root: rootHash, size, tree } = head;
  return { feed, seq, rootHash, size, tree, seenAtMs: Math.trunc(clock.now()) };
}
