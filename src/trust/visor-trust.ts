// Who one visor lets in, by each of its lists: as a manifest wants it, as it was seen, and as it is once changes were made.
import { defined, type VisorKey } from "../core/index.ts";
import {
  ACCESS_PATHS,
  type AccessPath,
  type Change,
  type DesiredField,
  type DesiredVisor,
  exitOf,
  type ObservedVisor,
  OWN_FIELDS,
  parseWhitelist,
  type SeenVisor,
  splitArgs,
} from "../model/index.ts";

/** A list of keys of a visor, but those of apps and ports. */
export type KeyListPath = AccessPath | "survey";

/** The lists of a visor, in the order in which they are told. */
export const TRUST_LISTS: readonly KeyListPath[] = [...ACCESS_PATHS, "survey"];

/** Why it is not known who stands in a list. */
export type UnknownList = "not-owned" | "not-whole" | "not-read" | "not-shown" | "not-looked-at";

/** Who stands in a list, as far as it is known. The visor's own key never does. */
export interface ListOfKeys {
  /** Sorted. */
  readonly keys: readonly string[];
  /** Why there may be others; absent when these are all. */
  readonly open?: UnknownList;
}

/** Who may use an exit or a served port of a visor. */
export interface Use {
  /** `apps.NAME` or `ports.N`. */
  readonly path: string;
  /** `anyone`: an empty whitelist lets everybody in. */
  readonly who: ListOfKeys | "anyone";
  /** The app does not run now: its whitelist counts once it does. */
  readonly isIdle?: true;
}

/** Who one visor lets in. */
export interface VisorTrust {
  readonly key: VisorKey;
  readonly lists: Readonly<Record<KeyListPath, ListOfKeys>>;
  /** `pty.allow_rpc_exec`: whoever calls its RPC runs commands by it. Absent where it is not known. */
  readonly rpcRunsCommands?: boolean;
  readonly uses: readonly Use[];
  /** Names of its apps whose users nobody can tell: they are no exits that are known here. */
  readonly otherApps?: readonly string[];
  /** Why uses are not all known; absent when they are. */
  readonly usesOpen?: UnknownList;
}

/** Who a visor lets in by what a manifest owns of it; of a list that it does not own nothing is known. */
export function trustWanted({ key, leaves }: DesiredVisor): VisorTrust {
  const rpc = leaves.get("trust.allow_rpc_exec");
  const uses = [...leaves.values()].flatMap((field) => useWanted(field));
  return {
    key,
    lists: listsBy((path) => listWanted(leaves.get(path), key)),
    ...(rpc?.kind === "value" ? { rpcRunsCommands: rpc.value === true } : {}),
    uses,
    usesOpen: "not-owned",
  };
}

/** Who a visor lets in by what it shows. */
export function trustSeen(observed: ObservedVisor): VisorTrust {
  if (observed.kind !== "seen") return trustUnknown(observed.key, "not-read");
  const { key, kept, allowRpcExec, ports } = observed;
  return {
    key,
    lists: listsBy((path) => listSeen(observed, path)),
    ...defined({ rpcRunsCommands: allowRpcExec }),
    uses: kept === undefined ? [...exitsSeen(observed), ...portsSeen(observed)] : [],
    ...(kept === undefined ? { otherApps: otherAppsSeen(observed) } : {}),
    ...(kept !== undefined || ports === undefined ? { usesOpen: "not-shown" as const } : {}),
  };
}

/** A visor of which nothing is known, such as one that a selection leaves out. */
export function trustUnknown(key: VisorKey, why: UnknownList = "not-looked-at"): VisorTrust {
  return { key, lists: listsBy(() => ({ keys: [], open: why })), uses: [], usesOpen: why };
}

/**
 * Who a visor lets in once changes were made: those of lists that are known, and keys that are put into others. What is in force
 * after a restart only counts as made.
 */
export function trustAfter(trust: VisorTrust, changes: readonly Change[]): VisorTrust {
  if (changes.length === 0) return trust;
  const lists = listsBy((path) =>
    listAfter(
      trust.lists[path],
      changes.filter((change) => change.path === path),
      trust.key,
    ),
  );
  const rpc = changes.findLast(({ path }) => path === "trust.allow_rpc_exec");
  const closed = new Set(changes.flatMap((change) => pathGone(change) ?? []));
  const uses = [...trust.uses, ...openedBy(changes, trust)]
    .filter(({ path }) => !closed.has(path))
    .map((use) => ({
      ...use,
      who: whoAfter(
        use.who,
        changes.filter(({ path }) => path === `${use.path}.whitelist`),
      ),
    }));
  return {
    ...trust,
    lists,
    ...(rpc === undefined ? {} : { rpcRunsCommands: rpc.after === true }),
    uses,
  };
}

