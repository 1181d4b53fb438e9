// `fleet expect`: the manifest's tests of access, by the lists that visors show, and by real dials where the local visor of a key is at hand.
import { defined, type ExitCode, FleetError, type VisorKey } from "../../core/index.ts";
import type {
  CheckedExpectation,
  DesiredVisor,
  Expectation,
  ExpectationRow,
} from "../../model/index.ts";
import { expectationsOf, observeFleet, type Observation, routeOf } from "../../reconcile/index.ts";
import {
  createVisorReader,
  parseRpcAddress,
  readingError,
  type VisorReader,
} from "../../skywire/visor/index.ts";
import { expectationsText } from "../../view/index.ts";
import { type ManifestSource, readManifest, selectedVisors } from "../manifest/manifest-source.ts";
import { visorKeyOf } from "../manifest/named-visor.ts";
import { type AccessRequest, accessRequestOf } from "../shell/access-request.ts";
import type { Given } from "../shell/arguments.ts";
import type { Command } from "../shell/command.ts";
import { manifestRequestOf } from "../shell/kept-files.ts";
import { ACCESS_OPTIONS, JSON_OPTION, ON_OPTION } from "../shell/options.ts";
import { printJson } from "../shell/print.ts";
import { outPaint, reporterOf, reportRequestOf } from "../shell/screen.ts";
import { usage } from "../shell/usage.ts";
import { readerOf, type WayIn, wayInOf } from "../shell/way-in.ts";
import type { World } from "../shell/world.ts";

/** What is asked of the tests. */
interface ExpectRequest {
  readonly manifest: string;
  readonly on?: string;
  readonly access: AccessRequest;
  /** Dials too. */
  readonly isLive: boolean;
  /** `NAME=HOST:PORT` of further local visors, by whose keys is dialled. */
  readonly rpcOf: readonly (readonly [string, string])[];
  readonly isJson: boolean;
}

/** `fleet expect`: tests of access, asked now. */
export const expectCommand: Command = {
  name: "expect",
  about:
    "Ask the manifest's tests of access of the visors as they are: by their lists, and with --live by real dials. Writes nothing.",
  words: [{ form: "[MANIFEST]", about: "the manifest (default fleet.yaml)" }],
  options: [
    {
      name: "live",
      about: "dial as well: from the local visor, and from those of --rpc-of, each by its own key",
    },
    {
      name: "rpc-of",
      value: "NAME=HOST:PORT",
      many: true,
      about: "the RPC of another visor's own machine, to dial by its key",
    },
    ON_OPTION,
    JSON_OPTION,
    ...ACCESS_OPTIONS,
  ],
  examples: ["fleet expect", "fleet expect --live --rpc-of desk=192.168.1.20:3435"],
  async run(given, world): Promise<ExitCode> {
    const request = expectRequestOf(given, world);
    const source = await readManifest(request.manifest, world);
    const { expect } = source.desired;
    if (expect === undefined)
      throw new FleetError("cli/no-tests", `${source.name} writes no tests of access`, {
        next: "write some under `expect:`; docs/trust.md shows how",
        exit: 64,
      });
    const selected = await selectedVisors(source, request.on, world);
    const wayIn = wayInOf(request.access, world);
    const reporter = reporterOf(reportRequestOf(given), world);
    const observation = await reporter.during(selected.length, "visors", () =>
      observeFleet({
        visors: selected,
        reader: readerOf(wayIn, world),
        rpcAddress: wayIn.access.rpcAddress,
        clock: world.clock,
        ...defined({ scheme: wayIn.scheme }),
        emit: reporter.emit,
      }),
    );
    const listed =
      expectationsOf({ desired: source.desired, observed: observation.visors, asksAll: true }) ??
      [];
    const dialled = request.isLive
      ? await dialTests(expect, { request, source, selected, observation, wayIn })
      : [];
    const checked = listed.map((each) => withDials(each, dialled));
    if (request.isJson)
      printJson(world, {
        format: "fleet.skywire/expectations/v1",
        expectations: checked.map(({ place, rows, ...each }) => ({
          ...each,
          place: { ...place },
          rows: rows.map((row) => ({ ...row })),
        })),
        dialled: dialled.length,
      });
    else {
      const count = request.isLive ? `Dialled: ${dialled.length}.\n` : "";
      world.terminal.out(count + expectationsText(checked, outPaint(world)));
    }
    if (checked.some(({ result }) => result === "failed")) return 4;
    return checked.some(({ result }) => result === "unknown") ? 3 : 0;
  },
};

