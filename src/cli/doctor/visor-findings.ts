// What `fleet doctor` looks at: the local visor, the way to another, the key, the ledger, the clock. It only reads.
import type { AccessRequest } from "../shell/access-request.ts";
import { counted, defined, durationText, FleetError } from "../../core/index.ts";
import { type LedgerRecord, OpenIntents, readLedger } from "../../ledger/index.ts";
import { routeOf, toSeenVisor, unreadableApps } from "../../reconcile/index.ts";
import {
  createVisorReader,
  type SeenReading,
  type VisorReader,
  type VisorTarget,
} from "../../skywire/visor/index.ts";
import { type Finding, shortKey } from "../../view/index.ts";
import { abilityFindings, PROBED } from "./release-abilities.ts";
import { lingeringFindings } from "./lingering-findings.ts";
import { manifestFacts, type ManifestFacts, NO_FACTS } from "../manifest/names-of-manifest.ts";
import { findOperator, type Operator } from "../ledger/operator.ts";
import { type WayIn, wayInOf } from "../shell/way-in.ts";
import type { World } from "../shell/world.ts";
import type { LedgerRequest, ManifestRequest } from "../shell/kept-files.ts";

/** How the finding of a manifest that cannot be read is called. */
export const ABOUT_MANIFEST = "manifest";

/** The program is younger than any honest clock. */
const CLOCK_FLOOR_MS = Date.parse("2026-01-01T00:00:00Z");

/** Looks at everything a run depends on, one finding each, and changes nothing. */
export async function findings(
  request: LedgerRequest & { readonly access: AccessRequest },
  world: World,
): Promise<readonly Finding[]> {
  const wayIn = wayInOf(request.access, world);
  const { facts, unreadable } = await factsOrFault(request, world);
  const reader = createVisorReader(wayIn.access);
  const target: VisorTarget = { key: undefined, route: { kind: "local" } };
  const local = await reader.read(target, { known: true, skyenv: true, probes: PROBED });
  const visor: readonly Finding[] =
    local.kind === "seen"
      ? [
          localFinding(local),
          ...abilityFindings(local),
          ...appFindings(local, world),
          controllerFinding(local, facts),
          await bridgeFinding(local, facts, reader, wayIn, world),
        ]
      : [{ about: "local visor", verdict: "bad", says: local.detail, next: local.next }];
  const operator = await findOperator(request.keyFile, world).catch((error: unknown) =>
    asFleetError(error),
  );
  const keys = await keyFindings(operator, facts, world);
  const { source } = facts;
  if (local.kind !== "seen" || source === undefined) return [...unreadable, ...visor, ...keys];
  const known = operator instanceof FleetError ? undefined : operator;
  const lingering = await lingeringFindings(source, known, { reader, wayIn, world });
  return [...unreadable, ...visor, ...keys, ...lingering];
}

/** What the manifest says; one that cannot be read is a finding of its own. */
async function factsOrFault(
  request: ManifestRequest,
  world: World,
): Promise<{ readonly facts: ManifestFacts; readonly unreadable: readonly Finding[] }> {
  try {
    return { facts: await manifestFacts(request, world), unreadable: [] };
  } catch (error) {
    return { facts: NO_FACTS, unreadable: [badFinding(ABOUT_MANIFEST, asFleetError(error))] };
  }
}

function localFinding(local: SeenReading): Finding {
  const release = local.release?.version ?? local.config?.version ?? "unknown";
  return {
    about: "local visor",
    verdict: "good",
    says: `${shortKey(local.key)}, release ${release}, up for ${durationText(local.uptimeSeconds * 1_000)}`,
  };
}

/** Apps of the local visor that end as they read their arguments. */
function appFindings(local: SeenReading, world: World): readonly Finding[] {
  const seen = toSeenVisor(local, { kind: "local" }, world.clock.now());
  return unreadableApps(seen).map(({ app, element, next }) => ({
    about: `app ${app}`,
    verdict: "bad" as const,
    says: `it cannot start: its program ends at ${element}`,
    next,
  }));
}

