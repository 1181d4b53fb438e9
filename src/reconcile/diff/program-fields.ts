// What an app's program cannot take, whatever its release can write.
import type { Json } from "../../core/index.ts";
import {
  type AppProgram,
  type AppTypedField,
  type Change,
  isKeptRunning,
  isOf2024,
  type ObservedApp,
  programOf,
  type SeenVisor,
  splitArgs,
  typedForm,
} from "../../model/index.ts";
import { appAfter, changesArgs } from "./app-after.ts";
import { type LeafPath, parseLeafPath } from "./leaf-path.ts";

/**
 * Why a change of arguments or of a field that lives in them cannot be written, or `undefined`. What counts is the
 * program that the app will be once all changes are written.
 * @param withAdded the visor as it was read, with the apps that the plan adds
 */
export function untakenByProgram(
  withAdded: SeenVisor,
  change: Change | undefined,
  changes: readonly Change[],
): string | undefined {
  const path = change === undefined ? undefined : parseLeafPath(change.path);
  if (change === undefined || path?.section !== "apps" || !changesArgs(change)) return undefined;
  const app = withAdded.apps.find(({ name }) => name === path.app);
  if (app === undefined) return undefined;
  const after = appAfter({ ...app, args: app.raw.open().args }, changes);
  if (path.field === "args")
    return typedInArgs(app.argsUnknown === true ? { ...app, binary: after.binary } : after, change);
  return untakenField(after, path.field as AppTypedField) ?? untakenAddress(app, change);
}

/** An option that has a field is read as the field, so that as an argument it would never be found. */
function typedInArgs(after: AppProgram, { after: value }: Change): string | undefined {
  const program = programOf(after);
  const args = Array.isArray(value)
    ? value.map((item: Json) => (typeof item === "string" ? item : ""))
    : [];
  const { typed, broken } = splitArgs({ ...after, binary: program, args });
  const [field] = [...typed.keys(), ...broken.keys()];
  return field === undefined
    ? undefined
    : `args give what the field ${field} stands for, because ${after.name} runs ${program}: write apps.${after.name}.${field} instead`;
}

function untakenField(after: AppProgram, field: AppTypedField): string | undefined {
  const program = programOf(after);
  return typedForm(program, field) === undefined
    ? `the program that ${after.name} runs on this visor knows no ${field}`
    : undefined;
}

/** Source: session set-app-strings; releases of 2026 take an address in front of the port too. */
function untakenAddress(app: ObservedApp, { path, method, after }: Change): string | undefined {
  const isShort = typeof after === "string" && /^\*?:\d+$/.test(after);
  return path.endsWith(".address") && method === "SetAppAddress" && isOf2024(app) && !isShort
    ? "this release takes :PORT or *:PORT only"
    : undefined;
}

/** Why an app cannot be stopped or deleted, or `undefined`. */
export function startedAgain(seen: SeenVisor, path: LeafPath): string | undefined {
  if (path.section !== "apps" || !["running", "present"].includes(path.field)) return undefined;
  const app = seen.apps.find(({ name }) => name === path.app);
  return app !== undefined && isKeptRunning(app)
    ? `the visor starts ${path.app} again whenever it stops (restart_policy: always)`
    : undefined;
}
