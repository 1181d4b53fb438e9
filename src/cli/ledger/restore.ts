// `fleet ledger restore`: a lost or damaged ledger comes back from relays; what was here is never overwritten.
import { usage } from "../shell/usage.ts";
import { counted, defined, type ExitCode, FleetError, hasCode } from "../../core/index.ts";
import { type FeedKey, PIN_FILE, readLedger, replaceLedger } from "../../ledger/index.ts";
import { nodeProcess } from "../../platform/index.ts";
import { type PulledFeed, pullFeed } from "../../replicas/index.ts";
import { tableText } from "../../view/index.ts";
import type { Command } from "../shell/command.ts";
import { typedFeedKey } from "./named-ledger.ts";
import { findOperator } from "./operator.ts";
import { ledgerFolderOf, type LedgerRequest, ledgerRequestOf } from "../shell/kept-files.ts";
import { JSON_OPTION, MANIFEST_OPTION, OPERATOR_OPTIONS } from "../shell/options.ts";
import { outLine, printJson } from "../shell/print.ts";
import type { World } from "../shell/world.ts";
import { keepEvidence } from "./keep-evidence.ts";
import { outcomeRow } from "./pull.ts";
import {
  relayAddresses,
  relaysOf,
  relayWorld,
  STALL_OPTION,
  type RelaysRequest,
  relaysRequestOf,
} from "./relay-option.ts";

const HELP = "read `fleet ledger restore --help`";

const HEAD_DIGITS = 12;

/** `fleet ledger restore`: the ledger of a key, from relays. */
export const ledgerRestore: Command = {
  name: "ledger restore",
  about:
    "Rebuild this machine's ledger from relays. All are asked and the newest history wins; what is here is never overwritten, but set aside.",
  words: [],
  options: [
    {
      name: "feed",
      value: "KEY",
      about: "the ledger's feed key (default: that of the operator key here)",
    },
    {
      name: "from",
      value: "ADDRESS",
      many: true,
      about: "ask this relay (default: the manifest's); may be repeated",
    },
    STALL_OPTION,
    MANIFEST_OPTION,
    JSON_OPTION,
    ...OPERATOR_OPTIONS,
  ],
  examples: [
    "fleet ledger restore --from 10.0.0.5:8870",
    "fleet ledger restore --feed 02ab... --from 10.0.0.5:8870 --from 10.0.0.6:8870",
  ],
  async run(given, world): Promise<ExitCode> {
    const word = given.text("feed");
    const named = word === undefined ? undefined : typedFeedKey(word, HELP);
    const request = { ...ledgerRequestOf(given, world), ...relaysRequestOf(given, "from") };
    const feed = named ?? (await ownFeed(request, world));
    const relays = await relaysOf(request, world);
    const folder = ledgerFolderOf(feed, world);
    const restored = await restore(feed, folder, { ...request, relays }, world);
    const evidence = await keepEvidence([restored.pulled], world);
    const { head } = restored.pulled;
    if (given.flag("json")) {
      printJson(world, documentOf(feed, folder, restored, evidence));
    } else {
      world.terminal.out(tableText(restored.pulled.outcomes.map(outcomeRow)));
      for (const path of evidence)
        outLine(world, `what was signed is kept in ${path}; \`fleet ledger evidence\` checks it`);
      if (restored.aside !== undefined)
        outLine(world, `what was here is kept in ${restored.aside}`);
    }
    const isAnswered = restored.pulled.outcomes.some(
      ({ kind }) => kind === "new" || kind === "current",
    );
    if (head === undefined || !isAnswered) throw notRestored(feed, restored.pulled);
    if (!given.flag("json"))
      outLine(
        world,
        `Restored: ${counted(head.size, "entry", "entries")}, head ${head.root.slice(0, HEAD_DIGITS)}, of ${new Date(head.timeMs).toISOString()}.`,
      );
    return 0;
  },
};

interface Restored {
  readonly pulled: PulledFeed;
  /** Where the ledger went that was here. */
  readonly aside?: string;
}

async function restore(
  feed: FeedKey,
  folder: string,
  {
    relays,
    stallTimeoutMs,
  }: Pick<RelaysRequest, "stallTimeoutMs"> & {
    readonly relays: readonly string[];
  },
  world: World,
): Promise<Restored> {
  const into = async (target: string): Promise<PulledFeed> =>
    await pullFeed({
      ...relayWorld(world),
      files: world.files,
      process: nodeProcess(),
      folder: target,
      feed,
      relays: relayAddresses(relays),
      ...defined({ stallTimeoutMs }),
    });
  try {
    return { pulled: await into(folder) };
  } catch (error) {
    // A ledger that was written here, or that is damaged, is replaced as a whole or not at all.
    if (!hasCode(error, "ledger/not-a-replica") && !hasCode(error, "ledger/damaged")) throw error;
  }
  const { files } = world;
  const copy = `${folder}.restoring`;
  const pin = await files.read(`${folder}/${PIN_FILE}`);
  await files.makeFolder(copy);
  // With the pin nothing older than what was here is taken.
  if (pin !== undefined) await files.replace(`${copy}/${PIN_FILE}`, pin, { mode: 0o600 });
  const pulled = await into(copy);
  if (pulled.head === undefined || (await isHere(feed, folder, pulled.head.root, world))) {
    for (const name of await files.list(copy)) await files.remove(`${copy}/${name}`);
    return { pulled };
  }
  const aside = `${folder}.until-${new Date(world.clock.now()).toISOString().replaceAll(":", "")}`;
  await replaceLedger({ ...world, process: nodeProcess(), feed, folder, copy, aside });
  return { pulled, aside };
}

/** True when the ledger here is sound and ends with the same Root: then there is nothing to replace. */
async function isHere(
  feed: FeedKey,
  folder: string,
  root: string,
  { files }: World,
): Promise<boolean> {
  try {
    return (await readLedger({ files, folder, feed })).head.root === root;
  } catch (error) {
    if (hasCode(error, "ledger/damaged")) return false;
    throw error;
  }
}

async function ownFeed({ keyFile }: LedgerRequest, world: World): Promise<FeedKey> {
  const own = await findOperator(keyFile, world);
  if (own === undefined)
    throw usage("there is no operator key here, so --feed must say whose ledger it is", HELP);
  return own.keys.feed;
}

function documentOf(
  feed: FeedKey,
  folder: string,
  { pulled, aside }: Restored,
  evidence: readonly string[],
): object {
  const { head, outcomes } = pulled;
  return {
    format: "fleet.skywire/ledger-restore/v1",
    feed,
    folder,
    ...defined({ aside }),
    ...(head === undefined
      ? {}
      : { head: { root: head.root, size: head.size, seq: Number(head.seq) } }),
    relays: outcomes.map((outcome) => ({
      relay: outcome.relay,
      kind: outcome.kind,
      ...(outcome.kind === "lie" ? { lie: outcome.lie.what } : {}),
      says: outcome.says,
    })),
    evidence,
  };
}

function notRestored(feed: FeedKey, { outcomes }: PulledFeed): FleetError {
  const isLie = outcomes.some(({ kind }) => kind === "lie");
  return new FleetError(
    "ledger/not-restored",
    `no relay gave the ledger of feed ${feed}: ${outcomes.map(({ relay, says }) => `${relay}: ${says}`).join("; ")}`,
    {
      next: isLie
        ? "ask another relay with --from; what a relay that lies gave was not kept"
        : "check the addresses, or name another relay with --from",
      exit: isLie ? 4 : 3,
    },
  );
}
