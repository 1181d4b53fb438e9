import { assert, FleetError, type Json } from "../../core/index.ts";
import { type Change, parseWhitelist, type SecretRef, splitArgs } from "../../model/index.ts";
import type { AppReading, WriteSession } from "../../skywire/visor/index.ts";
import { appAfter, changesArgs, isOfApp, parseLeafPath } from "../diff/index.ts";
import { plainText } from "./plain-text.ts";
import { revealSecrets } from "./read-back.ts";

/** What values need beside the changes they are made of. */
export interface WriteFacts {
  readonly secrets: ReadonlyMap<SecretRef, string>;
  /** Whitelists that may end empty, because they are written `anyone`. */
  readonly openToAnyone: readonly string[];
}

/**
 * Refuses to write a whitelist that changes would empty: others shortened it since the plan was made.
 * @throws FleetError apply/would-open
 */
export function assertNotOpened(
  path: string,
  keys: readonly string[],
  { openToAnyone }: WriteFacts,
): void {
  if (keys.length > 0 || openToAnyone.includes(path)) return;
  throw new FleetError(
    "apply/would-open",
    "not written: others shortened the list meanwhile, and what is left would be open to everybody",
    { next: "make the plan again" },
  );
}

/**
 * The argument list of one app after its changes, made from a fresh reading of the app.
 * @throws FleetError apply/would-open, plan/damaged
 */
export function argsAfter(
  app: Pick<AppReading, "name" | "binary" | "args">,
  changes: readonly Change[],
  facts: WriteFacts,
): readonly string[] {
  const own = changes.filter(({ path }) => isOfApp(path, app.name));
  // A plan that somebody wrote by hand must not come out as an option that is left away.
  for (const { after } of own.filter((change) => changesArgs(change) && !isArgs(change)))
    plainText(after);
  const { args, ...program } = appAfter(app, own, (value) => revealSecrets(value, facts.secrets));
  const whitelist = `apps.${app.name}.whitelist`;
  if (own.some(({ path }) => path === whitelist)) {
    const keys = splitArgs({ ...program, args }).typed.get("whitelist") ?? "";
    assertNotOpened(whitelist, parseWhitelist(keys), facts);
  }
  return args;
}

function isArgs({ path }: Change): boolean {
  return path.endsWith(".args");
}

/** The environment of an app as `NAME=value` elements, sorted by name. */
export function envAfter(
  change: Change,
  secrets: ReadonlyMap<SecretRef, string>,
): readonly string[] {
  const value = revealSecrets(change.after, secrets);
  assert(
    value !== null && typeof value === "object" && !Array.isArray(value),
    "an environment is a map",
  );
  return Object.entries(value)
    .map(([name, text]) => `${name}=${plainText(text ?? null)}`)
    .sort();
}

/**
 * The fields of one `SetConfigFields` call for a step. Lists are set-to values there, so each is read again on
 * the same connection first and only the elements of this step are added or taken away.
 */
export async function configFieldsOf(
  session: WriteSession,
  changes: readonly Change[],
  facts: WriteFacts,
): Promise<ReadonlyMap<string, { readonly value: Json; readonly changes: readonly Change[] }>> {
  const fields = new Map<string, { value: Json; changes: Change[] }>();
  const put = (path: string, value: Json, of: readonly Change[]): void => {
    fields.set(path, { value, changes: [...of] });
  };
  for (const [path, list] of groupLists(changes)) {
    const trust = await session.readTrust();
    const now =
      trust === undefined
        ? undefined
        : path === "trust.pty"
          ? trust.pty
          : path === "survey"
            ? trust.survey
            : trust.hypervisors;
    if (now === undefined) throw listGone(path);
    put(CONFIG_LISTS[path] ?? path, applyElements(now, list), list);
  }
  const needsApps = changes.some((change) => changesArgs(change));
  const apps = needsApps ? await session.readApps() : [];
  for (const app of apps) {
    const own = changes.filter((change) => changesArgs(change) && isOfApp(change.path, app.name));
    if (own.length > 0) put(`launcher.apps[${app.name}].args`, argsAfter(app, changes, facts), own);
  }
  for (const change of changes) {
    const leaf = parseLeafPath(change.path);
    if (leaf.section === "settings") put(leaf.setting, change.after, [change]);
    else if (leaf.section === "reward_address") put("reward_address", change.after, [change]);
    else if (leaf.section === "apps" && leaf.field === "auto_start") {
      put(`launcher.apps[${leaf.app}].auto_start`, change.after, [change]);
    } else if (leaf.section === "apps" && leaf.field === "binary") {
      put(`launcher.apps[${leaf.app}].binary`, change.after, [change]);
    } else if (leaf.section === "apps" && leaf.field === "env") {
      put(`launcher.apps[${leaf.app}].env`, [...envAfter(change, facts.secrets)], [change]);
    }
  }
  return fields;
}

function listGone(path: string): FleetError {
  return new FleetError(
    "apply/list-gone",
    `not written: ${path} could be read a moment ago and cannot any more`,
    {
      next: "run the same command again",
    },
  );
}

const CONFIG_LISTS: Readonly<Record<string, string>> = {
  "trust.hypervisors": "hypervisors",
  "trust.pty": "pty.whitelist",
  survey: "survey_whitelist",
};

function groupLists(changes: readonly Change[]): ReadonlyMap<string, readonly Change[]> {
  const lists = new Map<string, Change[]>();
  for (const change of changes) {
    if (CONFIG_LISTS[change.path] === undefined) continue;
    lists.set(change.path, [...(lists.get(change.path) ?? []), change]);
  }
  return lists;
}

function applyElements(now: readonly string[], changes: readonly Change[]): readonly string[] {
  const keys = new Set(now);
  for (const { element, after } of changes) {
    if (element === undefined) continue;
    if (after === true) keys.add(element);
    else keys.delete(element);
  }
  return [...keys].sort();
}
