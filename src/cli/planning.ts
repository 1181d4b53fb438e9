import { FleetError, type VisorKey } from "../core/index.ts";
import { readLedger } from "../ledger/index.ts";
import type { DesiredVisor, Plan } from "../model/index.ts";
import { readGitFacts } from "../platform/index.ts";
import { buildPlan, type History, historyOf, observeFleet } from "../reconcile/index.ts";
import { createVisorReader, type VisorReader } from "../skywire/visor/index.ts";
import type { Given } from "./arguments.ts";
import {
  manifestName,
  type ManifestSource,
  readManifest,
  selectedVisors,
} from "./manifest-source.ts";
import { findOperator, type Operator, requireOperator } from "./operator.ts";
import { overridesOf } from "./overrides.ts";
import type { Reporter } from "./reporter.ts";
import { TOOL } from "./tool.ts";
import { type WayIn, wayInOf } from "./way-in.ts";
import type { World } from "./world.ts";

const EXPIRES_AFTER_MS = 60 * 60 * 1_000;

/** A plan, and what it was made with. */
export interface Planned {
  readonly plan: Plan;
  readonly source: ManifestSource;
  readonly operator: Operator | undefined;
  readonly history: History;
  readonly acting: VisorKey;
  readonly wayIn: WayIn;
  readonly reader: VisorReader;
}

/**
 * Reads the manifest, the ledger and the visors, and plans. Nothing here can write: the visors are seen
 * through a reader, the ledger is opened for reading.
 * @throws FleetError key/missing, ledger/* (exit 4) when `needs.ledger` is set and there is none to read
 */
export async function planFleet(
  given: Given,
  world: World,
  reporter: Reporter,
  needs: { readonly ledger?: true } = {},
): Promise<Planned> {
  const wayIn = wayInOf(given, world);
  const nowMs = nowOf(given, world);
  const source = await readManifest(manifestName(given, world, given.words[0]), world);
  const selected = await selectedVisors(source, given, world);
  const operator =
    needs.ledger === true ? await requireOperator(given, world) : await findOperator(given, world);
  // Never fails; git takes its time while the visors take theirs.
  const gitFacts = readGitFacts(source.path);
  const history =
    needs.ledger === true && operator !== undefined
      ? await ledgerHistory(operator, source.desired.fleet, world)
      : await readHistory(operator, source.desired.fleet, world);
  const reader = createVisorReader(wayIn.access);
  const observation = await reporter.during(selected.length, "visors", () =>
    observeFleet({
      visors: selected,
      reader,
      rpcAddress: wayIn.access.rpcAddress,
      clock: nowMs === undefined ? world.clock : fixedClock(world, nowMs),
      ...(wayIn.scheme === undefined ? {} : { scheme: wayIn.scheme }),
      ...(wayIn.parallel === undefined ? {} : { parallel: wayIn.parallel }),
      emit: reporter.emit,
    }),
  );
  const git = await gitFacts;
  const plan = buildPlan({
    desired: source.desired,
    selected,
    observed: observation.visors,
    acting: observation.acting,
    history,
    overrides: checkedOverrides(given, source),
    nowMs: nowMs ?? world.clock.now(),
    expiresAfterMs: given.durationMs("expires") ?? EXPIRES_AFTER_MS,
    tool: TOOL,
    manifest: { path: source.name, digest: source.desired.manifestDigest, ...git },
    ...(operator === undefined
      ? {}
      : {
          operator: operator.keys.operator,
          secretDigest: (text: string) => operator.keys.secretHmac(text),
        }),
  });
  return { plan, source, operator, history, acting: observation.acting, wayIn, reader };
}

/** The history of a fleet in the operator's ledger; why there is none is part of the answer. */
async function readHistory(
  operator: Operator | undefined,
  fleet: string,
  world: World,
): Promise<History> {
  if (operator === undefined)
    return await historyOf(undefined, fleet, "there is no operator key here");
  try {
    return await ledgerHistory(operator, fleet, world);
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    return await historyOf(undefined, fleet, error.message);
  }
}

async function ledgerHistory(operator: Operator, fleet: string, world: World): Promise<History> {
  const { keys, ledgerFolder: folder } = operator;
  const ledger = await readLedger({ files: world.files, folder, feed: keys.feed, keys });
  return await historyOf(ledger, fleet);
}

/** Visors that must exist because an option names them. */
function checkedOverrides(given: Given, source: ManifestSource): ReturnType<typeof overridesOf> {
  const overrides = overridesOf(given);
  const isKnown = (name: string): boolean =>
    source.desired.visors.some((visor: DesiredVisor) => visor.name === name);
  const unknown = overrides.allowTrustLoss.find((name) => !isKnown(name));
  if (unknown === undefined) return overrides;
  throw new FleetError("cli/usage", `--allow-trust-loss ${unknown}: no visor of this name`, {
    next: "give the name that the refusal shows",
    exit: 64,
  });
}

function nowOf(given: Given, world: World): number | undefined {
  const text = given.text("now");
  if (text === undefined) return undefined;
  const nowMs = /^\d{4}-\d\d-\d\d(T[\d:.]+Z)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(nowMs)) return nowMs;
  throw new FleetError("cli/usage", `--now takes a time in UTC, not ${JSON.stringify(text)}`, {
    next: `write it as ${new Date(world.clock.now()).toISOString()}`,
    exit: 64,
  });
}

/** A clock whose time stands still while its timers run, so that `--now` fixes every time in a plan. */
function fixedClock(world: World, nowMs: number): World["clock"] {
  return { now: () => nowMs, after: (delayMs, run) => world.clock.after(delayMs, run) };
}
