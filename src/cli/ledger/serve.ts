// `fleet ledger serve`: a relay of our own; without --open it takes only the feeds it was told of.
import { usage } from "../shell/usage.ts";
import { resolve } from "node:path";
import { counted, type ExitCode, fromHex, onAbort, toHex } from "../../core/index.ts";
import { checkRelayAddress, isFeedKey } from "../../model/index.ts";
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
import { manifestRequestOf } from "../shell/kept-files.ts";
import type { Given } from "../shell/arguments.ts";
import type { Command } from "../shell/command.ts";
import { manifestFacts } from "../manifest/names-of-manifest.ts";
import { MANIFEST_OPTION } from "../shell/options.ts";
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
    return await serveRelay(await feedsOf(given, world), given, world);
  },
};

/** Runs a relay until it is told to stop. With a lie it is one that nobody should believe. */
export async function serveRelay(
  feeds: readonly Uint8Array[] | "open",
  given: Given,
  world: World,
  lie?: RelayStoreLie,
): Promise<ExitCode> {
  const address = listenAddress(given);
  const folder = resolve(world.folder, given.text("dir") ?? "relay");
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
      quota: quotaOf(given),
      onEvent: (event) => tell(event, world),
      signal: end.signal,
    });
    const whose = feeds === "open" ? "any feed" : counted(feeds.length, "feed");
    const lies = lie === undefined ? "" : `, which lies (${lie})`;
    outLine(
      world,
      `Ready: relay for ${whose} at ${formatAddress(server.address)}, kept in ${folder}${lies}.`,
    );
    if (given.flag("until-input-ends"))
      void world.terminal.inputEnds(end.signal).then(() => end.abort());
    await server.stopped;
  } finally {
    await store.close();
  }
  world.terminal.err("the relay has stopped\n");
  return 0;
}

async function feedsOf(given: Given, world: World): Promise<readonly Uint8Array[] | "open"> {
  if (given.flag("open")) return "open";
  const named = given.texts("feed");
  const wrong = named.find((feed) => !isFeedKey(feed));
  if (wrong !== undefined) throw usage(`${wrong} is no feed key (66 hexadecimal digits)`, HELP);
  const { source } = await manifestFacts(manifestRequestOf(given, world), world);
  const listed = source?.desired.operators.flatMap(({ feed }) => feed ?? []) ?? [];
  const feeds = named.length > 0 ? named : listed;
  if (feeds.length === 0)
    throw usage(
      "the relay would take no feed",
      "name feeds with --feed, give a manifest whose operators have `feed`, or --open",
    );
  return [...new Set(feeds)].map((feed) => fromHex(feed));
}

function listenAddress(given: Given): { readonly host: string; readonly port: number } {
  const text = given.text("listen") ?? DEFAULT_LISTEN;
  const anyPort = /^(.*):0$/.exec(text)?.[1];
  const everywhere = /^(0\.0\.0\.0|\[::\]):(\d{1,5})$/.exec(text);
  if (everywhere !== null)
    return { host: everywhere[1]?.replaceAll(/[[\]]/g, "") ?? "", port: Number(everywhere[2]) };
  const checked = checkRelayAddress(anyPort === undefined ? text : `${anyPort}:1`);
  if ("fault" in checked) throw usage(`--listen ${text}: ${checked.fault}`, HELP);
  return { host: checked.host, port: anyPort === undefined ? checked.port : 0 };
}

function quotaOf(given: Given): RelayQuota {
  return {
    feedBytesMax: (given.count("quota") ?? FEED_MIB) * MIB,
    totalBytesMax: (given.count("total-quota") ?? TOTAL_MIB) * MIB,
  };
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
