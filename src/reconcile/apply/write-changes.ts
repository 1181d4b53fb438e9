// Writes the changes of a step in the order that keeps an app from starting with half of them.
import { assert, type Json, parseVisorKey } from "../../core/index.ts";
import {
  type Change,
  changeKey,
  parseWhitelist,
  type SecretRef,
  splitArgs,
} from "../../model/index.ts";
import type { WriteSession } from "../../skywire/visor/index.ts";
import { changesArgs, parseLeafPath } from "../diff/index.ts";
import { argsAfter, envAfter, type WriteFacts } from "./config-fields.ts";
import { Notebook } from "./notebook.ts";
import { plainText } from "./plain-text.ts";
import type { WriteNotes } from "./read-back.ts";
import { writeConfigFields } from "./write-fields.ts";
import { writePorts } from "./write-ports.ts";

/**
 * Writes the changes of a step (a) or (c) in a fixed order: apps are added first; then everything that one
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
  const leaf = parseLeafPath(change.path);
  assert(leaf.section === "apps", "an app method writes an app leaf");
  return leaf;
}
