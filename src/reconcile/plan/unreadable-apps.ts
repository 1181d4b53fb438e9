// Apps of a visor that end as they read their arguments: no plan made it so, and only people can tell what was meant.
import {
  type AppTypedField,
  type SeenVisor,
  splitArgs,
  type UnreadableApp,
  unreadableElements,
} from "../../model/index.ts";

/** The apps of a visor that cannot start, owned or not, and what would mend each; sorted as the visor lists them. */
export function unreadableApps(seen: Pick<SeenVisor, "apps">): readonly UnreadableApp[] {
  return seen.apps.flatMap((app) => {
    const run = { ...app, args: app.raw.open().args };
    const fields = [...splitArgs(run).broken];
    return unreadableElements(run).map((element) => {
      const [field] = fields.find(([, shown]) => shown === element) ?? [];
      return { app: app.name, element, next: nextOf(app.name, field) };
    });
  });
}

function nextOf(app: string, field: AppTypedField | undefined): string {
  return field === undefined
    ? `own apps.${app}.args, or write the option with two dashes on the visor`
    : `own apps.${app}.${field}: it is then written with two dashes`;
}
