// A check that a newly served port says who may use it, so that none is ever open to everybody by silence.
import type { ManifestEdit } from "../../manifest/index.ts";
import type { DesiredVisor } from "../../model/index.ts";
import { shellWord } from "../../view/index.ts";
import { usage } from "../shell/usage.ts";

/**
 * Checks that an edit which makes a visor serve a port says who may use it: a port without a whitelist would be open
 * to everybody, and that is never meant by silence.
 * @param on the selection as it was given
 * @throws FleetError cli/usage (exit 64)
 */
export function checkNewPort(
  edit: ManifestEdit,
  words: readonly string[],
  { visors, on }: { readonly visors: readonly DesiredVisor[]; readonly on: string },
): void {
  if (edit.kind !== "port" || edit.fields["whitelist"] !== undefined) return;
  const fresh = visors.find(({ leaves }) => !leaves.has(`ports.${edit.port}.whitelist`));
  if (fresh === undefined) return;
  const line = (whitelist: string): string =>
    ["fleet", ...words, whitelist, "--on", on].map(shellWord).join(" ");
  throw usage(
    `port ${edit.port} is new on ${fresh.name}, and a served port needs whitelist=NAMES or whitelist=anyone`,
    `\`${line("whitelist=NAMES")}\` with the names of who may use it, or whitelist=anyone if everybody is meant`,
  );
}
