// The end of an apply: what was not done, on which visors, and what to do next.
import { counted } from "../core/index.ts";
import type { OutcomeKind } from "../model/index.ts";
import type { VisorReport } from "../reconcile/index.ts";
import { namesText } from "./names-text.ts";
import type { Paint } from "./paint.ts";
import { printable } from "./printable.ts";
import { shellWord } from "./shell-word.ts";

/** More names than these make a command too long to type; it is then for the whole fleet. */
const NAMED_MAX = 8;

/** What to do after each outcome that is not done, most pressing first; `on` selects the visors. */
const NEXT: Readonly<
  Record<Exclude<OutcomeKind, "done" | "done-after-restart">, (on: string) => string>
> = {
  failed: (on) => `see why above and mend it, then fleet apply${on}`,
  unverified: (on) => `see what is there now: fleet plan${on}`,
  refused: (on) => `see why above, then fleet plan${on}`,
  stale: (on) => `somebody changed it meanwhile: fleet plan${on}`,
  unreachable: (on) => `when they answer again: fleet apply${on}`,
  unsupported: () => "update the release of the visor, or take the field out of the manifest",
};

/** One line for each kind of outcome that is not done, and its next step; empty where all is done. */
export function notDoneText(visors: readonly VisorReport[], paint: Paint): string {
  return Object.entries(NEXT)
    .map(([kind, next]) => {
      const those = visors.filter(({ outcomes }) =>
        outcomes.some(({ outcome }) => outcome === kind),
      );
      if (those.length === 0) return "";
      const changes = those.flatMap(({ outcomes }) =>
        outcomes.filter(({ outcome }) => outcome === kind),
      );
      const names = those.map(({ name }) => name);
      const who = namesText(names, { lengthMax: Number.POSITIVE_INFINITY, more: "" });
      const on = names.length > NAMED_MAX ? "" : ` --on ${shellWord(printable(names.join(",")))}`;
      return (
        `${paint("danger", "!")} ${paint("strong", kind)}: ${counted(changes.length, "change")} on ${who}\n` +
        `    next: ${next(on)}\n`
      );
    })
    .join("");
}
