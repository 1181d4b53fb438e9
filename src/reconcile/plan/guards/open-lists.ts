// The guard against whitelists that would end empty, which means open to everybody.
import { type Json, utf8 } from "../../../core/index.ts";
import { ARGUMENT_BYTES_MAX, type Refusal } from "../../../model/index.ts";
import { appPresenceWriter } from "../../diff/index.ts";
import { checkOpenExits, membersAfter, type OpenListsInput } from "./open-exits.ts";

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
