import { describe, expect, it } from "vitest";
import { METHODS } from "../../../src/skywire/visor/methods.ts";
import {
  type Json,
  type JsonObject,
  type VisorSessionVector,
  visorVectors,
} from "../../support/vectors.ts";
import { KNOWN_DIFFERENCES } from "./known-differences.ts";
import { replaySession, type ReplayedCall } from "./recorded-session.ts";

type RecordedSession = VisorSessionVector & { readonly outcome?: Json };

const sessions = visorVectors().sessions as readonly RecordedSession[];

/** Facts about the recorded machine and moment, which say nothing about the release. */
const ENVIRONMENT: ReadonlySet<string> = new Set([
  "Uptime",
  "LocalIP",
  "PublicIP",
  "DmsgStats",
  "BuildTag",
]);

/** A reply as two machines can have it in common: lists whose order changes are sorted. */
function comparable(value: Json | undefined): Json {
  if (Array.isArray(value))
    return sortedByText((value as readonly Json[]).map((item) => comparable(item)));
  if (typeof value !== "object" || value === null) return value ?? null;
  const members = Object.entries(value as JsonObject).map(([name, member]): [string, Json] => [
    name,
    ENVIRONMENT.has(name) ? "of the machine" : name === "Args" ? member : comparable(member),
  ]);
  return Object.fromEntries(members);
}

function sortedByText(items: readonly Json[]): readonly Json[] {
  return items.toSorted((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1));
}

function valueDifference(ours: Json, theirs: Json, at: string): string | undefined {
  if (JSON.stringify(ours) === JSON.stringify(theirs)) return undefined;
  const isBranch = (value: Json): value is JsonObject =>
    typeof value === "object" && value !== null;
  if (!isBranch(ours) || !isBranch(theirs))
    return `${at} ${JSON.stringify(ours)}, recorded ${JSON.stringify(theirs)}`;
  const names = new Set([...Object.keys(ours), ...Object.keys(theirs)]);
  return [...names]
    .map((name) => valueDifference(ours[name] ?? null, theirs[name] ?? null, `${at}.${name}`))
    .find((difference) => difference !== undefined);
}

function differenceIn({ recorded, reply, error, answered }: ReplayedCall): string | undefined {
  if (recorded.noReply === true) return answered ? "answered, recorded without a reply" : undefined;
  if (!answered) return "not answered";
  if (recorded.error !== undefined || error !== undefined) {
    return recorded.error === error
      ? undefined
      : `error ${JSON.stringify(error)}, recorded ${JSON.stringify(recorded.error)}`;
  }
  if (recorded.method.endsWith(".Uptime"))
    return typeof reply === "number" ? undefined : "no number";
  return valueDifference(comparable(reply), comparable(recorded.reply), "reply");
}

/** What the recorder saw in the configuration file after each call, where it looked. */
function fileDifference(
  session: RecordedSession,
  call: ReplayedCall,
  index: number,
): string | undefined {
  const seen = Array.isArray(session.outcome)
    ? ((session.outcome as readonly Json[])[index] as JsonObject)
    : undefined;
  if (typeof seen !== "object" || seen["configDiff"] === undefined) return undefined;
  const theirs = (seen["configDiff"] as readonly string[]).toSorted();
  if (JSON.stringify(call.configDiff) !== JSON.stringify(theirs)) {
    return `file changes ${JSON.stringify(call.configDiff)}, recorded ${JSON.stringify(theirs)}`;
  }
  return undefined;
}

/** How the connection went on, where the recorder watched it. */
function endDifference(session: RecordedSession, ended: boolean): string | undefined {
  const outcome = session.outcome as JsonObject | undefined;
  const text = typeof outcome === "object" && !Array.isArray(outcome) ? outcome["end"] : undefined;
  if (typeof text !== "string") return undefined;
  const theirs = text.startsWith("server closed");
  return ended === theirs ? undefined : `${ended ? "closed" : "open"}, recorded: ${text}`;
}

describe.each(sessions)("recorded session $name", (session) => {
  it("is answered alike, but for the listed differences", async () => {
    const replay = await replaySession(session);
    const found: string[] = [];
    replay.calls.forEach((call, index) => {
      const difference = differenceIn(call) ?? fileDifference(session, call, index);
      if (difference === undefined) return;
      const known = KNOWN_DIFFERENCES.some(
        (each) => each.session === session.name && each.seq === call.recorded.seq,
      );
      if (!known)
        expect
          .soft(difference, `${call.recorded.method} (Seq ${call.recorded.seq})`)
          .toBeUndefined();
      found.push(`${session.name}/${call.recorded.seq}`);
    });
    expect(endDifference(session, replay.ended)).toBeUndefined();
    const order = (session.outcome as JsonObject | undefined)?.["replyOrder"];
    if (order !== undefined) expect(replay.replyOrder).toEqual(order);
    const listed = KNOWN_DIFFERENCES.filter((each) => each.session === session.name);
    expect(found, "a listed difference is gone: take it off the list").toEqual(
      expect.arrayContaining(listed.map((each) => `${each.session}/${each.seq}`)),
    );
  });
});

describe("a recorded session after which the visor was gone", () => {
  const deadly = sessions.filter(({ name }) => /^(early-crash|crash|degraded|shutdown)/.test(name));

  it.each(deadly.map(({ name }) => name))("%s", async (name) => {
    const session = deadly.find((each) => each.name === name);
    const replay = session === undefined ? undefined : await replaySession(session);
    expect(replay).toMatchObject({ ended: true, alive: false });
  });

  it.each(["reload", "app-stop-that-hangs"])("not so: %s", async (name) => {
    const session = sessions.find((each) => each.name === name);
    const replay = session === undefined ? undefined : await replaySession(session);
    expect(replay).toMatchObject({ ended: false, alive: true });
  });
});

describe("the list of known differences", () => {
  it("gives a reason for each", () => {
    for (const { why } of KNOWN_DIFFERENCES) expect(why.length).toBeGreaterThan(20);
  });

  it("excuses no method that may be sent to a visor, but for facts about the recorded machine", () => {
    const names = METHODS.map(({ name }) => `app-visor.${name}`);
    for (const { session, seq, machine } of KNOWN_DIFFERENCES) {
      const method = sessions
        .find(({ name }) => name === session)
        ?.calls?.find((call) => call.seq === seq)?.method;
      expect(names.includes(method ?? "") && machine !== true, `${session}/${seq} ${method}`).toBe(
        false,
      );
    }
  });
});
