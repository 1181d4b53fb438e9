// The guards against what opens to everybody: exits, whitelists that end empty, and web proxies without a password.
import { type Json, utf8, type VisorKey } from "../../../core/index.ts";
import {
  type AppProgram,
  ARGUMENT_BYTES_MAX,
  type Change,
  type Exit,
  exitOf,
  isKeptRunning,
  isLoopbackHost,
  type ObservedApp,
  parseWhitelist,
  programOf,
  type Refusal,
  type SeenVisor,
  splitArgs,
  WEB_PROXIES,
} from "../../../model/index.ts";
import {
  appAfter,
  appPresenceWriter,
  observedFieldAt,
  parseFieldPath,
  writerOf,
} from "../../diff/index.ts";

// No exit opens to everybody unless the manifest says so, whatever it is called and whichever change opens it.

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
function checkOpenExits(input: OpenListsInput): readonly Refusal[] {
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
  const field = parseFieldPath(path);
  return field.section === "apps" ? field.app : undefined;
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
function membersAfter({ seen, changes }: OpenListsInput, path: string): readonly string[] {
  const found = observedFieldAt(seen, path);
  const members = new Set(found.kind === "set" ? found.elements : []);
  for (const { path: changed, element, after } of changes) {
    if (changed !== path || element === undefined) continue;
    if (after === true) members.add(element);
    else members.delete(element);
  }
  return [...members];
}

// The guard against whitelists that would end empty, which means open to everybody.

/** Every guard of lists and arguments of one visor; each door asks all of them by this one name. */
export function checkLists(input: OpenListsInput): readonly Refusal[] {
  return [...checkWouldOpen(input), ...checkOpenExits(input), ...checkArgumentSize(input)];
}

/** Refuses removals that would leave an app's or port's whitelist empty, because empty means everybody. */
function checkWouldOpen(input: OpenListsInput): readonly Refusal[] {
  const refusals: Refusal[] = [];
  const shrinking = new Map(
    input.changes
      .filter(({ op, path }) => op === "remove" && path.endsWith(".whitelist"))
      .map((change) => [change.path, change]),
  );
  for (const [path, change] of shrinking) {
    if (input.openToAnyone.includes(path) || membersAfter(input, path).length > 0) continue;
    const owner = path.slice(0, -".whitelist".length);
    refusals.push({
      guard: "would-open",
      visor: input.visor,
      path,
      message: `taking the last key off ${path} of ${input.name} would open it to everybody`,
      measured: "0 keys",
      limit: "1 key",
      place: change.reason.place,
      next: `name who stays, ${waysOut(input, owner)}or whitelist: anyone if everybody is meant`,
    });
  }
  return refusals;
}

/** How what the whitelist belongs to can be taken away as a whole here. */
function waysOut({ seen }: OpenListsInput, owner: string): string {
  if (owner.startsWith("ports.")) return `or write ${owner}: closed, `;
  return appPresenceWriter(seen, false).kind === "unsupported"
    ? ""
    : `or write ${owner}: { present: false }, `;
}

/** Refuses an argument element that no visor could pass to its app. */
function checkArgumentSize(input: OpenListsInput): readonly Refusal[] {
  const refusals: Refusal[] = [];
  const growing = new Map(
    input.changes
      .filter(({ path, after }) => /^apps\..*\.(whitelist|args)$/.test(path) && after !== false)
      .map((change) => [change.path, change]),
  );
  for (const [path, change] of growing) {
    const sizeBytes =
      change.element === undefined
        ? longestElement(change.after)
        : membersAfter(input, path).join(",").length;
    if (sizeBytes <= ARGUMENT_BYTES_MAX) continue;
    refusals.push({
      guard: "argument-size",
      visor: input.visor,
      path,
      message: `${path} of ${input.name} needs one argument of ${sizeBytes} bytes, more than a program can be given`,
      measured: `${sizeBytes} bytes`,
      limit: `${ARGUMENT_BYTES_MAX} bytes`,
      place: change.reason.place,
      next: "name fewer keys, or put a hypervisor or proxy in front",
    });
  }
  return refusals;
}

/** Of plain elements only: what a secret holds is not known yet. */
function longestElement(value: Json): number {
  if (!Array.isArray(value)) return 0;
  const sizes = value.map((element: Json) =>
    typeof element === "string" ? utf8(element).length : 0,
  );
  return Math.max(0, ...sizes);
}

// The guard of web proxies: without a password, they listen where others reach them only when the manifest says so.

type WebProxy = (typeof WEB_PROXIES)[number];

/**
 * Refuses what would make a web proxy listen at more than its own machine: an address, since setting one also turns
 * the proxy on, and switching one on that has such an address. Switching on the .dmsg proxy starts the other as well.
 * An address that was not observed is looked at again when the plan is applied.
 */
export function checkOpenProxies(input: OpenListsInput): readonly Refusal[] {
  const refusals: Refusal[] = [];
  for (const proxy of WEB_PROXIES) {
    const path = `settings.${proxy}.proxy_addr`;
    const change = input.changes.find(
      (each) => each.path === path || startsProxy(proxy, each.path, each.after),
    );
    const host = addressAfter(input, path);
    if (change === undefined || host === undefined || isLoopbackHost(host)) continue;
    if (input.openToAnyone.includes(path)) continue;
    refusals.push({
      guard: "open-proxy",
      visor: input.visor,
      path: change.path,
      message: `the ${proxy === "dmsg_web" ? ".dmsg" : ".skynet"} proxy of ${input.name} asks for no password and would listen at ${host}, for everybody who reaches that`,
      measured: host,
      limit: "an address of the machine itself",
      place: change.reason.place,
      next: `write ${proxy}.proxy_addr: 127.0.0.1, or { host: ${host}, whitelist: anyone } if everybody there is meant`,
    });
  }
  return refusals;
}

function startsProxy(proxy: WebProxy, path: string, after: Json): boolean {
  if (after !== true) return false;
  return path === `settings.${proxy}.enable` || path === "settings.dmsg_web.enable";
}

function addressAfter(input: OpenListsInput, path: string): string | undefined {
  const change = input.changes.findLast((each) => each.path === path);
  if (change !== undefined) return textOf(change.after);
  const found = observedFieldAt(input.seen, path);
  return found.kind === "value" ? textOf(found.raw) : undefined;
}

function textOf(value: Json): string | undefined {
  return typeof value === "string" ? value : undefined;
}
