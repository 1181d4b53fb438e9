import { resolve } from "node:path";
import { type ExitCode, FleetError, type OperatorKey } from "../core/index.ts";
import {
  type FeedKey,
  isFeedKey,
  verifyLedger,
  type VerifyOptions,
  type VerifyReport,
} from "../ledger/index.ts";
import { signaturePool } from "../platform/index.ts";
import { verifyText } from "../view/index.ts";
import type { Given } from "./arguments.ts";
import type { Command } from "./command.ts";
import { outPaint } from "./look.ts";
import { manifestFacts } from "./names-of-manifest.ts";
import { findOperator, ledgerFolderOf } from "./operator.ts";
import { JSON_OPTION, MANIFEST_OPTION, OPERATOR_OPTIONS } from "./options.ts";
import { printJson } from "./print.ts";
import type { World } from "./world.ts";

/** `fleet verify`: every entry of a ledger, offline and with public keys only. Repairs nothing. */
export const verify: Command = {
  name: "verify",
  about:
    "Check every entry, signature and link of a ledger, offline and with public keys only. Repairs nothing.",
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
    MANIFEST_OPTION,
    JSON_OPTION,
    ...OPERATOR_OPTIONS,
  ],
  examples: ["fleet verify", "fleet verify --ledger copy/ --feed 02ab... --head 41:9f3c..."],
  async run(given, world): Promise<ExitCode> {
    const { feed, folder, trusted } = await whatToVerify(given, world);
    const expected = expectedHead(given);
    const report = await verifyOverThreads({
      files: world.files,
      folder,
      feed,
      ...(trusted.length === 0 ? {} : { trusted }),
      ...(expected === undefined ? {} : { expected }),
    });
    if (given.flag("json"))
      printJson(world, { format: "fleet.skywire/verify-report/v1", ...report });
    else world.terminal.out(verifyText(report, outPaint(world)));
    return report.ok ? 0 : 4;
  },
};

async function verifyOverThreads(options: VerifyOptions): Promise<VerifyReport> {
  const pool = signaturePool();
  try {
    return await verifyLedger({ ...options, verifyMany: pool.verifyMany });
  } finally {
    await pool.close();
  }
}

interface Verified {
  readonly feed: FeedKey;
  readonly folder: string;
  readonly trusted: readonly OperatorKey[];
}

async function whatToVerify(given: Given, world: World): Promise<Verified> {
  const { operators } = await manifestFacts(given, world);
  const named = given.text("ledger");
  const feed = given.text("feed");
  const folder = named === undefined ? undefined : resolve(world.folder, named);
  if (feed !== undefined) {
    if (!isFeedKey(feed)) throw usage(`${feed} is no feed key (66 hexadecimal digits)`);
    return { feed, folder: folder ?? ledgerFolderOf(feed, world), trusted: operators };
  }
  const own = await findOperator(given, world);
  if (own === undefined)
    throw usage("there is no key here, so --feed must say which ledger to check");
  // Our own key needs no manifest to be believed; others' keys do.
  const trusted = [...new Set([...operators, own.keys.operator])];
  return { feed: own.keys.feed, folder: folder ?? own.ledgerFolder, trusted };
}

function expectedHead(given: Given): { readonly seq: bigint; readonly root: string } | undefined {
  const text = given.text("head");
  if (text === undefined) return undefined;
  const match = /^(\d{1,18}):([0-9a-f]{64})$/.exec(text);
  if (match === null) throw usage("--head takes SEQ:ROOT, a number and 64 hexadecimal digits");
  return { seq: BigInt(match[1] ?? "0"), root: match[2] ?? "" };
}

function usage(message: string): FleetError {
  return new FleetError("cli/usage", message, { next: "read `fleet verify --help`", exit: 64 });
}
