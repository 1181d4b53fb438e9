// No exit opens to everybody unless the manifest says so, whatever it is called and whichever change opens it.
import type { VisorKey } from "../../../core/index.ts";
import {
  type AppProgram,
  type Change,
  type Exit,
  exitOf,
  isKeptRunning,
  type ObservedApp,
  parseWhitelist,
  programOf,
  type Refusal,
  type SeenVisor,
  splitArgs,
} from "../../../model/index.ts";
import { appAfter, foundAt, parseLeafPath, writerOf } from "../../diff/index.ts";

/** What the guards of open lists look at: one visor as it is seen, and the changes that are still to come. */
export interface OpenListsInput {
  readonly visor: VisorKey;
  readonly name: string;
  readonly seen: SeenVisor;
  readonly changes: readonly Change[];
  /** Owned whitelists that are written `anyone`. */
  readonly openToAnyone: readonly string[];
}

/**
 * Refuses to start an exit, now or with the visor, that would serve everybody without the manifest saying so, and to
 * make one of an app that runs or will. What counts is what would really run once all changes are written, and only
 * keys that it reads: a wanted key that this release or this program cannot take protects nothing.
 */
export function checkOpenExits(input: OpenListsInput): readonly Refusal[] {
  const apps = new Set(input.changes.flatMap(({ path }) => appNameOf(path) ?? []));
  return [...apps].flatMap((name) => {
    const app = input.seen.apps.find((candidate) => candidate.name === name);
    const before = app === undefined ? undefined : { ...app, args: app.raw.open().args };
    const after = appAfter(before ?? { name, binary: "", args: [] }, input.changes);
    const exit = exitOf(after);
    const own = input.changes.filter(({ path }) => appNameOf(path) === name);
    const starts = own.filter(startsApp);
    if (exit === undefined && app?.argsUnknown === true)
      return unknownExit(input, app, own, starts);
    if (exit === undefined || !isOpen(input, after, exit)) return [];
    if (starts.length > 0) return starts.map((change) => refusal(input, after, exit, change));
    const [made] = own.filter(({ action }) => action === undefined);
    if (app === undefined || before === undefined || made === undefined) return [];
    const wasOpen = exitOf(before) !== undefined && isOpen({ ...input, changes: [] }, before, exit);
    return !wasOpen && willRun(app, own) ? [refusal(input, after, exit, made)] : [];
  });
}

function appNameOf(path: string): string | undefined {
  const leaf = parseLeafPath(path);
  return leaf.section === "apps" ? leaf.app : undefined;
}

function isOpen(input: OpenListsInput, app: AppProgram, exit: Exit): boolean {
  const whitelist = whitelistOf(app);
  if (input.openToAnyone.includes(whitelist)) return false;
  if (!exit.takesWhitelist) return true;
  // An observation of an earlier release holds no arguments, but the whitelists of exits.
  const isUnknown = input.seen.apps.some((each) => each.name === app.name && each.argsUnknown);
  if (isUnknown) return membersAfter(input, whitelist).length === 0;
  return parseWhitelist(splitArgs(app).typed.get("whitelist") ?? "").length === 0;
}

/** True for a change after which the app starts: now, or with the visor. */
function startsApp({ path, action, after }: Change): boolean {
  if (action !== undefined) return action !== "stop";
  return path.endsWith(".auto_start") && after === true;
}

/** True for an app that runs after these changes, or does once it or its visor starts again by itself. */
function willRun(app: ObservedApp, own: readonly Change[]): boolean {
  const isOff = own.some(({ path, after }) => path.endsWith(".auto_start") && after === false);
  const isStopped = own.some(({ action }) => action === "stop");
  const isGone = own.some(({ path, op }) => path.endsWith(".present") && op === "remove");
  if (isGone) return false;
  return (app.autoStart && !isOff) || (app.running && !isStopped) || isKeptRunning(app);
}

/**
 * Refuses another binary of an app whose arguments are not known, since they may make an exit of it. Not where the
 * manifest writes the arguments too, or is open to anyone.
 */
function unknownExit(
  { visor, name, openToAnyone }: OpenListsInput,
  app: ObservedApp,
  own: readonly Change[],
  starts: readonly Change[],
): readonly Refusal[] {
  const changed = (field: string): Change | undefined =>
    own.find(({ path }) => path === `apps.${app.name}.${field}`);
  const made = changed("binary");
  const isTold = changed("args") !== undefined || openToAnyone.includes(whitelistOf(app));
  const [change = made] = starts;
  if (made === undefined || change === undefined || isTold) return [];
  if (starts.length === 0 && !willRun(app, own)) return [];
  return [
    {
      guard: "open-exit",
      visor,
      path: change.path,
      message: `${app.name} on ${name} would start another binary, and whether its arguments make an exit of that is not in the observation`,
      measured: "arguments that the observation does not keep",
      limit: "known arguments",
      place: change.reason.place,
      next: `run \`fleet observe\` again with this version of fleet, or write apps.${app.name}.args too`,
    },
  ];
}

function whitelistOf({ name }: Pick<AppProgram, "name">): string {
  return `apps.${name}.whitelist`;
}

function refusal(input: OpenListsInput, app: AppProgram, exit: Exit, change: Change): Refusal {
  const whitelist = whitelistOf(app);
  const what = exit.program === app.name ? "" : `, which runs ${exit.program},`;
  return {
    guard: "open-exit",
    visor: input.visor,
    path: change.path,
    message: `${app.name}${what} on ${input.name} would start with an empty whitelist and serve everybody`,
    measured: "0 keys",
    limit: "1 key",
    place: change.reason.place,
    next: nextOf(input, app, exit, whitelist),
  };
}

/** What can be done about it here: keys only where both the release and the program take some. */
function nextOf(input: OpenListsInput, app: AppProgram, exit: Exit, whitelist: string): string {
  if (writerOf(input.seen, whitelist, "add").kind === "unsupported")
    return `leave ${app.name} stopped, or write ${whitelist}: anyone if everybody is meant; this release cannot give it keys`;
  return exit.takesWhitelist
    ? `write ${whitelist} with the keys that may use it, or whitelist: anyone`
    : `let ${app.name} run ${exit.program} itself and give it a whitelist, or write ${whitelist}: anyone; ${programOf(app)} passes no keys on`;
}

/** The members of a whitelist once all changes are written. */
export function membersAfter({ seen, changes }: OpenListsInput, path: string): readonly string[] {
  const found = foundAt(seen, path);
  const members = new Set(found.kind === "set" ? found.elements : []);
  for (const { path: changed, element, after } of changes) {
    if (changed !== path || element === undefined) continue;
    if (after === true) members.add(element);
    else members.delete(element);
  }
  return [...members];
}
