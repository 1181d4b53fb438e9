// `fleet verify`: which ledgers it checks, and what it says of each and of all together; nothing is repaired.
import { usage } from "../shell/usage.ts";
import { resolve } from "node:path";
import {
  defined,
  type ExitCode,
  FleetError,
  hasCode,
  type OperatorKey,
  toHex,
} from "../../core/index.ts";
import { type FeedKey, type JoinedReport, verifyJoined } from "../../ledger/index.ts";
import { parseCheckpoint, parseNote } from "../../tlog/index.ts";
import { type NamedReport, shortKey, verifyAllText } from "../../view/index.ts";
import type { Given } from "../shell/arguments.ts";
import type { Command } from "../shell/command.ts";
import { copiedFeeds, feedNames, openFeeds, replicaFolderOf } from "./feeds.ts";
import { outPaint } from "../shell/screen.ts";
import { type ManifestSource, readNamed } from "../manifest/manifest-source.ts";
import { namesIfReadable } from "../manifest/names-of-manifest.ts";
import { typedFeedKey } from "./named-ledger.ts";
import { findOperator, type Operator } from "./operator.ts";
import { ledgerFolderOf, type LedgerRequest, ledgerRequestOf } from "../shell/kept-files.ts";
import { JSON_OPTION, MANIFEST_OPTION, OPERATOR_OPTIONS } from "../shell/options.ts";
import { errLine, printJson } from "../shell/print.ts";
import { type LedgerToVerify, verifyPinned } from "./verify-pinned.ts";
import type { World } from "../shell/world.ts";

const HELP = "read `fleet verify --help`";

/** `fleet verify`: every entry of a ledger, offline and with public keys only. Repairs nothing. */
export const verify: Command = {
  name: "verify",
  about:
    "Check every entry, signature and link of the ledgers here, and what they say together, offline and with public keys only. Repairs nothing.",
  words: [],
  options: [
    { name: "feed", value: "KEY", about: "the ledger's feed key (default: this machine's own)" },
    {
      name: "ledger",
      value: "DIR",
      about: "the ledger's folder (default: where this machine keeps it)",
    },
    {
      name: "head",
      value: "SEQ:ROOT",
      about: "a head known from elsewhere, which must be reached",
    },
    {
      name: "from",
      value: "CHECKPOINT",
      about: "trust the entries of this checkpoint (a file, or SIZE:TREE), and check what follows",
    },
    MANIFEST_OPTION,
    JSON_OPTION,
    ...OPERATOR_OPTIONS,
  ],
  examples: ["fleet verify", "fleet verify --ledger copy/ --feed 02ab... --head 41:9f3c..."],
  async run(given, world): Promise<ExitCode> {
    const request = verifyRequestOf(given, world);
    const { expected } = request;
    const what = await whatToVerify(request, world);
    const from = await trustedCheckpoint(request.from, world);
    const { trusted } = what;
    const own = await verifyPinned(
      what.ledger,
      {
        trusted,
        ...defined({ expected, from }),
      },
      world,
    );
    const reports: NamedReport[] = [{ name: what.ledger.name, report: own.report }];
    for (const ledger of what.others) {
      const { report } = await verifyPinned(ledger, { trusted }, world);
      reports.push({ name: ledger.name, report });
    }
    const isSound = reports.every(({ report }) => report.ok);
    const joined = isSound ? await joinedReport(what, world) : undefined;
    if (given.flag("json")) printJson(world, documentOf(reports, joined));
    else world.terminal.out(verifyAllText(reports, joined, outPaint(world)));
    if (own.evidence !== undefined)
      errLine(
        world,
        `what was signed is kept in ${own.evidence}; \`fleet ledger evidence\` checks it anywhere`,
      );
    return isSound && joined?.ok !== false ? 0 : 4;
  },
};

/** Which ledgers are to be checked, and by what. */
interface VerifyRequest extends LedgerRequest {
  readonly feed?: FeedKey;
  /** The ledger's folder, absolute; where this machine keeps it when absent. */
  readonly folder?: string;
  readonly expected?: { readonly seq: bigint; readonly root: string };
  /** A checkpoint that is trusted: a file, or SIZE:TREE. */
  readonly from?: string;
}

function verifyRequestOf(given: Given, world: World): VerifyRequest {
  const ledger = given.text("ledger");
  const folder = ledger === undefined ? undefined : resolve(world.folder, ledger);
  const word = given.text("feed");
  const feed = word === undefined ? undefined : typedFeedKey(word, HELP);
  const expected = expectedHead(given.text("head"));
  const from = given.text("from");
  return { ...ledgerRequestOf(given, world), ...defined({ feed, folder, expected, from }) };
}

