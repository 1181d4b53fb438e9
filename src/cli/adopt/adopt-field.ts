// `fleet adopt VISOR/PATH`: single values that visors have now go into the manifest; no visor is written to.
import {
  forScreen,
  type LookRequest,
  lookRequestOf,
  type PlanRequest,
  planRequestOf,
} from "../plan/plan-request.ts";
import { canonicalJson, type ExitCode, FleetError, type VisorKey } from "../../core/index.ts";
import type { EditedManifest, ManifestEdit } from "../../manifest/index.ts";
import { changesOf, type DesiredVisor, type Plan, type SeenVisor } from "../../model/index.ts";
import { planText } from "../../view/index.ts";
import type { Given } from "../shell/arguments.ts";
import { checkCommit } from "../git/commit.ts";
import { editInTurn, writeEdited } from "../edit/edit-text.ts";
import { readEditable, type WriteRequest, writeRequestOf } from "../manifest/rewrite-manifest.ts";
import { liveEdits } from "../manifest/live-value.ts";
import { addressesOf, type Field, fieldsOf, fieldWord, isFieldWord } from "../manifest/fields.ts";
import { manifestRequestOf } from "../shell/kept-files.ts";
import {
  errPaint,
  outPaint,
  reporterOf,
  type ReportRequest,
  reportRequestOf,
} from "../shell/screen.ts";
import type { ManifestSource } from "../manifest/manifest-source.ts";
import { planRead } from "../plan/planning.ts";
import { readFleet, type ReadFleet } from "../plan/read-fleet.ts";
import type { World } from "../shell/world.ts";
import { usage } from "../shell/usage.ts";
import { errLine } from "../shell/print.ts";

/** Which values are adopted into which manifest, and how the plan of it is shown. */
export interface AdoptFieldsRequest extends PlanRequest, WriteRequest, ReportRequest {
  /** `VISOR/PATH` each. */
  readonly words: readonly string[];
  readonly open: boolean;
  readonly look: LookRequest;
}

/** Options of `fleet adopt` that single values have no use for. */
const OF_WHOLE_VISORS = ["sections", "out", "keys", "fleet", "operator"];

/**
 * Reads which values are adopted.
 * @throws FleetError cli/usage (exit 64), also where visors and fields are named side by side
 */
export function adoptFieldsRequestOf(given: Given, world: World): AdoptFieldsRequest {
  const { words } = given;
  refuseMixture(
    words,
    OF_WHOLE_VISORS.find((name) => given.text(name) !== undefined),
  );
  return {
    ...planRequestOf(given, world, manifestRequestOf(given, world, given.text("into"))),
    ...writeRequestOf(given),
    ...reportRequestOf(given),
    words,
    open: given.flag("open"),
    look: lookRequestOf(given),
  };
}

/**
 * Takes the live values of fields into the manifest: shows the difference of the text and the plan of what it comes
 * to, asks, writes. Visors are only read.
 */
export async function adoptFields(request: AdoptFieldsRequest, world: World): Promise<ExitCode> {
  const editable = await readEditable(request.manifest, "into", world);
  const { source } = editable;
  await checkCommit(source.path, request);
  const fields = await fieldsOf(request.words, source.desired);
  const keys = new Set(addressesOf(fields).map(({ visor }) => visor));
  const selected = source.desired.visors.filter(({ key }) => keys.has(key));
  const read = await readFleet(request, world, reporterOf(request, world), {
    handed: { source, selected },
  });
  const edits = editsOf(fields, read, request.open);
  const text = await editInTurn(editable, edits, world);
  if (text.isEdited) showPlan(text.edited, { fields, read }, request, world);
  const words = { line: ["adopt", ...request.words], visors: "No visor was written to." };
  return await writeEdited(text, words, request, world);
}

/** @throws FleetError cli/adopt-field (exit 4) when the edited manifest still wants something else */
function showPlan(
  edited: EditedManifest,
  { fields, read }: { readonly fields: readonly Field[]; readonly read: ReadFleet },
  request: AdoptFieldsRequest,
  world: World,
): void {
  const { isJson, look } = request;
  const plan = planAfter(edited, read, request);
  refuseLeftOver(fields, plan);
  for (const line of whyThere(edited.places, read.source)) errLine(world, line);
  // There is no commit to judge yet: what nobody looked at is no finding about it.
  const refusals = plan.refusals.filter(({ guard }) => guard !== "signed-commits");
  const shown = { ...plan, refusals };
  if (isJson) world.terminal.err(planText(shown, errPaint(world)));
  else world.terminal.out(forScreen(planText(shown, outPaint(world)), look, world));
  const { name } = read.source;
  if (refusals.length < plan.refusals.length) {
    errLine(
      world,
      `note: policy.signed_commits lets \`fleet apply\` take this once it is committed with a signature; here ${name} is only edited`,
    );
  }
  if (refusals.length > 0) {
    errLine(
      world,
      `note: what is refused above refuses \`fleet apply\` of the edited manifest; adopting edits ${name} and writes to no visor`,
    );
  }
}

/** @throws FleetError cli/usage (exit 64) where visors and fields are named side by side */
function refuseMixture(words: readonly string[], foreign: string | undefined): void {
  const visor = words.find((word) => !isFieldWord(word));
  if (visor !== undefined) {
    throw usage(
      `${JSON.stringify(visor)} names a visor, and other words name single values`,
      "adopt visors and values one after the other",
    );
  }
  if (foreign === undefined) return;
  throw usage(
    `--${foreign} is about whole visors, and the words name single values`,
    "leave it out; --into FILE names the manifest",
  );
}

/** The edits that make the manifest want what was read. */
function editsOf(fields: readonly Field[], read: ReadFleet, open: boolean): readonly LiveEdit[] {
  const seen = seenVisors(read);
  const { keyNames: names } = read.source.desired;
  return fields.flatMap(({ visors, path }) => alike(visors, path, { seen, open, names }));
}

/** One edit, and the visors it is made for. */
interface LiveEdit {
  readonly edit: ManifestEdit;
  readonly visors: readonly VisorKey[];
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

/** Visors that show the same are edited together, so that a role which they alone have can say it. */
function alike(
  visors: readonly DesiredVisor[],
  path: string,
  live: {
    readonly seen: ReadonlyMap<VisorKey, SeenVisor>;
    readonly open: boolean;
    readonly names: ReadonlyMap<string, string>;
  },
): readonly LiveEdit[] {
  const groups = new Map<string, { edits: readonly ManifestEdit[]; visors: VisorKey[] }>();
  for (const desired of visors) {
    const seen = live.seen.get(desired.key);
    if (seen === undefined) continue;
    const edits = liveEdits({ desired, path, ...live, seen });
    const like = JSON.stringify(edits);
    const group = groups.get(like) ?? { edits, visors: [] };
    group.visors.push(desired.key);
    groups.set(like, group);
  }
  return [...groups.values()].flatMap((group) =>
    group.edits.map((edit) => ({ edit, visors: group.visors })),
  );
}

function planAfter(edited: EditedManifest, read: ReadFleet, planned: PlanRequest): Plan {
  const keys = new Set(read.selected.map(({ key }) => key));
  return planRead(
    {
      ...read,
      source: { ...read.source, desired: edited.desired, isUnsaved: true },
      selected: edited.desired.visors.filter(({ key }) => keys.has(key)),
      observation: sameOrder(edited, read),
    },
    planned,
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
