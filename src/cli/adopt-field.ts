import { basename } from "node:path";
import {
  canonicalJson,
  type ExitCode,
  FleetError,
  fromUtf8,
  utf8,
  type VisorKey,
} from "../core/index.ts";
import type { EditedManifest, ManifestEdit } from "../manifest/index.ts";
import { changesOf, type DesiredVisor, type Plan, type SeenVisor } from "../model/index.ts";
import { planText } from "../view/index.ts";
import { textDiff } from "./adopt-text-diff.ts";
import type { Given } from "./arguments.ts";
import { checkCommit, offerCommit } from "./edit/commit.ts";
import { liveEdits } from "./edit/live-value.ts";
import { agreedToWrite, writeText } from "./edit/write-text.ts";
import { addressesOf, type Field, fieldsOf, fieldWord, isFieldWord } from "./fields.ts";
import { errPaint, outPaint } from "./look.ts";
import { manifestName, type ManifestSource, readNamed, verifyManifest } from "./manifest-source.ts";
import { planRead, readFleet, type ReadFleet } from "./planning.ts";
import { printJson } from "./print.ts";
import { reporterOf } from "./reporter.ts";
import type { World } from "./world.ts";
import { usage } from "./usage.ts";

/**
 * Takes the live values of fields into the manifest: shows the difference of the text and the plan of what it comes
 * to, asks, writes. Visors are only read.
 */
export async function adoptFields(given: Given, world: World): Promise<ExitCode> {
  refuseMixture(given);
  const name = manifestName(given, world, given.text("into"));
  if (name === "-") {
    throw usage("standard input cannot be edited", "name a file with --into");
  }
  const bytes = await readNamed(name, world);
  const source = await verifyManifest(name, bytes, world);
  await checkCommit(source.path, given);
  const fields = await fieldsOf(given.words, source.desired);
  const keys = new Set(addressesOf(fields).map(({ visor }) => visor));
  const selected = source.desired.visors.filter(({ key }) => keys.has(key));
  const read = await readFleet(given, world, reporterOf(given, world), {
    handed: { source, selected },
  });
  const edited = await editedAs(fields, { source, bytes, read, open: given.flag("open") });
  if (edited === undefined) {
    if (given.flag("json"))
      printJson(world, documentOf(name, "unchanged", { places: [], diff: "" }));
    else world.terminal.out(`Nothing to adopt: ${name} wants these values already.\n`);
    return 0;
  }
  const plan = planAfter(edited, read, given);
  refuseLeftOver(fields, plan);
  const diff = await textDiff(basename(name), fromUtf8(bytes), edited.text);
  world.terminal.err(diff);
  for (const line of whyThere(edited.places, source)) world.terminal.err(`${line}\n`);
  const isJson = given.flag("json");
  if (isJson) world.terminal.err(planText(plan, errPaint(world)));
  else world.terminal.out(planText(plan, outPaint(world)));
  const isAgreed = given.flag("yes") || (await agreedToWrite(name, world));
  if (isAgreed) await writeText({ name, path: source.path, bytes, text: edited.text }, world);
  const outcome = isAgreed ? "written" : "declined";
  if (isJson) printJson(world, documentOf(name, outcome, { places: edited.places, diff }));
  else if (isAgreed) {
    world.terminal.out(`Wrote ${name}: ${edited.places.join(", ")}. No visor was written to.\n`);
  } else world.terminal.out(`Declined: ${name} is as it was.\n`);
  if (!isAgreed) return 4;
  await offerCommit({ path: source.path, line: ["adopt", ...given.words], exit: 0 }, given, world);
  return 0;
}

/** @throws FleetError cli/usage (exit 64) where visors and fields are named side by side */
function refuseMixture(given: Given): void {
  const visor = given.words.find((word) => !isFieldWord(word));
  if (visor !== undefined) {
    throw usage(
      `${JSON.stringify(visor)} names a visor, and other words name single values`,
      "adopt visors and values one after the other",
    );
  }
  const foreign = ["sections", "out", "keys", "fleet", "operator"].find(
    (name) => given.text(name) !== undefined,
  );
  if (foreign === undefined) return;
  throw usage(
    `--${foreign} is about whole visors, and the words name single values`,
    "leave it out; --into FILE names the manifest",
  );
}

interface Adopting {
  readonly source: ManifestSource;
  readonly bytes: Uint8Array;
  readonly read: ReadFleet;
  readonly open: boolean;
}

