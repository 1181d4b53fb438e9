// `fleet ledger heartbeat`: a signed entry that only says we are here, and when.
import { usage } from "../shell/usage.ts";
import { defined, durationText, type ExitCode, FleetError } from "../../core/index.ts";
import { checkFreshness } from "../../ledger/index.ts";
import type { Command } from "../shell/command.ts";
import { ledgerRequestOf } from "../shell/kept-files.ts";
import { JSON_OPTION, LOCK_OPTION, MANIFEST_OPTION, OPERATOR_OPTIONS } from "../shell/options.ts";
import { outLine, printJson } from "../shell/print.ts";
import { lockRequestOf } from "./operator.ts";
import { appendToOwn, type OwnLedger, withOwnLedger } from "./own-ledger.ts";

/** `fleet ledger heartbeat`: a signed sign of life, so that a frozen copy can be told from a quiet fleet. */
export const ledgerHeartbeat: Command = {
  name: "ledger heartbeat",
  about:
    "Record that we are here, so that readers with `ledger: { max_age }` can tell a quiet ledger from a relay that holds it back.",
  words: [],
  options: [
    {
      name: "if-older",
      value: "TIME",
      about: "only when the newest entry is older than this, such as 12h",
    },
    LOCK_OPTION,
    MANIFEST_OPTION,
    JSON_OPTION,
    ...OPERATOR_OPTIONS,
  ],
  examples: ["fleet ledger heartbeat", "fleet ledger heartbeat --if-older 12h"],
  async run(given, world): Promise<ExitCode> {
    const maxAgeMs = given.durationMs("if-older");
    const request = { ...ledgerRequestOf(given, world), ...lockRequestOf(given) };
    const done = await withOwnLedger(request, world, (own) =>
      beat(own, maxAgeMs, world.clock.now()),
    );
    if (given.flag("json")) {
      printJson(world, { format: "fleet.skywire/heartbeat/v1", ...done });
    } else if (done.entry === undefined) {
      const age = durationText(done.ageMs);
      outLine(world, `Alive: the newest entry is ${age} old, nothing was added.`);
    } else {
      const age = durationText(done.ageMs);
      outLine(world, `Alive: entry ${done.entry} added, ${age} after the newest entry before it.`);
    }
    return 0;
  },
};

/** What became of the sign of life. */
interface Beat {
  readonly fleet: string;
  /** Absent when the newest entry is young enough. */
  readonly entry?: number;
  /** Of the newest entry before. */
  readonly ageMs: number;
}

async function beat(own: OwnLedger, maxAgeMs: number | undefined, nowMs: number): Promise<Beat> {
  const { timeMs } = own.ledger.head;
  // Without a limit every age is too old, and only a time that lies ahead is refused.
  const freshness = checkFreshness({ newestMs: timeMs, maxAgeMs: maxAgeMs ?? -1, nowMs });
  if (freshness.kind === "future") {
    throw new FleetError(
      "ledger/clock",
      `the newest entry is signed for ${durationText(freshness.aheadMs)} ahead of this machine's clock`,
      { next: "set the clock right; readers take a time ahead for an alarm", exit: 4 },
    );
  }
  const fleet = await fleetOf(own);
  const ageMs = Math.max(0, nowMs - timeMs);
  if (maxAgeMs !== undefined && freshness.kind === "fresh") return { fleet, ageMs };
  const draft = { kind: "heartbeat", payload: { fleet } } as const;
  const [record] = await appendToOwn(own, [draft], own.open.others);
  return { fleet, ageMs, ...defined({ entry: record?.index }) };
}

/** The fleet of the manifest, else the one that our ledger last recorded operators of. */
export async function fleetOf({
  source,
  ledger,
}: Pick<OwnLedger, "source" | "ledger">): Promise<string> {
  if (source !== undefined) return source.desired.fleet;
  let fleet: string | undefined;
  for await (const record of ledger.records())
    if (record.kind === "keyset") fleet = record.payload?.fleet ?? fleet;
  if (fleet !== undefined) return fleet;
  throw usage(
    "nothing says of which fleet the sign of life is",
    "name a manifest with --manifest FILE",
  );
}
