// `fleet ledger status`: which relays hold our ledger and how far they lag, and how new our copies of others are.
import { counted, durationText, type ExitCode } from "../../core/index.ts";
import { checkFreshness, type Freshness, readLedger } from "../../ledger/index.ts";
import type { RelayState } from "../../replicas/index.ts";
import { tableText } from "../../view/index.ts";
import type { Command } from "../shell/command.ts";
import { openFeeds, type OpenFeeds, type OtherOperator, otherOperators } from "./feeds.ts";
import { manifestFacts } from "../manifest/names-of-manifest.ts";
import { type Operator, requireOperator } from "./operator.ts";
import { JSON_OPTION, MANIFEST_OPTION, OPERATOR_OPTIONS } from "../shell/options.ts";
import { errLine, printJson } from "../shell/print.ts";
import { beginRetry, lookAtOwn } from "./relaying.ts";
import type { World } from "../shell/world.ts";
import { ledgerRequestOf } from "../shell/kept-files.ts";

const HEAD_DIGITS = 12;

/** `fleet ledger status`: where the ledger is. */
export const ledgerStatus: Command = {
  name: "ledger status",
  about:
    "Show where this machine's ledger is held: each relay, the last Root it holds and how many entries it lags; and how new the copies of others are.",
  words: [],
  options: [MANIFEST_OPTION, JSON_OPTION, ...OPERATOR_OPTIONS],
  examples: [
    "fleet ledger status",
    "fleet ledger status --json | jq '.relays[] | select(.lag > 0)'",
  ],
  async run(given, world): Promise<ExitCode> {
    const request = ledgerRequestOf(given, world);
    const operator = await requireOperator(request.keyFile, world);
    const { source } = await manifestFacts(request, world);
    const { relays = [], maxAgeMs } = source?.desired.ledger ?? {};
    const { keys, ledgerFolder: folder } = operator;
    const own = await readLedger({ files: world.files, folder, feed: keys.feed, keys });
    const states = await lookAtOwn(operator, relays, world);
    const feeds = await openFeeds(operator, source, world, own);
    const copies = copiesOf(otherOperators(source, own.feed), feeds, maxAgeMs, world);
    const status = { operator, states, feeds, copies, maxAgeMs };
    if (given.flag("json")) printJson(world, documentOf(status));
    else print(status, world);
    // What is behind is brought beside the next commands; this one has just seen who answers.
    beginRetry(operator, relays, world);
    const isHeld = states.every(({ kind }) => kind === "current");
    const isAlarm = states.some(
      ({ kind }) => kind === "ahead" || kind === "fork" || kind === "lies",
    );
    if (isAlarm) return 4;
    return isHeld && copies.every(({ isFresh }) => isFresh) ? 0 : 3;
  },
};

interface Copy extends OtherOperator {
  /** Entries here; absent without a copy. */
  readonly size?: number;
  readonly newestMs?: number;
  readonly isFresh: boolean;
  readonly says: string;
}

interface Status {
  readonly operator: Operator;
  readonly states: readonly RelayState[];
  readonly feeds: OpenFeeds;
  readonly copies: readonly Copy[];
}

function copiesOf(
  others: readonly OtherOperator[],
  feeds: OpenFeeds,
  maxAgeMs: number | undefined,
  world: World,
): readonly Copy[] {
  return others.map((other) => {
    const head = feeds.others.find(({ feed }) => feed === other.feed)?.head;
    if (head === undefined)
      return { ...other, isFresh: false, says: "no copy here; `fleet ledger pull` brings it" };
    const known = { ...other, size: head.size, newestMs: head.timeMs };
    const freshness = checkFreshness({
      newestMs: head.timeMs,
      maxAgeMs: maxAgeMs ?? Number.POSITIVE_INFINITY,
      nowMs: world.clock.now(),
    });
    return { ...known, isFresh: freshness.kind === "fresh", says: freshnessText(freshness) };
  });
}

/** How new the newest signed thing is, a clause without a period. */
export function freshnessText(freshness: Freshness): string {
  switch (freshness.kind) {
    case "fresh":
      return `newest entry ${durationText(freshness.ageMs)} old`;
    case "stale":
      return `newest entry ${durationText(freshness.ageMs)} old, ledger.max_age allows ${durationText(freshness.maxAgeMs)}: its writer is silent, or relays hold back what is newer`;
    case "future":
      return `newest entry signed for a time ${durationText(freshness.aheadMs)} from now: a clock is wrong`;
    case "never":
      return "nothing signed is here";
  }
}

function documentOf({ operator, states, feeds, copies }: Status): object {
  const { head } = feeds.own;
  return {
    format: "fleet.skywire/ledger-status/v1",
    feed: feeds.own.feed,
    folder: operator.ledgerFolder,
    head: {
      seq: Number(head.seq),
      root: head.root,
      size: head.size,
      tree: head.tree,
      time: new Date(head.timeMs).toISOString(),
    },
    relays: states.map(({ lastHeldAtMs, ...state }) => ({
      ...state,
      ...(lastHeldAtMs === undefined ? {} : { lastHeldAt: new Date(lastHeldAtMs).toISOString() }),
    })),
    others: copies.map(({ newestMs, isFresh, ...copy }) => ({
      ...copy,
      fresh: isFresh,
      ...(newestMs === undefined ? {} : { newest: new Date(newestMs).toISOString() }),
    })),
  };
}

function print({ states, feeds, copies }: Status, world: World): void {
  const { head, feed } = feeds.own;
  const out = world.terminal.out.bind(world.terminal);
  out(
    `This machine's ledger, feed ${feed}:\n  ${counted(head.size, "entry", "entries")}, Root ${head.seq}, head ${head.root.slice(0, HEAD_DIGITS)}, of ${new Date(head.timeMs).toISOString()}\n`,
  );
  if (states.length > 0) out("Relays:\n");
  out(
    tableText(
      states.map(({ relay, kind, seq, lag, says }) => [
        `  ${relay}`,
        kind,
        seq === undefined ? "no Root" : `Root ${seq}`,
        lag === undefined ? "" : `${counted(lag, "entry", "entries")} behind`,
        kind === "current" || kind === "behind" ? "" : says,
      ]),
    ),
  );
  if (copies.length > 0) out("Copies of others:\n");
  out(
    tableText(
      copies.map(({ name, size, says }) => [
        `  ${name}`,
        size === undefined ? "" : counted(size, "entry", "entries"),
        says,
      ]),
    ),
  );
  for (const note of feeds.notes) errLine(world, `note: ${note}`);
  const held = states.filter(({ kind }) => kind === "current").length;
  out(
    states.length === 0
      ? "Only on this machine: the manifest names no relay.\n"
      : `Held by ${held} of ${counted(states.length, "relay")}.\n`,
  );
}
