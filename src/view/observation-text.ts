// What an observation lacks.
import { counted } from "../core/index.ts";
import type { ObservationDocument } from "../reconcile/index.ts";
import { type Paint, printable } from "./text.ts";
import { shortKey } from "./change-text.ts";

/** What an observation lacks, a line for each visor and field that could not be read; the last line counts. */
export function observationText(observation: ObservationDocument, paint: Paint): string {
  const unknown = paint("unknown", "?");
  const lines = observation.visors.flatMap(({ name, key, seen, unseen }) => {
    const who = `${paint("strong", printable(name))}  ${shortKey(key)}`;
    if (unseen !== undefined)
      return [`${unknown} ${who}  ${unseen.kind}: ${printable(unseen.reason)}\n`];
    const unread = Object.entries(seen?.leaves ?? {}).flatMap(([path, field]) =>
      field.kind === "unsupported"
        ? [`      ${unknown} ${printable(path)}  ${printable(field.why)}\n`]
        : [],
    );
    return unread.length === 0 ? [] : [`  ${who}\n`, ...unread];
  });
  const { visors, signature } = observation;
  const seen = visors.filter((visor) => visor.seen !== undefined).length;
  const by = signature === undefined ? "not signed" : `signed by ${printable(signature.key)}`;
  const last = `Observed: ${counted(visors.length, "visor")}, ${seen} read, ${visors.length - seen} not readable, ${by}.`;
  return `${lines.join("")}${paint("strong", last)}\n`;
}
