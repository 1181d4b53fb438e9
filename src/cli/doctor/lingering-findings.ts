// What `fleet doctor` says of keys that were taken away.
import { defined, FleetError } from "../../core/index.ts";
import {
  type GoneInput,
  keysGone,
  lingeringKeys,
  type Observation,
  observeFleet,
  trustLook,
} from "../../reconcile/index.ts";
import type { VisorReader } from "../../skywire/visor/index.ts";
import { type Finding, lingeringLines, unknownWaysLine } from "../../view/index.ts";
import type { ManifestSource } from "../manifest/manifest-source.ts";
import { goneInputOf } from "./once-trusted.ts";
import type { Operator } from "../ledger/operator.ts";
import type { WayIn } from "../shell/way-in.ts";
import type { World } from "../shell/world.ts";

const ABOUT = "keys taken away";

/** Where the visors are that may hold a key, and what reads them. */
interface Reach {
  readonly reader: VisorReader;
  readonly wayIn: WayIn;
  readonly world: World;
}

/** Keys that the manifest no longer wants and that have a way in. Visors are read only when there is a key to look for. */
export async function lingeringFindings(
  source: ManifestSource,
  operator: Operator | undefined,
  reach: Reach,
): Promise<readonly Finding[]> {
  const gone = await goneInputOf(source, operator, reach.world);
  if (keysGone(gone).size === 0) {
    const says = gone.history.known
      ? "none that the ledger or the manifest tell of"
      : "none that the manifest tells of; no ledger was read";
    return [{ about: ABOUT, verdict: gone.history.known ? "good" : "unsure", says }];
  }
  const observation = await observe(source, reach);
  return observation instanceof FleetError
    ? [{ about: ABOUT, verdict: "unsure", says: `not looked for: ${observation.message}` }]
    : foundBy(observation, source, gone);
}

async function observe(
  { desired }: ManifestSource,
  { reader, wayIn, world }: Reach,
): Promise<Observation | FleetError> {
  try {
    return await observeFleet({
      // Only who has a way in is asked about.
      visors: desired.visors.map((visor) => ({ ...visor, leaves: new Map() })),
      reader,
      rpcAddress: wayIn.access.rpcAddress,
      clock: world.clock,
      ...defined({ scheme: wayIn.scheme }),
    });
  } catch (error) {
    if (error instanceof FleetError) return error;
    throw error;
  }
}

function foundBy(
  { visors }: Observation,
  { desired, name }: ManifestSource,
  gone: GoneInput,
): readonly Finding[] {
  const looks = new Map(
    visors.flatMap((seen) => (seen.kind === "seen" ? [[seen.key, trustLook(seen)] as const] : [])),
  );
  const unread = new Set(visors.flatMap(({ kind, key }) => (kind === "seen" ? [] : [key])));
  const found = lingeringKeys({ ...gone, looks, unread });
  if (found === undefined) return [{ about: ABOUT, verdict: "good", says: "none has a way in" }];
  const unknown = unknownWaysLine(found, desired.keyNames);
  return [
    ...lingeringLines(found, { names: desired.keyNames, manifest: name }).map(
      ({ says, next }): Finding => ({
        about: ABOUT,
        verdict: "unsure",
        says,
        next: next.join("; "),
      }),
    ),
    ...(unknown === undefined ? [] : [{ about: ABOUT, verdict: "unsure" as const, says: unknown }]),
  ];
}
