// `fleet ledger serve`: a relay of our own; without --open it takes only the feeds it was told of.
import { usage } from "../shell/usage.ts";
import { resolve } from "node:path";
import { counted, type ExitCode, fromHex, onAbort, toHex } from "../../core/index.ts";
import { checkRelayAddress } from "../../model/index.ts";
import { listenTcp } from "../../platform/index.ts";
import {
  DiskRelayStore,
  formatAddress,
  lyingStore,
  type RelayEvent,
  type RelayQuota,
  type RelayStoreLie,
  startRelay,
} from "../../relays/index.ts";
import { shortKey } from "../../view/index.ts";
import type { Given } from "../shell/arguments.ts";
import type { Command } from "../shell/command.ts";
import { manifestFacts } from "../manifest/names-of-manifest.ts";
import { type ManifestRequest, manifestRequestOf } from "../shell/kept-files.ts";
import { MANIFEST_OPTION } from "../shell/options.ts";
import { typedFeedKey } from "./named-ledger.ts";
import type { World } from "../shell/world.ts";
import { errLine, outLine } from "../shell/print.ts";

const HELP = "read `fleet ledger serve --help`";

const DEFAULT_LISTEN = "127.0.0.1:8870";
const MIB = 1024 * 1024;
/** Years of one operator's entries. */
const FEED_MIB = 1024;
const TOTAL_MIB = 8192;

/** `fleet ledger serve`: a relay of our own, for people with no Skywire daemon at hand. */
export const ledgerServe: Command = {
  name: "ledger serve",
  about:
    "Run a relay: keep the ledgers of the operators of a manifest, or of the feeds named, and give them to anybody who asks.",
  words: [],
  options: [
    {
      name: "listen",
      value: "ADDRESS",
      about: `IP address and port, port 0 for any (default ${DEFAULT_LISTEN})`,
    },
    { name: "dir", value: "DIR", about: "where the relay keeps what it holds (default ./relay)" },
    {
      name: "feed",
      value: "KEY",
      many: true,
      about: "take this feed; may be repeated (default: the operators' feeds of the manifest)",
    },
    { name: "open", about: "take any feed that anybody brings" },
    {
      name: "quota",
      value: "MIB",
      about: `the most that one feed may take, in MiB (default ${FEED_MIB})`,
    },
    {
      name: "total-quota",
      value: "MIB",
      about: `the most that all feeds may take, in MiB (default ${TOTAL_MIB})`,
    },
    { name: "until-input-ends", about: "end when standard input does" },
    MANIFEST_OPTION,
  ],
  examples: [
    "fleet ledger serve --dir relay-1",
    "fleet ledger serve --listen 10.0.0.5:8870 --feed 02ab... --feed 03cd...",
  ],
  async run(given, world): Promise<ExitCode> {
    const request = serveRequestOf(given, world);
    const feeds = given.flag("open")
      ? "open"
      : await takenFeeds(given.texts("feed"), manifestRequestOf(given, world), world);
    return await serveRelay(feeds, request, world);
  },
};

/** Where a relay listens, how much it keeps, and when it ends. */
export interface ServeRequest {
  readonly address: { readonly host: string; readonly port: number };
  /** Where it keeps what it holds; absolute. */
  readonly folder: string;
  readonly quota: RelayQuota;
  /** It ends when standard input does. */
  readonly isUntilInputEnds: boolean;
}

/** Reads what a relay is asked for. @throws FleetError cli/usage (exit 64) */
export function serveRequestOf(given: Given, world: World): ServeRequest {
  return {
    address: listenedAddress(given.text("listen") ?? DEFAULT_LISTEN),
    folder: resolve(world.folder, given.text("dir") ?? "relay"),
    quota: {
      feedBytesMax: (given.count("quota") ?? FEED_MIB) * MIB,
      totalBytesMax: (given.count("total-quota") ?? TOTAL_MIB) * MIB,
    },
    isUntilInputEnds: given.flag("until-input-ends"),
  };
}

