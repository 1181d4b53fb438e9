// What one visor is asked, and in which order: first what is harmless on any, then the rest.
import { defined, FleetError, hasCode, sleep, type VisorKey } from "../../core/index.ts";
import { confValues, type SafeConfig, takeSafeConfig } from "./safe-config.ts";
import type { VisorConnection } from "./connection.ts";
import { type Call, CALLS } from "./methods.ts";
import { appsOf, knownVisorsOf, portsOf, releaseOf, safeSummaryOf } from "./reply-shapes.ts";
import type { ReadingWants, SeenReading, StartTime, VisorReading } from "./reading.ts";
import { isBefore2026 } from "./releases.ts";
import { remoteText } from "./remote-text.ts";
import { type Answer, type GateAnswers, keyFrom, unreadyBecause } from "./send-gate.ts";
import type {
  AppStateWire,
  Empty,
  ForwardedPortWire,
  ManagedVisorWire,
  OverviewWire,
  SkyenvWire,
  SummaryWire,
  TransportWire,
} from "./wire-types.ts";

/** What every visor is asked first: harmless whatever its state, and it tells whether more may be asked. */
interface FirstAnswers extends GateAnswers, StartTime {
  readonly uptimeSeconds: number;
  readonly apps: Answer<readonly AppStateWire[]>;
}

/** What is asked once a visor is known to be up; undefined: not asked, or not there on this release. */
interface LaterAnswers {
  readonly config?: SafeConfig | undefined;
  readonly configFile?: string | undefined;
  readonly overview?: OverviewWire | undefined;
  readonly summary?: SummaryWire | undefined;
  readonly ports?: readonly ForwardedPortWire[] | undefined;
  readonly skyenv?: SkyenvWire | undefined;
  readonly remoteVisors?: readonly string[] | undefined;
  readonly managed?: readonly ManagedVisorWire[] | undefined;
  readonly transports?: readonly TransportWire[] | undefined;
}

const NOTHING: Empty = {};
/** A visor rewrites its configuration in a few milliseconds. */
const REREAD_DELAY_MS = 150;

/**
 * Asks one visor in two writes: what is harmless on any visor, then, when the answers allow it, the rest.
 * A third write follows only where a configuration was half written, or cannot be read on a release that looked
 * as if it could. `onAnswer` is waited for between the first two.
 * @throws FleetError of the connection or of a reply that is not as it should be
 */
export async function askVisor(
  connection: VisorConnection,
  wants: ReadingWants,
  onAnswer?: () => Promise<void>,
): Promise<VisorReading> {
  const first = await askFirst(connection);
  const unready = unreadyBecause(first);
  if (unready !== undefined) return unready;
  await onAnswer?.();
  const later = await askLater(connection, wants);
  const key = keyFrom(connection.target, later.config, later.overview ?? later.summary?.Overview);
  if (typeof key !== "string") return key;
  const reading = seenReading(connection, wants, first, later, key);
  if (typeof wants.skyenv !== "function" || !wants.skyenv(reading)) return reading;
  const skyenv = await askLeniently(connection, CALLS.Skyenv);
  return { ...reading, ...skyenvPart(skyenv), methods: new Map(connection.gate.methods) };
}

function skyenvPart(skyenv: SkyenvWire | undefined): Pick<SeenReading, "skyenv"> {
  return skyenv === undefined
    ? {}
    : {
        skyenv: {
          exists: skyenv.Exists,
          writable: skyenv.Writable,
          values: confValues(skyenv.Values),
        },
      };
}

async function askFirst(connection: VisorConnection): Promise<FirstAnswers> {
  const { gate, clock } = connection;
  const waitMs = connection.timeouts.firstReplyMs;
  const sentMs = clock.now();
  const asked = gate
    .ask(CALLS.Uptime, NOTHING, waitMs)
    .then((answer) => ({ answer, atMs: clock.now() }));
  const [uptime, apps, transportTypes, startup] = await Promise.all([
    asked,
    gate.ask(CALLS.Apps, NOTHING, waitMs),
    gate.ask(CALLS.TransportTypes, NOTHING, waitMs),
    gate.ask(CALLS.IsStartupComplete, NOTHING, waitMs),
  ]);
  const isIncomplete = startup.kind === "answered" && !startup.value;
  const suspended = isIncomplete
    ? await gate.ask(CALLS.IsSuspended, NOTHING, waitMs)
    : ({ kind: "absent" } as const);
  const uptimeSeconds = uptime.answer.kind === "answered" ? uptime.answer.value : 0;
  return {
    uptime: uptime.answer,
    uptimeSeconds,
    startedAtMs: Math.floor(sentMs - uptimeSeconds * 1000),
    startedWithinMs: Math.ceil(uptime.atMs - sentMs),
    apps,
    transportTypes,
    startup,
    suspended,
  };
}