interface Verified {
  readonly ledger: LedgerToVerify;
  /** Copies of other ledgers, which are checked with our own. */
  readonly others: readonly LedgerToVerify[];
  readonly trusted: readonly OperatorKey[];
  readonly operator: Operator | undefined;
  readonly source: ManifestSource | undefined;
}

async function whatToVerify(request: VerifyRequest, world: World): Promise<Verified> {
  const { operators, source } = await namesIfReadable(request, world);
  const { feed, folder, keyFile } = request;
  if (feed !== undefined) {
    const ledger = { name: "", feed, folder: folder ?? ledgerFolderOf(feed, world) };
    return { ledger, others: [], trusted: operators, operator: undefined, source };
  }
  const own = await findOperator(keyFile, world);
  if (own === undefined)
    throw usage("there is no key here, so --feed must say which ledger to check", HELP);
  // Our own key needs no manifest to be believed; others' keys do.
  const trusted = [...new Set([...operators, own.keys.operator])];
  const ledger = { name: "", feed: own.keys.feed, folder: folder ?? own.ledgerFolder };
  if (folder !== undefined) return { ledger, others: [], trusted, operator: undefined, source };
  const copied = await copiedFeeds(own.keys.feed, own, world);
  const names = feedNames([own.keys.feed, ...copied], source, own.keys);
  const nameOf = (each: FeedKey): string => names.get(each) ?? shortKey(each);
  const others = copied.map((other) => ({
    name: nameOf(other),
    feed: other,
    folder: replicaFolderOf(other, world),
  }));
  const called = { ...ledger, name: others.length === 0 ? "" : nameOf(ledger.feed) };
  return { ledger: called, others, trusted, operator: own, source };
}

/** What the ledgers here say together; absent where only one was asked about. */
async function joinedReport(
  { operator, source }: Verified,
  world: World,
): Promise<JoinedReport | undefined> {
  if (operator === undefined) return undefined;
  const feeds = await openFeeds(operator, source, world);
  const { maxAgeMs } = source?.desired.ledger ?? {};
  const required = source?.desired.policy.requireWitnesses ?? 0;
  const report = await verifyJoined([feeds.own, ...feeds.others], {
    names: feedNames(
      [feeds.own.feed, ...feeds.others.map(({ feed }) => feed)],
      source,
      operator.keys,
    ),
    nowMs: world.clock.now(),
    ...defined({ maxAgeMs }),
    ...(source === undefined
      ? {}
      : { witnessed: { feed: feeds.own.feed, fleet: source.desired.fleet, required } }),
  });
  return { ...report, notChecked: [...feeds.notes, ...report.notChecked] };
}

function documentOf(reports: readonly NamedReport[], joined: JoinedReport | undefined): object {
  const [own, ...others] = reports.map(({ report }) => report);
  return {
    format: "fleet.skywire/verify-report/v1",
    ...own,
    ok: reports.every(({ report }) => report.ok) && joined?.ok !== false,
    ...(others.length === 0 ? {} : { others }),
    ...defined({ joined }),
  };
}

/** A checkpoint whose entries are trusted: a note in a file, or its size and tree. */
async function trustedCheckpoint(
  text: string | undefined,
  world: World,
): Promise<{ readonly size: number; readonly root: string } | undefined> {
  if (text === undefined) return undefined;
  const match = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text);
  if (match !== null) return { size: Number(match[1]), root: match[2] ?? "" };
  const bytes = await readNamed(text, world, "note");
  try {
    const { size, root } = parseCheckpoint(parseNote(bytes).text);
    return { size, root: toHex(root) };
  } catch (cause) {
    if (!hasCode(cause, "tlog/")) throw cause;
    throw new FleetError("cli/usage", `${text} is no checkpoint`, {
      cause,
      next: "give the file of a checkpoint that `fleet ledger checkpoint` printed, or SIZE:TREE",
      exit: 64,
    });
  }
}

function expectedHead(text: string | undefined): VerifyRequest["expected"] {
  if (text === undefined) return undefined;
  const match = /^(\d{1,18}):([0-9a-f]{64})$/.exec(text);
  if (match === null)
    throw usage("--head takes SEQ:ROOT, a number and 64 hexadecimal digits", HELP);
  return { seq: BigInt(match[1] ?? "0"), root: match[2] ?? "" };
}