function controllerFinding(local: SeenReading, { source }: ManifestFacts): Finding {
  const about = "controller";
  if (source === undefined) {
    return {
      about,
      verdict: "unsure",
      says: "no good manifest here",
      next: "`fleet init`, or name one with --manifest",
    };
  }
  if (source.desired.controllers.includes(local.key)) {
    return {
      about,
      verdict: "good",
      says: `the local visor is a controller of fleet ${source.desired.fleet}`,
    };
  }
  return {
    about,
    verdict: "bad",
    says: "the local visor is not among the controllers: it may plan, not apply",
    next: "add its name to `controllers`, or work on a machine that is one",
  };
}

/** Tries the way to one other visor: a controller when there is one, else whoever the local visor knows. */
async function bridgeFinding(
  local: SeenReading,
  { source }: ManifestFacts,
  reader: VisorReader,
  wayIn: WayIn,
  world: World,
): Promise<Finding> {
  const about = "bridge";
  const wanted = source?.desired.visors.filter(({ key }) => key !== local.key) ?? [];
  const controller = wanted.find(({ key }) => source?.desired.controllers.includes(key));
  const visor = controller ?? wanted[0] ?? local.known?.find(({ key }) => key !== local.key);
  if (visor === undefined) {
    return { about, verdict: "unsure", says: "not tried: no other visor is known here" };
  }
  const route = routeOf(
    "rpc" in visor && visor.rpc !== undefined ? { rpc: visor.rpc } : {},
    wayIn.scheme,
  );
  const startMs = world.clock.now();
  const reading = await reader.read({ key: visor.key, route }, { config: false });
  const name = "name" in visor ? visor.name : shortKey(visor.key);
  if (reading.kind === "seen") {
    return {
      about,
      verdict: "good",
      says: `${name} answered after ${durationText(world.clock.now() - startMs)}`,
    };
  }
  return { about, verdict: "bad", says: `${name}: ${reading.detail}`, next: reading.next };
}

async function keyFindings(
  operator: Operator | FleetError | undefined,
  facts: ManifestFacts,
  world: World,
): Promise<readonly Finding[]> {
  if (operator instanceof FleetError) return [badFinding("key", operator)];
  if (operator === undefined) {
    const next = "`fleet keygen` makes one; planning works without";
    return [
      { about: "key", verdict: "unsure", says: "no operator key on this machine", next },
      clockFinding(world),
    ];
  }
  const { keys, ledgerFolder: folder } = operator;
  const isListed = facts.operators.includes(keys.operator);
  const key: Finding = isListed
    ? {
        about: "key",
        verdict: "good",
        says: `${shortKey(keys.operator)} is an operator of the manifest`,
      }
    : {
        about: "key",
        verdict: "unsure",
        says: `${shortKey(keys.operator)} is in no manifest here`,
        next: "put its line below `operators:`; `fleet keygen` printed it",
      };
  try {
    const ledger = await readLedger({ files: world.files, folder, feed: keys.feed, keys });
    const intents = new OpenIntents();
    let last: LedgerRecord | undefined;
    for await (const record of ledger.records()) {
      intents.next(record);
      last = record;
    }
    const open = intents.list().length;
    const says = `${counted(ledger.head.size, "entry", "entries")}, head ${ledger.head.root.slice(0, 12)}`;
    const store: Finding =
      open === 0
        ? { about: "ledger", verdict: "good", says }
        : {
            about: "ledger",
            verdict: "unsure",
            says: `${says}, ${open} writes whose end is not recorded`,
            next: "`fleet apply` settles them before it writes",
          };
    return [key, store, clockFinding(world, last?.timeMs)];
  } catch (error) {
    return [key, badFinding("ledger", asFleetError(error)), clockFinding(world)];
  }
}

function clockFinding(world: World, lastEntryMs = 0): Finding {
  const nowMs = world.clock.now();
  const says = new Date(nowMs).toISOString();
  if (nowMs >= CLOCK_FLOOR_MS && nowMs >= lastEntryMs)
    return { about: "clock", verdict: "good", says };
  return {
    about: "clock",
    verdict: "bad",
    says: `${says} is before ${lastEntryMs > nowMs ? "the ledger's last entry" : "this program was made"}`,
    next: "set the machine's clock; times are signed",
  };
}

function badFinding(about: string, error: FleetError): Finding {
  return {
    about,
    verdict: "bad",
    says: error.message,
    ...defined({ next: error.next }),
  };
}

function asFleetError(error: unknown): FleetError {
  if (error instanceof FleetError) return error;
  throw error;
}
