// `fleet adopt` where there is no manifest yet: it writes a new file and never overwrites one.
import { resolve } from "node:path";
import { type ExitCode, FleetError, utf8 } from "../../core/index.ts";
import { adoptFleet } from "../../manifest/index.ts";
import type { AdoptRequest } from "./adopt.ts";
import { PLAN_VIEW, printReport, readVisors, verifyAdopted } from "./adopt-report.ts";
import { findFleet, type FoundFleet, type FoundVisor, tellStrangers } from "./find-fleet.ts";
import { listedKeys, operatorsOf, SAVED_SCHEMA, saveSchema, unreadOf } from "./first-file.ts";
import { findOperator } from "../ledger/operator.ts";
import { reporterOf } from "../shell/screen.ts";
import { wayInOf } from "../shell/way-in.ts";
import type { World } from "../shell/world.ts";

/** Adopts visors into a manifest that is not there yet. */
export async function adoptNewFile(request: AdoptRequest, world: World): Promise<ExitCode> {
  const { manifest: name, sections, open } = request;
  const path = resolve(world.folder, name);
  if ((await world.files.stat(path)) !== undefined) throw fileExists(name);
  const operator = await findOperator(request.keyFile, world);
  const found = await readFleet(request, world);
  const chosen = chosenVisors(found, request.words);
  const visors = readVisors(chosen);
  const unread = chosen.filter((visor) => visor.seen === undefined);
  const { text, adoption } = adoptFleet({
    sections,
    open,
    visors,
    planView: PLAN_VIEW,
    fleet: request.fleet,
    controllers: [found.local],
    unread: unreadOf(chosen),
    schemaPath: `./${SAVED_SCHEMA}`,
    operators: operatorsOf(request, operator),
  });
  verifyAdopted(text, visors);
  await world.files.create(path, utf8(text), { mode: 0o644 });
  await saveSchema(path, world);
  tellStrangers(found.strangers, world);
  printReport(
    { file: name, adoption, unread, managed: [], outcome: "written" },
    request.isJson,
    world,
  );
  world.terminal.err("next: read it, then `fleet plan` (it is empty)\n");
  return unread.length > 0 ? 3 : 0;
}

async function readFleet(request: AdoptRequest, world: World): Promise<FoundFleet> {
  const listed = await listedKeys(request, world);
  const reporter = reporterOf(request, world);
  return await reporter.during(listed?.length ?? 0, "visors", () =>
    findFleet({
      wayIn: wayInOf(request.access, world),
      world,
      listed,
      wants: { ports: request.sections.has("ports") },
      emit: reporter.emit,
    }),
  );
}

/** All that were found, or those that are named by name or key. */
function chosenVisors(found: FoundFleet, words: readonly string[]): readonly FoundVisor[] {
  if (words.length === 0) return found.visors;
  const is = (word: string, { name, key }: FoundVisor): boolean =>
    name === word || key === word.toLowerCase();
  const unknown = words.find((word) => !found.visors.some((visor) => is(word, visor)));
  if (unknown !== undefined) throw notFound(unknown, found.visors);
  return found.visors.filter((visor) => words.some((word) => is(word, visor)));
}

const NAMED_MAX = 12;

/** The error for a word that is no visor that was found. */
export function notFound(word: string, visors: readonly FoundVisor[]): FleetError {
  const names = visors.slice(0, NAMED_MAX).map(({ name }) => name);
  const more = visors.length > NAMED_MAX ? ", …" : "";
  return new FleetError("cli/unknown-visor", `no visor ${JSON.stringify(word)} was found`, {
    next:
      names.length === 0
        ? "give its key"
        : `found were ${names.join(", ")}${more}; give the key of another`,
    exit: 64,
  });
}

function fileExists(name: string): FleetError {
  return new FleetError("cli/exists", `${name} exists already`, {
    next: `\`fleet adopt --into ${name}\` adds to it, or name another file with --out`,
    exit: 64,
  });
}