/** The manifest after all edits; `undefined` when it wants what is there already. */
async function editedAs(
  fields: readonly Field[],
  { source, bytes, read, open }: Adopting,
): Promise<EditedManifest | undefined> {
  const { editManifest } = await import("../manifest/index.ts");
  const seen = seenVisors(read);
  const places = new Set<string>();
  let edited: EditedManifest | undefined;
  for (const { visors, path } of fields) {
    // Visors that show the same are edited together, so that a role which they alone have can say it.
    for (const { edits, keys } of alike(visors, path, { seen, open, source })) {
      for (const edit of edits) {
        const before = edited === undefined ? bytes : utf8(edited.text);
        const after = editManifest({ bytes: before, file: source.name, visors: keys, edit });
        for (const place of after.places) places.add(place);
        edited = after;
      }
    }
  }
  return places.size === 0 || edited === undefined ? undefined : { ...edited, places: [...places] };
}

/** @throws FleetError cli/unread (exit 3) for a visor that could not be read: what it has is not known */
function seenVisors({ observation, source }: ReadFleet): ReadonlyMap<VisorKey, SeenVisor> {
  return new Map(
    observation.visors.map((visor) => {
      if (visor.kind === "seen") return [visor.key, visor];
      const name = source.desired.keyNames.get(visor.key) ?? visor.key;
      throw new FleetError("cli/unread", `${name} could not be read: ${visor.detail}`, {
        next: `nothing was written; ${visor.next}`,
        exit: 3,
      });
    }),
  );
}

function alike(
  visors: readonly DesiredVisor[],
  path: string,
  {
    seen,
    open,
    source,
  }: Pick<Adopting, "open" | "source"> & { readonly seen: ReadonlyMap<VisorKey, SeenVisor> },
): readonly { readonly edits: readonly ManifestEdit[]; readonly keys: readonly VisorKey[] }[] {
  const groups = new Map<string, { edits: readonly ManifestEdit[]; keys: VisorKey[] }>();
  for (const desired of visors) {
    const shown = seen.get(desired.key);
    if (shown === undefined) continue;
    const names = source.desired.keyNames;
    const edits = liveEdits({ desired, seen: shown, path, names, open });
    const like = JSON.stringify(edits);
    const group = groups.get(like) ?? { edits, keys: [] };
    group.keys.push(desired.key);
    groups.set(like, group);
  }
  return [...groups.values()];
}

function planAfter(edited: EditedManifest, read: ReadFleet, given: Given): Plan {
  const keys = new Set(read.selected.map(({ key }) => key));
  return planRead(
    {
      ...read,
      source: { ...read.source, desired: edited.desired, isUnsaved: true },
      selected: edited.desired.visors.filter(({ key }) => keys.has(key)),
      observation: sameOrder(edited, read),
    },
    given,
  );
}

/** Readings in the order of the edited manifest's visors. */
function sameOrder(edited: EditedManifest, { observation }: ReadFleet): ReadFleet["observation"] {
  const byKey = new Map(observation.visors.map((visor) => [visor.key, visor]));
  const visors = edited.desired.visors.flatMap(({ key }) => byKey.get(key) ?? []);
  return { ...observation, visors };
}

/** @throws FleetError cli/adopt-field (exit 4) when the manifest still wants something else */
function refuseLeftOver(fields: readonly Field[], plan: Plan): void {
  const byKey = new Map(plan.visors.map((visor) => [visor.key, visor]));
  for (const { visors, path } of fields) {
    for (const { key, name } of visors) {
      const change = changesOf(byKey.get(key) ?? { steps: [] }).find((each) => each.path === path);
      // An app that owes a restart keeps owing it: its value is as wanted.
      if (change === undefined || change.action === "restart") continue;
      throw new FleetError(
        "cli/adopt-field",
        `no edit makes the manifest want ${canonicalJson(change.before)} for ${fieldWord(name, path)}`,
        { next: "nothing was written; edit the manifest by hand, then run fleet plan", exit: 4 },
      );
    }
  }
}

/** Why an edit stands where it does, a line each. */
function whyThere(places: readonly string[], { desired }: ManifestSource): readonly string[] {
  return places.flatMap((place) => {
    const [, role] = /^role (.+)$/.exec(place) ?? [];
    if (role !== undefined) return [`written into role ${role}: these are all visors that have it`];
    const [, name] = /^visor (.+)$/.exec(place) ?? [];
    const roles = desired.visors.find((visor) => visor.name === name)?.roles ?? [];
    return roles.length === 0
      ? []
      : [
          `written at visor ${name ?? ""}: its roles ${roles.join(", ")} stay as they are for others`,
        ];
  });
}

function documentOf(
  file: string,
  outcome: "written" | "declined" | "unchanged",
  { places, diff }: { readonly places: readonly string[]; readonly diff: string },
): unknown {
  return { format: "fleet.skywire/edit/v1", file, outcome, places, diff };
}