/** `apps.NAME` or `ports.N` that a change takes away. */
function pathGone({ path, after }: Change): string | undefined {
  const found = /^(apps\..+)\.present$|^(ports\.\d+)\.open$/.exec(path);
  return found === null || after !== false ? undefined : (found[1] ?? found[2]);
}

/** Ports and exits that changes open: before their keys are added anybody may use them. */
function openedBy(changes: readonly Change[], { uses }: VisorTrust): readonly Use[] {
  return changes.flatMap(({ path, after, binary = "" }): readonly Use[] => {
    const [, app, port] = /^apps\.(.+)\.present$|^(ports\.\d+)\.open$/.exec(path) ?? [];
    const isExit = app !== undefined && exitOf({ name: app, binary, args: [] }) !== undefined;
    const opened = port ?? (isExit ? `apps.${app}` : undefined);
    if (opened === undefined || after !== true || uses.some((use) => use.path === opened))
      return [];
    return [{ path: opened, who: "anyone" }];
  });
}

function listsBy(
  make: (path: KeyListPath) => ListOfKeys,
): Readonly<Record<KeyListPath, ListOfKeys>> {
  return {
    "trust.hypervisors": make("trust.hypervisors"),
    "trust.pty": make("trust.pty"),
    "trust.dmsgscp": make("trust.dmsgscp"),
    survey: make("survey"),
  };
}

function listWanted(field: DesiredField | undefined, self: VisorKey): ListOfKeys {
  if (field?.kind !== "set") return { keys: [], open: "not-owned" };
  const keys = sorted(
    field.members.map(({ value }) => value),
    self,
  );
  return field.exact ? { keys } : { keys, open: "not-whole" };
}

function listSeen(seen: SeenVisor, path: KeyListPath): ListOfKeys {
  const kept = seen.kept?.get(path);
  if (kept?.kind === "set") return { keys: sorted(kept.elements, seen.key) };
  const keys = seen[OWN_FIELDS[path].seen];
  return keys === undefined ? { keys: [], open: "not-shown" } : { keys: sorted(keys, seen.key) };
}

function useWanted(field: DesiredField): readonly Use[] {
  const path = /^(apps\..+|ports\.\d+)\.whitelist$/.exec(field.path)?.[1];
  if (path === undefined || field.kind !== "set") return [];
  if (field.anyone === true) return [{ path, who: "anyone" }];
  const keys = sorted(field.members.map(({ value }) => value));
  return [{ path, who: field.exact ? { keys } : { keys, open: "not-whole" } }];
}

function exitsSeen({ apps }: SeenVisor): readonly Use[] {
  return apps.flatMap(({ name, binary, raw, running }) => {
    const run = { name, binary, args: raw.open().args };
    const exit = exitOf(run);
    if (exit === undefined) return [];
    const use = { path: `apps.${name}`, ...(running ? {} : { isIdle: true as const }) };
    if (!exit.takesWhitelist) return [{ ...use, who: { keys: [], open: "not-shown" as const } }];
    return [{ ...use, who: whoOf(parseWhitelist(splitArgs(run).typed.get("whitelist") ?? "")) }];
  });
}

function otherAppsSeen({ apps }: SeenVisor): readonly string[] {
  return apps.flatMap(({ name, binary, raw }) =>
    exitOf({ name, binary, args: raw.open().args }) === undefined ? [name] : [],
  );
}

function portsSeen({ ports = [] }: SeenVisor): readonly Use[] {
  return ports.map(({ port, whitelist }) => ({ path: `ports.${port}`, who: whoOf(whitelist) }));
}

function whoOf(keys: readonly string[]): Use["who"] {
  return keys.length === 0 ? "anyone" : { keys: sorted(keys) };
}

function listAfter(list: ListOfKeys, changes: readonly Change[], self?: VisorKey): ListOfKeys {
  const keys = new Set(list.keys);
  for (const { element, op } of changes) {
    if (element === undefined) continue;
    if (op === "remove") keys.delete(element);
    else keys.add(element);
  }
  return { ...list, keys: sorted([...keys], self) };
}

/** A visor's own key stays here: alone in a whitelist it keeps everybody else out. */
function whoAfter(who: Use["who"], changes: readonly Change[]): Use["who"] {
  if (changes.length === 0) return who;
  const after = listAfter(who === "anyone" ? { keys: [] } : who, changes);
  return after.keys.length === 0 && after.open === undefined ? "anyone" : after;
}

function sorted(keys: readonly string[], self?: VisorKey): readonly string[] {
  return [...new Set(keys)].filter((key) => key !== self).sort();
}
