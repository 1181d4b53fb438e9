// The time that an entry is stamped with, from the clock of this machine.
import { type Clock, FleetError } from "../../core/index.ts";

const NS_PER_MS = 1_000_000n;
/** Entries count nanoseconds since 1970 in 63 bits: until 2262-04-11T23:47:16Z. */
const TIME_MAX_NS = 2n ** 63n - 1n;
/** Entries of one commit are a nanosecond apart. */
const ROOM_NS = 1_000_000_000n;

/**
 * The clock's time as an entry says it, in Unix nanoseconds. Where the clock is behind the last entry, time goes on by one
 * from there.
 * @param lastNs the time of the last entry; nothing for the first
 * @throws FleetError ledger/clock (exit 4) for a time that no entry can say: nothing may be stamped by such a clock
 */
export function entryTime(clock: Pick<Clock, "now">, lastNs = -1n): bigint {
  const nowMs = clock.now();
  const nowNs = Number.isFinite(nowMs) ? BigInt(Math.trunc(nowMs)) * NS_PER_MS : -1n;
  if (nowNs < 0n || nowNs > TIME_MAX_NS)
    throw refused(`the clock of this machine says ${textOf(nowMs)}`);
  const timeNs = nowNs > lastNs ? nowNs : lastNs + 1n;
  if (timeNs > TIME_MAX_NS - ROOM_NS)
    throw refused(`the last entry of the ledger says ${textOf(Number(lastNs / NS_PER_MS))}`);
  return timeNs;
}

function textOf(timeMs: number): string {
  const time = new Date(timeMs);
  return Number.isNaN(time.getTime()) ? "no time at all" : time.toISOString();
}

function refused(what: string): FleetError {
  return new FleetError(
    "ledger/clock",
    `${what}, and an entry can say times from 1970 to April 2262 only: nothing was recorded`,
    { next: "set the clock of this machine, then run the command again", exit: 4 },
  );
}
