// An error for people: what happened, why, and what to try; a fault of ours as a short report.
import { BugError, FleetError } from "../core/index.ts";
import { type Paint, printable } from "./text.ts";

const CAUSES_MAX = 8;
const PLACES_MAX = 6;
/** A function, when it has a name, and the file and line without the folders of this machine. */
const STACK_PLACE = /^ +at (?:async )?(?:([\w.<>#]+) \()?.*?([\w-]+(?:\.[\w-]+)*\.[jt]s:\d+)/gm;

/**
 * An error for people: its message, each cause after a colon, its code, and the next thing to try.
 * Our own bugs become a short report form with the place in our code, and no values of the user's.
 */
export function errorText(error: unknown, tool: string, paint: Paint): string {
  if (error instanceof FleetError) {
    const code = paint("quiet", `[${error.code}]`);
    const next =
      error.next ??
      nextOfCauses(error) ??
      "run the same command again; `fleet doctor` looks for causes";
    return `${paint("remove", "error:")} ${chain(error)} ${code}\n  next: ${printable(next)}\n`;
  }
  return bugText(error, tool, paint);
}

/** The same as one object, for `--json` and event streams. */
export function errorDocument(error: unknown): {
  readonly error: { readonly code: string; readonly message: string; readonly next?: string };
} {
  if (!(error instanceof FleetError)) {
    return { error: { code: "core/bug", message: chain(error), next: "report it" } };
  }
  const next = error.next ?? nextOfCauses(error);
  const known = { code: error.code, message: chain(error) };
  return { error: next === undefined ? known : { ...known, next } };
}

function chain(error: unknown): string {
  const parts: string[] = [];
  let link: unknown = error;
  while (link !== undefined && link !== null && parts.length < CAUSES_MAX) {
    const text =
      link instanceof Error ? link.message : typeof link === "string" ? link : "unknown cause";
    if (text !== "" && !parts.includes(text)) parts.push(text);
    link = link instanceof Error ? link.cause : undefined;
  }
  return printable(parts.join(": "));
}

function nextOfCauses(error: FleetError): string | undefined {
  let link: unknown = error.cause;
  for (let depth = 0; depth < CAUSES_MAX && link instanceof Error; depth += 1) {
    if (link instanceof FleetError && link.next !== undefined) return link.next;
    link = link.cause;
  }
  return undefined;
}

function bugText(error: unknown, tool: string, paint: Paint): string {
  const kind = error instanceof BugError ? "a broken invariant" : "an unexpected error";
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const places = [...stack.matchAll(STACK_PLACE)]
    .slice(0, PLACES_MAX)
    .map((match) => `    ${match[2] ?? "?"} ${match[1] ?? ""}`.trimEnd());
  return [
    `${paint("remove", "error:")} this is our fault: ${kind} in ${tool}`,
    `  what: ${chain(error)}`,
    ...(places.length === 0 ? [] : ["  where:", ...places]),
    "  next: please report the lines above with the command you ran; running it again is safe",
    "",
  ].join("\n");
}
