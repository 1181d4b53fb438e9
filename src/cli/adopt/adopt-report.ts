// The proof that a manifest made from visors has an empty plan, and what people are told of the adoption.
import { BugError, counted, defined, utf8 } from "../../core/index.ts";
import { type Adoption, type PlanView, loadManifest } from "../../manifest/index.ts";
import type { SeenVisor } from "../../model/index.ts";
import { diffVisor, observedFieldAt } from "../../reconcile/index.ts";
import { unreadText } from "../../view/index.ts";
import { type FoundVisor, inNameOrder } from "./find-fleet.ts";
import { errLine, outLine, printJson } from "../shell/print.ts";
import type { World } from "../shell/world.ts";

/** How plans look at what visors show. */
export const PLAN_VIEW: PlanView = {
  observedFieldAt,
  isInSync: (desired, seen) => {
    const { changes, unsupported, notCompared } = diffVisor(desired, seen, undefined);
    return changes.length === 0 && unsupported.length === 0 && notCompared.length === 0;
  },
};

/** A visor that answered. */
export interface ReadVisor {
  readonly name: string;
  readonly seen: SeenVisor;
}

/** The visors that answered, by name. */
export function readVisors(found: readonly FoundVisor[]): readonly ReadVisor[] {
  return inNameOrder(found).flatMap(({ name, seen }) =>
    seen === undefined ? [] : [{ name, seen }],
  );
}

/**
 * Makes sure that what is about to be written changes nothing on the visors it was made of.
 * @throws BugError when it would
 */
export function verifyAdopted(text: string, visors: readonly ReadVisor[]): void {
  const { desired, diagnostics } = loadManifest(utf8(text), "adopted");
  const [fault] = diagnostics;
  if (desired === undefined) {
    throw new BugError(
      `an adopted manifest is refused: ${fault?.code ?? ""} line ${fault?.at?.line ?? 0}`,
    );
  }
  const byKey = new Map(desired.visors.map((visor) => [visor.key, visor]));
  for (const { name, seen } of visors) {
    const visor = byKey.get(seen.key);
    if (visor === undefined || !PLAN_VIEW.isInSync(visor, seen)) {
      throw new BugError(`an adopted manifest would change ${name}`);
    }
  }
}

/** What became of an adoption, for people or as a document. */
export interface AdoptReport {
  readonly file: string;
  readonly adoption: Adoption;
  readonly unread: readonly FoundVisor[];
  /** Visors that were named and are managed already. */
  readonly managed: readonly string[];
  readonly outcome: "written" | "declined" | "nothing-to-adopt";
  /** The difference of the texts, for a file that was there before. */
  readonly diff?: string;
}

/** Prints a report: the closing line on standard output, what to know before it on standard error. */
export function printReport(report: AdoptReport, isJson: boolean, world: World): void {
  tellUnread(report.unread, world);
  if (report.managed.length > 0) {
    errLine(world, `left as they are, managed already: ${report.managed.join(", ")}`);
  }
  for (const { about } of report.adoption.roles) errLine(world, about);
  tellRemarks(report.adoption, world);
  if (isJson) printJson(world, documentOf(report));
  else outLine(world, closingLine(report));
}

/** Says on standard error which visors could not be read, and why. */
export function tellUnread(visors: readonly FoundVisor[], world: World): void {
  const unread = inNameOrder(visors).flatMap(({ name, unread: about }) =>
    about === undefined ? [] : [{ name, why: about.why }],
  );
  world.terminal.err(unreadText(unread));
}

/** Says on standard error that the file has comments about what was left out, where it has. */
export function tellRemarks({ visors }: Adoption, world: World): void {
  const remarks = visors.reduce((sum, { notes }) => sum + notes.length, 0);
  if (remarks === 0) return;
  errLine(
    world,
    `${counted(remarks, "remark stands", "remarks stand")} in the file: what was left out, and why`,
  );
}

function closingLine({ file, adoption, unread, outcome }: AdoptReport): string {
  if (outcome === "nothing-to-adopt") return `Nothing to adopt: ${file} is as it was.`;
  if (outcome === "declined") return `Declined: nothing was written, ${file} is as it was.`;
  const owned = adoption.visors.reduce((sum, visor) => sum + visor.owned, 0);
  const notRead = unread.length === 0 ? "" : `, ${unread.length} not readable`;
  const [visors, roles] = [adoption.visors.length, adoption.roles.length];
  return `Wrote ${file}: ${counted(visors, "visor")} adopted with ${counted(owned, "value")}, ${counted(roles, "new role")}${notRead}.`;
}

function documentOf({ file, adoption, unread, managed, outcome, diff }: AdoptReport): unknown {
  return {
    file,
    outcome,
    visors: adoption.visors.map(({ name, key, roles, owned, notes }) => ({
      name,
      key,
      roles,
      owned,
      leftOut: notes,
    })),
    roles: adoption.roles.map(({ name, visors, values, about }) => ({
      name,
      visors,
      values,
      about,
    })),
    whitelists: adoption.whitelists.map(({ name, members }) => ({ name, members })),
    keys: adoption.keys.map(({ name, key }) => ({ name, key })),
    unread: unread.map(({ name, key, unread: about }) => ({
      name,
      key,
      why: about?.why,
      next: about?.next,
    })),
    managed,
    ...defined({ diff }),
  };
}
