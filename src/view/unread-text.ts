// Visors that could not be read, for whoever wrote a manifest of the others.
import { counted } from "../core/index.ts";
import { partAlike } from "./alike.ts";
import { namesText } from "./names-text.ts";
import { printable } from "./text.ts";

/** Says which visors could not be read and why: once for those of which it is the same, all of them by name. */
export function unreadText(
  visors: readonly { readonly name: string; readonly why: string }[],
): string {
  const { alike, restOf } = partAlike(
    visors,
    ({ why }) => [why],
    (why) => why,
  );
  const together = alike.map(({ owners, things }) => {
    const names = owners.map(({ name }) => name);
    const who = namesText(names, { lengthMax: Number.POSITIVE_INFINITY, more: "" });
    const why = printable(things[0]?.[0] ?? "");
    return `? ${counted(owners.length, "visor")} could not be read: ${why}\n    ${who}\n`;
  });
  const alone = visors.flatMap((visor) =>
    restOf(visor).map((why) => `? ${printable(visor.name)} could not be read: ${printable(why)}\n`),
  );
  return [...together, ...alone].join("");
}
