// `fleet adopt --into FILE`: visors are added to a manifest that exists, and what it manages already never changes.
import {
  counted,
  defined,
  type ExitCode,
  FleetError,
  someOf,
  type VisorKey,
  visorKeyFault,
} from "../../core/index.ts";
import { adoptInto, type ChangedRecord, isManaged, selectVisors } from "../../manifest/index.ts";
import type { DesiredVisor } from "../../model/index.ts";
import type { AdoptRequest } from "./adopt.ts";
import { notFound } from "./adopt-new-file.ts";
import {
  type AdoptReport,
  PLAN_VIEW,
  printReport,
  type ReadVisor,
  readVisors,
  verifyAdopted,
} from "./adopt-report.ts";
import { type Candidate, findFleet, type FoundVisor } from "./find-fleet.ts";
import { listedKeys } from "./first-file.ts";
import type { ManifestSource } from "../manifest/manifest-source.ts";
import { reporterOf } from "../shell/screen.ts";
import {
  isToBeWritten,
  readEditable,
  showDifference,
  withText,
  writeText,
} from "../manifest/rewrite-manifest.ts";
import { wayInOf } from "../shell/way-in.ts";
import type { World } from "../shell/world.ts";

/** Adopts visors into a manifest that is there, shows the difference, and asks before it writes. */
export async function adoptIntoFile(request: AdoptRequest, world: World): Promise<ExitCode> {
  const { manifest: name, sections, open } = request;
  const read = await readEditable(name, "into", world);
  const { source } = read;
  const { visors, unread, managed } = await visorsFor(source, request, world);
  const report = { file: name, unread, managed } as const;
  const adopted = adoptInto({
    sections,
    open,
    text: read.text,
    file: name,
    visors,
    planView: PLAN_VIEW,
  });
  if (adopted.kind === "invalid") throw doesNotFit(name);
  if (adopted.kind === "would-change") throw wouldChange(adopted.changed);
  const { text, adoption } = adopted;
  const exit = unread.length > 0 ? 3 : 0;
  const finish = (more: Pick<AdoptReport, "outcome" | "diff">): void =>
    printReport({ ...report, adoption, ...more }, request.isJson, world);
  if (visors.length === 0) {
    finish({ outcome: "nothing-to-adopt" });
    return exit;
  }
  verifyAdopted(text, visors);
  const changed = await withText(read, text);
  const { diff } = changed;
  showDifference(changed, world);
  const question = `Write ${counted(visors.length, "visor")} into ${name}?`;
  if (!(await isToBeWritten(changed, request, world, question))) {
    finish({ outcome: "declined", diff });
    return 4;
  }
  await writeText(changed, world);
  finish({ outcome: "written", diff });
  return exit;
}

/** What is to be adopted, as far as it could be read. */
interface Chosen {
  readonly visors: readonly ReadVisor[];
  readonly unread: readonly FoundVisor[];
  /** Named, but managed already. */
  readonly managed: readonly string[];
}

/**
 * Without words: the visors that are found and that the manifest does not name. With words: those, and visors of
 * the manifest that own nothing yet.
 */
async function visorsFor(
  source: ManifestSource,
  request: AdoptRequest,
  world: World,
): Promise<Chosen> {
  const byKey = new Map(source.desired.visors.map((visor) => [visor.key, visor]));
  const words = wordsOf(request.words, source);
  const listed = await listedKeys(request, world);
  const wanted = [...(listed ?? []), ...words.candidates];
  const managed = wanted.filter(({ key }) => isKnownManaged(byKey.get(key)));
  const candidates: readonly Candidate[] = wanted
    .filter(({ key }) => !isKnownManaged(byKey.get(key)))
    .map((candidate) => withManifest(candidate, byKey.get(candidate.key)));
  const reporter = reporterOf(request, world);
  const find = async (looked: readonly Candidate[] | undefined): Promise<readonly FoundVisor[]> => {
    const { visors } = await reporter.during(looked?.length ?? 0, "visors", () =>
      findFleet({
        wayIn: wayInOf(request.access, world),
        world,
        listed: looked,
        ...(looked === undefined ? { without: new Set(byKey.keys()) } : {}),
        wants: { ports: request.sections.has("ports") },
        emit: reporter.emit,
      }),
    );
    return visors;
  };
  const keys = new Set<VisorKey>(candidates.map(({ key }) => key));
  const direct =
    candidates.length === 0 ? [] : (await find(candidates)).filter(({ key }) => keys.has(key));
  const isSearched = wanted.length === 0 || words.names.length > 0;
  const fresh = isSearched ? (await find(undefined)).filter(({ key }) => !byKey.has(key)) : [];
  const unknown = words.names.find((word) => !fresh.some(({ name }) => name === word));
  if (unknown !== undefined) throw notFound(unknown, fresh);
  const isNamed = ({ name, key }: FoundVisor): boolean =>
    !keys.has(key) && (words.names.length === 0 || words.names.includes(name));
  const chosen = [...direct, ...fresh.filter(isNamed)];
  return {
    visors: readVisors(chosen),
    unread: chosen.filter(({ seen }) => seen === undefined),
    managed: managed.map(({ key }) => byKey.get(key)?.name ?? key),
  };
}

/** Words taken apart: keys and visors of the manifest, and names that must be found. */
function wordsOf(
  words: readonly string[],
  { desired }: ManifestSource,
): { readonly candidates: readonly Candidate[]; readonly names: readonly string[] } {
  const candidates = new Map<VisorKey, Candidate>();
  const names: string[] = [];
  for (const word of words) {
    const key = visorKeyFault(word) === undefined ? (word.toLowerCase() as VisorKey) : undefined;
    const { visors } = selectVisors(word, desired, "VISOR");
    if (key !== undefined) candidates.set(key, { key });
    else if (visors.length === 0) names.push(word);
    else for (const visor of visors) candidates.set(visor.key, { key: visor.key });
  }
  return { candidates: [...candidates.values()], names };
}

function isKnownManaged(visor: DesiredVisor | undefined): boolean {
  return visor !== undefined && isManaged(visor);
}

/** The manifest knows how its visors are called and reached. */
function withManifest(candidate: Candidate, visor: DesiredVisor | undefined): Candidate {
  if (visor === undefined) return candidate;
  const { name, rpc } = visor;
  return { ...candidate, name, ...defined({ rpc }) };
}

/** The manifest was found good, so that what is not is our own text. */
function doesNotFit(name: string): FleetError {
  return new FleetError("cli/does-not-fit", `visors cannot be written into the layout of ${name}`, {
    next: "nothing was written; `fleet adopt --out OTHER` writes them to a file of their own",
    exit: 4,
  });
}

const NAMED_MAX = 5;

function wouldChange(changed: readonly ChangedRecord[]): FleetError {
  const places = changed.map(({ visor, path }) => `${visor} ${path}`);
  return new FleetError(
    "cli/would-change",
    `with the new visors these lists would hold more than now: ${someOf(places, NAMED_MAX)}`,
    {
      next: "a selection in them, such as all, takes new visors in: write their members by name first",
      exit: 4,
    },
  );
}
