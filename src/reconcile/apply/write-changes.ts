// Writes the changes of a step in the order that keeps an app from starting with half of them, and collects what is said of each.
import { assert, defined, FleetError, type Json, parseVisorKey } from "../../core/index.ts";
import {
  type Change,
  changeKey,
  isTrustField,
  MASK,
  type Outcome,
  parseWhitelist,
  type PlanStep,
  type SecretRef,
  splitArgs,
  STEPS,
} from "../../model/index.ts";
import type { WriteSession } from "../../skywire/visor/index.ts";
import { changesArgs, parseFieldPath } from "../diff/index.ts";
import type { VisorReport } from "./apply-plan.ts";
import { argsAfter, envAfter, plainText, type WriteFacts } from "./config-fields.ts";
import type { WriteNotes } from "./read-back.ts";
import { writeConfigFields, writePorts } from "./write-fields.ts";

// Writes the changes of a step in the order that keeps an app from starting with half of them.

/**
 * Writes the changes of the steps configure and revoke in a fixed order: apps are added first; then everything that one
 * `SetConfigFields` takes; then what apps run with and whom they serve; then other older setters, so that no app
 * is told to start with the visor before its whitelist is there; then ports; apps are deleted last.
 */
export async function writeChanges(
  session: WriteSession,
  changes: readonly Change[],
  facts: WriteFacts,
): Promise<WriteNotes> {
  const book = new Notebook(facts.secrets.values());
  const by = (method: string): readonly Change[] =>
    changes.filter((change) => change.method === method);
  for (const change of by("AddApp")) {
    const { app } = appLeaf(change);
    await book.attempt([change], () => session.addApp(app, change.binary ?? app));
  }
  await writeConfigFields(session, by("SetConfigFields"), facts, book);
  await writeArgs(session, by("SetAppArgs"), facts, book);
  await writeWhitelists(session, by("SetAppWhitelist"), facts, book);
  for (const change of changes) {
    const write = olderSetter(session, change, facts.secrets);
    if (write === undefined) continue;
    if (isHeldBack(change, changes, book)) book.note([change], HELD_BACK);
    else await book.attempt([change], write);
  }
  await writePorts(session, changes, facts, book);
  for (const change of by("DeleteApp")) {
    await book.attempt([change], () => session.deleteApp(appLeaf(change).app));
  }
  return book;
}

const HELD_BACK = "not written, because something else of this app could not be written";

/** An app is not told to start with the visor when it would start with something else than was wanted. */
function isHeldBack(change: Change, changes: readonly Change[], book: WriteNotes): boolean {
  if (change.method !== "SetAutoStart" || change.after !== true) return false;
  const prefix = `apps.${appLeaf(change).app}.`;
  return changes.some((other) => other.path.startsWith(prefix) && book.notes.has(changeKey(other)));
}

async function writeArgs(
  session: WriteSession,
  changes: readonly Change[],
  facts: WriteFacts,
  book: Notebook,
): Promise<void> {
  if (!changes.some(changesArgs)) return;
  await book.attempt(changes, async () => {
    for (const app of await session.readApps()) {
      const own = changes.filter((change) => appLeaf(change).app === app.name);
      if (own.length === 0) continue;
      await book.attempt(own, () => session.setAppArgs(app.name, argsAfter(app, own, facts)));
    }
  });
}

async function writeWhitelists(
  session: WriteSession,
  changes: readonly Change[],
  facts: WriteFacts,
  book: Notebook,
): Promise<void> {
  if (changes.length === 0) return;
  await book.attempt(changes, async () => {
    for (const app of await session.readApps()) {
      const own = changes.filter((change) => appLeaf(change).app === app.name);
      if (own.length === 0) continue;
      const args = argsAfter(app, own, facts);
      const text = splitArgs({ ...app, args }).typed.get("whitelist") ?? "";
      const keys = parseWhitelist(text).map(parseVisorKey);
      await book.attempt(own, () => session.setAppWhitelist(app.name, keys));
    }
  });
}

/** The call that one of the older setters makes for a change; `undefined` for methods that others handle. */
function olderSetter(
  session: WriteSession,
  change: Change,
  secrets: ReadonlyMap<SecretRef, string>,
): (() => Promise<void>) | undefined {
  const { after, element } = change;
  switch (change.method) {
    case "AddHypervisor":
      return () => session.addHypervisor(parseVisorKey(element ?? ""));
    case "RemoveHypervisor":
      return () => session.removeHypervisor(parseVisorKey(element ?? ""));
    case "SetMinHops":
      return () => session.setMinHops(numberOf(after));
    case "SetCalculateRoutes":
      return () => session.setCalculateRoutes(after === true);
    case "SetPublicAutoconnect":
      return () => session.setPublicAutoconnect(after === true);
    case "SetIsPublic":
      return () => session.setIsPublic(after === true);
    case "SetRewardAddress":
      return () => session.setRewardAddress(plainText(after));
    case "DeleteRewardAddress":
      return () => session.deleteRewardAddress();
    default:
      return appSetter(session, change, secrets);
  }
}

