import { fromUtf8 } from "../../core/index.ts";
import type { ManifestEdit } from "../../manifest/index.ts";
import { BUILT_IN_APPS } from "../../model/index.ts";
import { usage } from "../usage.ts";
import type { EditableManifest } from "./edit-text.ts";

/** Words that name a list beside the names of apps. */
const LISTS = ["pty", "hypervisors", "survey"];

/**
 * Checks that an edit names no app that neither visors have by themselves nor the manifest names: a mistyped name
 * would be written, and no visor would ever do anything about it. A line that says `present=true` is meant.
 * @throws FleetError cli/usage (exit 64)
 */
export async function checkKnownApps(
  edit: ManifestEdit,
  { source: { name }, bytes }: EditableManifest,
): Promise<void> {
  const apps = appsOf(edit);
  // Nearly always: then the manifest is not read once more.
  if (apps.every((app) => BUILT_IN_APPS.includes(app))) return;
  const { knownApps, suggest } = await import("../manifest-room.ts");
  const known = knownApps(fromUtf8(bytes), name);
  const unknown = apps.find((app) => !known.includes(app));
  if (unknown === undefined) return;
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

function appsOf(edit: ManifestEdit): readonly string[] {
  if (edit.kind === "app") return edit.fields["present"] === true ? [] : edit.apps;
  const list = edit.kind === "member" ? /^apps\.(.+)\.whitelist$/.exec(edit.list) : undefined;
  return list?.[1] === undefined ? [] : [list[1]];
}
