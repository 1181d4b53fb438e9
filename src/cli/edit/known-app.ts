// A check against mistyped names of apps: what nobody knows is refused before it gets into the manifest.
import { fromUtf8, suggest } from "../../core/index.ts";
import type { ManifestEdit } from "../../manifest/index.ts";
import { BUILT_IN_APPS } from "../../model/index.ts";
import type { ManifestFile } from "../manifest/rewrite-manifest.ts";
import { usage } from "../shell/usage.ts";

/** Words that name a list beside the names of apps. */
const LISTS = ["pty", "hypervisors", "dmsgscp", "survey"];

/**
 * Checks that an edit names no app that neither visors have by themselves nor the manifest names: a mistyped name
 * would be written, and no visor would ever do anything about it. A line that says `present=true` is meant.
 * @throws FleetError cli/usage (exit 64)
 */
export async function checkKnownApps(
  edit: ManifestEdit,
  { name, bytes }: ManifestFile,
): Promise<void> {
  const found = await unknownApp(appsOf(edit), { name, bytes });
  if (found === undefined) return;
  const { unknown, known } = found;
  const isList = edit.kind === "member";
  const meant = suggest(unknown, isList ? [...known, ...LISTS] : known);
  const what = isList ? "no list and no app" : "no app";
  throw usage(
    `${JSON.stringify(unknown)} is ${what} that visors have by themselves or that ${name} names`,
    meant === undefined
      ? `to manage an app of your own, write it into ${name} first, such as apps: { ${unknown}: { present: true, binary: PROGRAM } }`
      : `did you mean ${JSON.stringify(meant)}? An app of your own is written into ${name} first, with present: true and its binary`,
  );
}

/**
 * Checks the same of apps that are only acted upon: then it is enough that a visor of the selection has them.
 * @param seen the names of all apps that were seen there
 * @throws FleetError cli/usage (exit 64)
 */
export async function checkKnownOrSeen(
  apps: readonly string[],
  seen: readonly string[],
  manifest: ManifestText,
): Promise<void> {
  const found = await unknownApp(apps, manifest, seen);
  if (found === undefined) return;
  const meant = suggest(found.unknown, found.known);
  throw usage(
    `${JSON.stringify(found.unknown)} is no app that visors have by themselves, that ${manifest.name} names or that was seen on a visor of --on`,
    meant === undefined
      ? "`fleet show --live VISOR` lists the apps that a visor has"
      : `did you mean ${JSON.stringify(meant)}?`,
  );
}

/** A manifest's bytes, as they were read, and its name. */
interface ManifestText {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The first app that neither visors have by themselves, nor `others` hold, nor the manifest names, and all that is known. */
async function unknownApp(
  apps: readonly string[],
  { name, bytes }: ManifestText,
  others: readonly string[] = [],
): Promise<{ readonly unknown: string; readonly known: readonly string[] } | undefined> {
  const anyway = [...BUILT_IN_APPS, ...others];
  // Nearly always: then the manifest is not read once more.
  if (apps.every((app) => anyway.includes(app))) return undefined;
  const { knownApps } = await import("../manifest/manifest-room.ts");
  const known = [...knownApps(fromUtf8(bytes), name), ...others];
  const unknown = apps.find((app) => !known.includes(app));
  return unknown === undefined ? undefined : { unknown, known };
}

function appsOf(edit: ManifestEdit): readonly string[] {
  if (edit.kind === "app") return edit.fields["present"] === true ? [] : edit.apps;
  const list = edit.kind === "member" ? /^apps\.(.+)\.whitelist$/.exec(edit.list) : undefined;
  return list?.[1] === undefined ? [] : [list[1]];
}