function appSetter(
  session: WriteSession,
  change: Change,
  secrets: ReadonlyMap<SecretRef, string>,
): (() => Promise<void>) | undefined {
  const { after } = change;
  const text = (): string => plainText(after);
  switch (change.method) {
    case "SetAutoStart":
      return () => session.setAutoStart(appLeaf(change).app, after === true);
    case "SetAppLauncherMode":
      return () => session.setAppLauncherMode(appLeaf(change).app, text());
    case "SetAppEnvFull":
      return () => session.setAppEnvFull(appLeaf(change).app, envAfter(change, secrets));
    case "SetAppPK":
      return () => session.setAppPk(appLeaf(change).app, parseVisorKey(text()));
    case "SetAppNetworkInterface":
      return () => session.setAppNetworkInterface(appLeaf(change).app, text());
    case "SetAppAddress":
      return () => session.setAppAddress(appLeaf(change).app, text());
    case "SetAppDNS":
      return () => session.setAppDns(appLeaf(change).app, text());
    default:
      return undefined;
  }
}

function numberOf(value: Json): number {
  assert(typeof value === "number", "the manifest checked that this setting is a number");
  return value;
}

function appLeaf(change: Change): { readonly app: string } {
  const field = parseFieldPath(change.path);
  assert(field.section === "apps", "an app method writes an app field");
  return field;
}

// Collects what is said of changes while a step is written: errors, refusals, what waits for a restart.

/** Collects what is said of changes while a step is written. */
export class Notebook implements WriteNotes {
  readonly notes: Map<string, string> = new Map();
  readonly unsupported: Set<string> = new Set();
  readonly afterRestart: Set<string> = new Set();
  /** Changes of which the visor itself said no, so that nothing was done. */
  readonly refused: Set<string> = new Set();

  readonly #secrets: readonly string[];

  /** `secrets` are values that no note may hold: a visor may give back what it was sent. */
  constructor(secrets: Iterable<string> = []) {
    this.#secrets = [...secrets].flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  }

  note(changes: readonly Change[], text: string): void {
    let safe = text;
    for (const secret of this.#secrets) safe = safe.replaceAll(secret, MASK);
    for (const change of changes) this.notes.set(changeKey(change), safe);
  }

  /**
   * Runs one write; whatever the world did is noted on its changes and stops nothing, since reading back decides
   * and every intent gets its receipt. Only our own bugs go through.
   */
  async attempt(changes: readonly Change[], write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (!(error instanceof FleetError)) throw error;
      this.note(changes, withWayOut(causeText(error)));
      if (error.code === "visor/refused") {
        for (const change of changes) this.refused.add(changeKey(change));
      }
      if (error.code === "visor/no-method") {
        for (const change of changes) this.unsupported.add(changeKey(change));
      }
    }
  }
}

/** What visors say, and what helps. Source: api_hypervisors.go, api_proxies.go. */
const WAYS_OUT: readonly (readonly [RegExp, string])[] = [
  [
    /already connected to hypervisor/,
    "it is connected to that hypervisor though its list lacks it: restart the visor, then apply again",
  ],
  [/DMSG client not running/, "apply again once the visor's dmsg client runs"],
  [
    /resolver not initialized/,
    "the visor started without this proxy: restart it, then apply again",
  ],
];

function withWayOut(text: string): string {
  const way = WAYS_OUT.find(([said]) => said.test(text))?.[1];
  return way === undefined ? text : `${text}; ${way}`;
}

function causeText(error: FleetError): string {
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

// What is said of the changes of a step, and what follows from it for the steps behind.

/** What became of one change, and in which step. */
export type StepOutcome = VisorReport["outcomes"][number];

/** Says the same of every change of a step. */
export function sameOutcome(
  step: Pick<PlanStep, "letter" | "changes">,
  outcome: Outcome["outcome"],
  note: string,
): readonly StepOutcome[] {
  return step.changes.map((change) => ({
    ...outcomeBase(change),
    outcome,
    note,
    step: step.letter,
  }));
}

/** The part of an outcome that names its change. */
export function outcomeBase(change: Change): Pick<Outcome, "path" | "element"> {
  return {
    path: change.path,
    ...defined({ element: change.element }),
  };
}

/** True for a change of who may manage a visor, or copy files to it. */
export function isTrust({ path }: Pick<Outcome, "path">): boolean {
  return isTrustField(path);
}

/** True for what was seen on the visor, in force now or after its restart. */
export function isGood({ outcome }: Pick<Outcome, "outcome">): boolean {
  return outcome === "done" || outcome === "done-after-restart";
}

/** A visor on which nothing was begun, because it moved or cannot be reached, is no failed trust step. */
export function isFailed(outcome: StepOutcome, isBegun: boolean): boolean {
  const isUntouched = outcome.outcome === "stale" || outcome.outcome === "unreachable";
  return !isGood(outcome) && (isBegun || !isUntouched);
}

/** Trust is taken away only after the step configure was read back and everything in it that adds trust was seen. */
export function isUnsure(outcome: StepOutcome): boolean {
  return (
    outcome.step === STEPS.configure &&
    (outcome.outcome === "unverified" || (isTrust(outcome) && !isGood(outcome)))
  );
}