async function askLater(connection: VisorConnection, wants: ReadingWants): Promise<LaterAnswers> {
  const wantsConfig = wants.config ?? true;
  // Its configuration cannot be read: its summary says what there is to know.
  const isOld = isBefore2026(connection.gate.methods);
  const wantsSummary = wants.summary === true || (wantsConfig && isOld);
  const ask = <A, R>(isWanted: boolean, call: Call<A, R>, args: A): Promise<R | undefined> =>
    isWanted ? askFor(connection, call, args) : Promise.resolve(undefined);
  const lenient = <R>(isWanted: boolean, call: Call<Empty, R>): Promise<R | undefined> =>
    isWanted ? askLeniently(connection, call) : Promise.resolve(undefined);
  const probes = (wants.probes ?? []).map((name) =>
    connection.gate.probe(CALLS[name], connection.timeouts.callMs),
  );
  const [config, configFile, overview, summary, ports, skyenv, remoteVisors, managed, transports] =
    await Promise.all([
      wantsConfig ? askConfig(connection) : undefined,
      lenient(wantsConfig, CALLS.GetConfigPath),
      ask(!wantsConfig && !wantsSummary, CALLS.Overview, NOTHING),
      ask(wantsSummary, CALLS.Summary, NOTHING),
      ask(wants.ports === true, CALLS.ListForwardedPorts, NOTHING),
      lenient(wants.skyenv === true, CALLS.Skyenv),
      lenient(wants.known === true, CALLS.RemoteVisors),
      lenient(wants.known === true, CALLS.HVListVisors),
      ask(wants.known === true, CALLS.Transports, {}),
      lenient(wants.liveTrust === true, CALLS.PendingHypervisors),
      ...probes,
    ]);
  const needsSummary = config === undefined && summary === undefined && overview === undefined;
  return {
    config,
    configFile,
    overview,
    summary: needsSummary ? await askFor(connection, CALLS.Summary, NOTHING) : summary,
    ports,
    skyenv,
    remoteVisors,
    managed,
    transports,
  };
}

/**
 * The safe part of the configuration; undefined on a release that cannot show it. It is read once more when it
 * was half written.
 * @throws FleetError visor/config-json, visor/config-shape, visor/unexpected-answer
 */
export async function askConfig(connection: VisorConnection): Promise<SafeConfig | undefined> {
  try {
    return await askConfigOnce(connection);
  } catch (error) {
    if (!hasCode(error, "visor/config-json")) throw error;
    await sleep(connection.clock, REREAD_DELAY_MS);
    return askConfigOnce(connection);
  }
}

async function askConfigOnce(connection: VisorConnection): Promise<SafeConfig | undefined> {
  const bytes = await askFor(connection, CALLS.GetRuntimeConfig, NOTHING);
  return bytes === undefined ? undefined : takeSafeConfig(bytes, connection.target.key);
}

/**
 * The reply to a call, or undefined on a release without the method.
 * @throws FleetError visor/unexpected-answer when the visor answers with an error
 */
export async function askFor<A, R>(
  connection: VisorConnection,
  call: Call<A, R>,
  args: A,
): Promise<R | undefined> {
  return valueOf(await connection.gate.ask(call, args, connection.timeouts.callMs), call.name);
}

/** As {@link askFor}, for what is good to know only: an error text is no answer either. */
async function askLeniently<R>(
  connection: VisorConnection,
  call: Call<Empty, R>,
): Promise<R | undefined> {
  const answer = await connection.gate.ask(call, NOTHING, connection.timeouts.callMs);
  return answer.kind === "answered" ? answer.value : undefined;
}

function valueOf<R>(answer: Answer<R>, name: string): R | undefined {
  if (answer.kind === "answered") return answer.value;
  if (answer.kind === "absent") return undefined;
  throw new FleetError(
    "visor/unexpected-answer",
    `${name} answered with an error: ${remoteText(answer.text)}`,
    {
      next: "look at the visor's log, then try again",
    },
  );
}

function seenReading(
  connection: VisorConnection,
  wants: ReadingWants,
  first: FirstAnswers,
  later: LaterAnswers,
  key: VisorKey,
): SeenReading {
  const overview = later.summary?.Overview ?? later.overview;
  const summary = later.summary === undefined ? undefined : safeSummaryOf(later.summary);
  const { config, configFile, ports, skyenv } = later;
  return {
    kind: "seen",
    key,
    uptimeSeconds: first.uptimeSeconds,
    startedAtMs: first.startedAtMs,
    startedWithinMs: first.startedWithinMs,
    ...(overview === undefined ? {} : { release: releaseOf(overview) }),
    ...defined({ config, configFile }),
    apps: first.apps.kind === "answered" ? appsOf(first.apps.value) : [],
    ...defined({ summary }),
    ...(ports === undefined ? {} : { ports: portsOf(ports) }),
    ...skyenvPart(skyenv),
    ...(wants.known === true ? { known: knownFrom(key, later, summary) } : {}),
    // A copy: a session goes on learning after its reading was made.
    methods: new Map(connection.gate.methods),
  };
}

function knownFrom(
  self: VisorKey,
  later: LaterAnswers,
  summary: SeenReading["summary"],
): NonNullable<SeenReading["known"]> {
  return knownVisorsOf({
    self,
    config: later.config,
    summary,
    remoteVisors: later.remoteVisors ?? [],
    managed: later.managed ?? [],
    transports: later.transports ?? [],
  });
}
