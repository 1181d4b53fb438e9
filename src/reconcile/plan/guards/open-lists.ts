import { type Json, utf8, type VisorKey } from "../../../core/index.ts";
import {
  ARGUMENT_BYTES_MAX,
  type Change,
  EXIT_PROGRAMS,
  type Refusal,
  type SeenVisor,
} from "../../../model/index.ts";
import { foundAt, parseLeafPath, programOf } from "../../diff/index.ts";

/** What the guards of open lists look at: one visor as it is seen, and the changes that are still to come. */
export interface OpenListsInput {
  readonly visor: VisorKey;
  readonly name: string;
  readonly seen: SeenVisor;
  readonly changes: readonly Change[];
  /** Owned whitelists that are written `anyone`. */
  readonly openToAnyone: readonly string[];
}

/** Refuses removals that would leave an app's or port's whitelist empty, because empty means everybody. */
export function checkWouldOpen(input: OpenListsInput): readonly Refusal[] {
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
      next: owner.startsWith("ports.")
        ? `name who stays, or write ${owner}: closed, or whitelist: anyone if everybody is meant`
        : `name who stays, or write ${owner}: { present: false }, or whitelist: anyone if everybody is meant`,
    });
  }
  return refusals;
}

/**
 * Refuses to start an exit, now or with the visor, that would serve everybody without the manifest saying so.
 * Only keys that are there or that a change of this plan writes count: a wanted key that this release cannot
 * take protects nothing.
 */
export function checkOpenExits(input: OpenListsInput): readonly Refusal[] {
  const refusals: Refusal[] = [];
  for (const change of input.changes) {
    const leaf = parseLeafPath(change.path);
    if (leaf.section !== "apps" || !isExit(input, leaf.app) || !startsApp(input, change)) continue;
    const whitelist = `apps.${leaf.app}.whitelist`;
    if (input.openToAnyone.includes(whitelist) || membersAfter(input, whitelist).length > 0)
      continue;
    refusals.push({
      guard: "open-exit",
      visor: input.visor,
      path: change.path,
      message: `${leaf.app} on ${input.name} would start with an empty whitelist and serve everybody`,
      measured: "0 keys",
      limit: "1 key",
      place: change.reason.place,
      next: `write apps.${leaf.app}.whitelist with the keys that may use it, or whitelist: anyone`,
    });
  }
  return refusals;
}

/** Refuses an argument element that no visor could pass to its app. */
export function checkArgumentSize(input: OpenListsInput): readonly Refusal[] {
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

/** True for a change after which the app starts: now, or with the visor. */
function startsApp(input: OpenListsInput, { path, action, after }: Change): boolean {
  const leaf = parseLeafPath(path);
  if (leaf.section !== "apps") return false;
  if (action === "start" || action === "restart") return true;
  if (leaf.field === "auto_start") return after === true;
  const app = input.seen.apps.find(({ name }) => name === leaf.app);
  return leaf.field === "binary" && app !== undefined && (app.autoStart || app.running);
}

/** True when an app is an exit by what it runs now or by what the plan makes it run. */
function isExit({ seen, changes }: OpenListsInput, name: string): boolean {
  const app = seen.apps.find((candidate) => candidate.name === name);
  const binaries = changes.flatMap(({ path, after, binary }) => {
    if (path === `apps.${name}.binary`) return typeof after === "string" ? [after] : [];
    return path === `apps.${name}.present` && after === true ? [binary ?? name] : [];
  });
  const programs = [
    ...(app === undefined ? [] : [programOf(app)]),
    ...binaries.map((binary) => programOf({ name, binary, args: [] })),
  ];
  return programs.some((program) => EXIT_PROGRAMS.includes(program));
}

function membersAfter({ seen, changes }: OpenListsInput, path: string): readonly string[] {
  const found = foundAt(seen, path);
  const members = new Set(found.kind === "set" ? found.elements : []);
  for (const { path: changed, element, after } of changes) {
    if (changed !== path || element === undefined) continue;
    if (after === true) members.add(element);
    else members.delete(element);
  }
  return [...members];
}