/** Runs a relay until it is told to stop. With a lie it is one that nobody should believe. */
export async function serveRelay(
  feeds: readonly Uint8Array[] | "open",
  { address, folder, quota, isUntilInputEnds }: ServeRequest,
  world: World,
  lie?: RelayStoreLie,
): Promise<ExitCode> {
  const stop = world.stopSoftly();
  const end = new AbortController();
  onAbort(stop, () => end.abort());
  const store = await DiskRelayStore.open({
    files: world.files,
    folder,
    onDamage: ({ segment, offset }) =>
      errLine(world, `damaged bytes in segment ${segment} at ${offset}: nothing of them is served`),
  });
  try {
    const server = await startRelay({
      listen: listenTcp,
      address,
      store: lie === undefined ? store : lyingStore(store, lie),
      clock: world.clock,
      random: world.random,
      feeds,
      quota,
      onEvent: (event) => tell(event, world),
      signal: end.signal,
    });
    const whose = feeds === "open" ? "any feed" : counted(feeds.length, "feed");
    const lies = lie === undefined ? "" : `, which lies (${lie})`;
    outLine(
      world,
      `Ready: relay for ${whose} at ${formatAddress(server.address)}, kept in ${folder}${lies}.`,
    );
    if (isUntilInputEnds) void world.terminal.inputEnds(end.signal).then(() => end.abort());
    await server.stopped;
  } finally {
    await store.close();
  }
  world.terminal.err("the relay has stopped\n");
  return 0;
}

/** The feeds that were named, else those of the manifest's operators. */
async function takenFeeds(
  words: readonly string[],
  request: ManifestRequest,
  world: World,
): Promise<readonly Uint8Array[]> {
  const named = words.map((word) => typedFeedKey(word, HELP));
  const { source } = await manifestFacts(request, world);
  const listed = source?.desired.operators.flatMap(({ feed }) => feed ?? []) ?? [];
  const feeds = named.length > 0 ? named : listed;
  if (feeds.length === 0)
    throw usage(
      "the relay would take no feed",
      "name feeds with --feed, give a manifest whose operators have `feed`, or --open",
    );
  return [...new Set(feeds)].map((feed) => fromHex(feed));
}

function listenedAddress(text: string): ServeRequest["address"] {
  const anyPort = /^(.*):0$/.exec(text)?.[1];
  const everywhere = /^(0\.0\.0\.0|\[::\]):(\d{1,5})$/.exec(text);
  if (everywhere !== null)
    return { host: everywhere[1]?.replaceAll(/[[\]]/g, "") ?? "", port: Number(everywhere[2]) };
  const checked = checkRelayAddress(anyPort === undefined ? text : `${anyPort}:1`);
  if ("fault" in checked) throw usage(`--listen ${text}: ${checked.fault}`, HELP);
  return { host: checked.host, port: anyPort === undefined ? checked.port : 0 };
}

function tell(event: RelayEvent, world: World): void {
  const line = eventText(event);
  const at = new Date(world.clock.now()).toISOString();
  if (line !== undefined) errLine(world, `${at} ${line}`);
}

function eventText(event: RelayEvent): string | undefined {
  switch (event.kind) {
    case "listening":
      return undefined;
    case "restored":
      return `holds Root ${event.seq} of feed ${shortKey(event.feed)}`;
    case "damaged":
      return `Root ${event.seq} of feed ${shortKey(event.feed)} is damaged and not shown: ${event.error.message}`;
    case "connected":
      return `${shortKey(event.peer)} connected`;
    case "disconnected":
      return `${shortKey(event.peer)} left: ${event.error.message}`;
    case "held":
      return `holds Root ${event.seq} of feed ${shortKey(event.feed)} (${toHex(event.rootHash).slice(0, 12)}), ${Math.ceil(event.usedBytes / 1024)} KiB`;
    case "refused":
      return `refused a Root of feed ${shortKey(event.feed)}: ${event.error.message}`;
    case "feed-refused":
      return `refused feed ${shortKey(event.feed)}, which is not on the list`;
  }
}