/** @throws FleetError cli/usage (exit 64) */
function expectRequestOf(given: Given, world: World): ExpectRequest {
  const { manifest } = manifestRequestOf(given, world, given.words[0]);
  const on = given.text("on");
  const rpcOf = given.texts("rpc-of").map((text): readonly [string, string] => {
    const at = text.indexOf("=");
    if (at < 1)
      throw usage(`--rpc-of ${text} is no NAME=HOST:PORT`, "such as desk=192.168.1.20:3435");
    return [text.slice(0, at), text.slice(at + 1)];
  });
  const isLive = given.flag("live");
  if (!isLive && rpcOf.length > 0)
    throw usage("--rpc-of says by whose key is dialled, and nothing is", "give --live as well");
  return {
    manifest,
    ...defined({ on }),
    access: accessRequestOf(given),
    isLive,
    rpcOf,
    isJson: given.flag("json"),
  };
}

/** What a dial by a key showed of one visor of a test: that it gets in, or that it does not though the visor is there. */
interface Dialled {
  readonly test: Expectation;
  readonly visor: VisorKey;
  readonly getsIn: boolean;
}

/**
 * Dials each visor of each test whose key has a local visor at hand. A dial that is turned away proves something only where
 * the same visor was read a moment ago: a visor that is away turns everybody away.
 */
async function dialTests(
  expect: readonly Expectation[],
  {
    request,
    source,
    selected,
    observation,
    wayIn,
  }: {
    readonly request: ExpectRequest;
    readonly source: ManifestSource;
    readonly selected: readonly DesiredVisor[];
    readonly observation: Observation;
    readonly wayIn: WayIn;
  },
): Promise<readonly Dialled[]> {
  const others = await Promise.all(
    request.rpcOf.map(async (named) => await readerThrough(named, source, wayIn)),
  );
  const readers = new Map<string, VisorReader>([
    [observation.acting, createVisorReader(wayIn.access)],
    ...others,
  ]);
  const isThere = new Set(
    observation.visors.flatMap(({ kind, key }) => (kind === "seen" ? [key] : [])),
  );
  const bySelf = new Map(selected.map((visor) => [visor.key, visor]));
  const dials = expect.flatMap((test) => {
    const reader = test.kind === "manages" ? readers.get(test.key) : undefined;
    if (test.kind !== "manages" || reader === undefined) return [];
    return test.visors.flatMap((key) => {
      const visor = bySelf.get(key);
      return visor === undefined || key === test.key || !isThere.has(key)
        ? []
        : [{ test, visor, reader }];
    });
  });
  const found = await Promise.all(
    dials.map(async ({ test, visor, reader }): Promise<readonly Dialled[]> => {
      const route = routeOf(visor, wayIn.scheme);
      const reading = await reader.read({ key: visor.key, route }, { config: false });
      if (reading.kind === "seen") return [{ test, visor: visor.key, getsIn: true }];
      const isTurnedAway =
        reading.kind === "unreachable" && reading.reason === "refused-or-no-listener";
      return isTurnedAway ? [{ test, visor: visor.key, getsIn: false }] : [];
    }),
  );
  return found.flat();
}

/**
 * What reads by the key of a visor whose RPC was named; whose it is was asked.
 * @throws FleetError visor/* when it does not answer, cli/other-visor (exit 64) when it is another's
 */
async function readerThrough(
  [name, address]: readonly [string, string],
  source: ManifestSource,
  wayIn: WayIn,
): Promise<readonly [VisorKey, VisorReader]> {
  const key = visorKeyOf(name, source);
  const rpcAddress = parseRpcAddress(address);
  const reader = createVisorReader({ ...wayIn.access, rpcAddress });
  const local = { key: undefined, route: { kind: "local" } } as const;
  const reading = await reader.read(local, { config: false });
  if (reading.kind !== "seen") throw readingError(rpcAddress, local, reading);
  if (reading.key !== key)
    throw new FleetError("cli/other-visor", `the RPC at ${address} is not that of ${name}`, {
      next: "name the visor whose RPC it is, or its address",
      exit: 64,
    });
  return [key, reader];
}

/** A test after dials: what a dial shows against it fails it, whatever lists say. */
function withDials(checked: CheckedExpectation, dialled: readonly Dialled[]): CheckedExpectation {
  const own = dialled.filter(
    ({ test }) => test.text === checked.text && test.place === checked.place,
  );
  const rows = own.flatMap(({ test, visor, getsIn }): readonly ExpectationRow[] => {
    if (test.kind !== "manages") return [];
    if (getsIn === test.is) return [];
    // Through others it may manage the visor all the same: of that a dial says nothing.
    return [
      getsIn
        ? { visor, result: "failed", why: "a dial by this key was let in" }
        : {
            visor,
            result: "unknown",
            why: "a dial by this key was turned away, and the visor is there",
          },
    ];
  });
  if (rows.length === 0) return checked;
  const all = [...rows, ...checked.rows];
  const isFailed = all.some(({ result }) => result === "failed");
  return { ...checked, result: isFailed ? "failed" : "unknown", rows: all };
}
