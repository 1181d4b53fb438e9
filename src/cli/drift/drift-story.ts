// Who changed a value and when, from the ledgers on this machine, and the commands to keep, undo or ignore it.
import type { VisorKey } from "../../core/index.ts";
import { type BlamedField, blameVisor } from "../../ledger/index.ts";
import {
  type Change,
  changeKey,
  changesOf,
  DEFAULT_MANIFEST,
  type PlanVisor,
} from "../../model/index.ts";
import { type DriftStory, type DriftVerbs, type FeedNames, shellWord } from "../../view/index.ts";
import { Adoptable } from "./adoptable.ts";
import { atHandOf } from "./manifest-values.ts";
import { liveVisor } from "../record/blame-live.ts";
import { feedNames, foldFleetOf, openFeeds } from "../ledger/feeds.ts";
import { fieldWord } from "../manifest/fields.ts";
import { STANDARD_INPUT } from "../manifest/manifest-source.ts";
import type { Planned } from "../plan/planning.ts";
import { errLine } from "../shell/print.ts";
import type { World } from "../shell/world.ts";

/** How long the pasted line ignores a value; whoever pastes it may write another. */
const USUAL_WAIT = "7d";

/**
 * Who set what differs in a plan, as the records on this machine tell, and the command lines to go on with. Without
 * an operator's key no record can be read, and nobody is named.
 */
export async function driftStory(planned: Planned, world: World): Promise<DriftStory> {
  const { plan, source, operator, observation } = planned;
  const { concernsTrust, editManifest } = await import("../manifest/manifest-room.ts");
  const seenByKey = new Map(observation.visors.map((visor) => [visor.key, visor]));
  const desiredByKey = new Map(source.desired.visors.map((visor) => [visor.key, visor]));
  const adoptable = new Adoptable(source.bytes, editManifest);
  const isEditable = source.name !== STANDARD_INPUT;
  const verbs: DriftStory["verbs"] = (visor, path) => {
    const [desired, seen] = [desiredByKey.get(visor.key), seenByKey.get(visor.key)];
    const isKnown = desired !== undefined && seen?.kind === "seen";
    return verbsOf(visor, path, {
      manifest: source.name,
      isAdopted:
        isEditable &&
        isKnown &&
        adoptable.has({ desired, seen, path, names: source.desired.keyNames }),
      isIgnored: isEditable && !concernsTrust(path),
    });
  };
  const changing = plan.visors.filter(({ steps }) => steps.length > 0);
  const operators = new Map(source.desired.operators.map(({ key, name }) => [key, name]));
  if (operator === undefined || !plan.history.known || changing.length === 0) {
    const own = operator?.keys.feed ?? ("" as FeedNames["own"]);
    return {
      feeds: { own, feeds: new Map(), operators },
      blamed: () => undefined,
      asWanted: () => undefined,
      verbs,
    };
  }
  const { keys } = operator;
  const open = await openFeeds(operator, source, world);
  const { fleet, notes } = await foldFleetOf(open, operator, world);
  for (const note of notes) errLine(world, `note: ${note}`);
  const feeds = {
    own: keys.feed,
    operators,
    feeds: feedNames([keys.feed, ...open.others.map(({ feed }) => feed)], source, keys),
  };
  const atHand = atHandOf(source);
  const blamed = new Map<string, BlamedField>();
  const states = new Map(changing.map(({ key }) => [key, fleet.visor(key)]));
  for (const { key, steps } of changing) {
    const seen = seenByKey.get(key);
    if (seen?.kind !== "seen") continue;
    const owned = changesOf({ steps }).map(({ path }) => path);
    const live = liveVisor(seen, keys);
    for (const field of blameVisor({ state: states.get(key), owned, live })) {
      blamed.set(placeOf(key, field), field);
    }
  }
  return {
    feeds,
    verbs,
    asWanted: (visor, { path, element }) => {
      const known = states.get(visor)?.known(path, element, atHand(visor, path));
      return known === undefined ? undefined : { timeMs: known.seenMs, at: known.at };
    },
    blamed: (visor, change) => blamed.get(placeOf(visor, change)),
  };
}

function placeOf(visor: VisorKey, change: Pick<Change, "path" | "element">): string {
  return `${visor} ${changeKey(change)}`;
}

/** The lines that the commands take: what they would refuse is not offered. */
function verbsOf(
  { name }: PlanVisor,
  path: string,
  {
    manifest,
    isAdopted,
    isIgnored,
  }: {
    readonly manifest: string;
    readonly isAdopted: boolean;
    readonly isIgnored: boolean;
  },
): DriftVerbs {
  const field = fieldWord(name, path);
  const isDefault = manifest === DEFAULT_MANIFEST;
  const file = shellWord(manifest);
  return {
    ...(isAdopted ? { adopt: `fleet adopt ${field}${isDefault ? "" : ` --into ${file}`}` } : {}),
    revert: `fleet apply ${isDefault ? "" : `${file} `}--only ${field}`,
    ...(isIgnored
      ? {
          ignore: `fleet ignore ${field} --until ${USUAL_WAIT}${isDefault ? "" : ` --manifest ${file}`}`,
        }
      : {}),
  };
}
