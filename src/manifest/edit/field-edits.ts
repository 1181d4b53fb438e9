// Writing wanted values at roles and visors, as edits of the text.
import { assert, defined, type VisorKey } from "../../core/index.ts";
import type { DesiredVisor } from "../../model/index.ts";
import type { ExistingManifest } from "../existing-manifest.ts";
import type { Manifest } from "../manifest.ts";
import {
  fieldsPlaceIn,
  type FieldsPlace,
  entryAt,
  flowOf,
  putTree,
  treeOf,
} from "./fields-text.ts";
import { treeOfEdit, ignoreFields, type ManifestEdit } from "./manifest-edit.ts";
import { changeMember, withoutPath } from "./list-member.ts";
import { type Edit, placesOf } from "./splice.ts";
import { memberWord } from "./wanted-fleet.ts";
import { withListed, withoutListed } from "./list-words.ts";

/** A text, and the roles or visors in it that an edit is written at. */
export interface FieldEditsInput {
  readonly text: string;
  /** The manifest as it was before the edit. */
  readonly existing: ExistingManifest;
  readonly edit: ManifestEdit;
  /** The visors that the edit is about. */
  readonly meant: ReadonlySet<VisorKey>;
  readonly section: "roles" | "visors";
  readonly names: readonly string[];
}

/** The edits of a text that write what is wanted at each of the roles or visors named. */
export function fieldEdits(input: FieldEditsInput): readonly Edit[] {
  const top = placesOf(input.text);
  return input.names.flatMap((name) => {
    const body = fieldsPlaceIn(top, input.section, name);
    return body === undefined ? [] : editsOf(input, body, name);
  });
}

function editsOf(input: FieldEditsInput, body: FieldsPlace, name: string): readonly Edit[] {
  const { text, edit } = input;
  switch (edit.kind) {
    case "app":
    case "close-port":
    case "setting":
    case "reward-address":
    case "rpc-exec":
      return putTree(text, body, treeOfEdit(edit));
    case "ignore":
      return ignoreEdits(text, body, edit);
    case "port":
      return putPort(input, edit, body, name);
    case "member":
      return memberEdits(input, edit, body, name);
    case "tag":
    case "role": {
      // Only visors have tags, and only they are given roles.
      assert(input.section === "visors", "tags and roles are words of visors");
      const list = edit.kind === "tag" ? "tags" : "roles";
      const change = edit.action === "add" ? withListed : withoutListed;
      return change(text, body, list, edit.name);
    }
  }
}

/** One that is there already is replaced as a whole: its reason belonged to its time. */
function ignoreEdits(
  text: string,
  body: FieldsPlace,
  { path, until, because }: Extract<ManifestEdit, { readonly kind: "ignore" }>,
): readonly Edit[] {
  if (until === undefined) return withoutPath(text, body.map, ["ignore", path]);
  const fields = ignoreFields(until, because);
  const isThere = entryAt(body.map, ["ignore", path]) !== undefined;
  return putTree(text, body, treeOf(["ignore", path], isThere ? flowOf(fields) : fields));
}

/** A record that a visor begins anew must name its whitelist, too: it takes over what its role says. */
function putPort(
  { text, existing, section }: FieldEditsInput,
  edit: Extract<ManifestEdit, { readonly kind: "port" }>,
  body: FieldsPlace,
  name: string,
): readonly Edit[] {
  const isOpen = entryAt(body.map, ["ports", String(edit.port)])?.value !== undefined;
  if (isOpen || edit.fields["whitelist"] !== undefined || section === "roles") {
    return putTree(text, body, treeOfEdit(edit));
  }
  const visor = existing.desired.visors.find((each) => each.name === name);
  const whitelist = inheritedList(existing.manifest, visor, `ports.${edit.port}.whitelist`);
  const fields = { ...defined({ whitelist }), ...edit.fields };
  return putTree(text, body, treeOfEdit({ ...edit, fields }));
}

function memberEdits(
  { text, existing, section, meant }: FieldEditsInput,
  edit: Extract<ManifestEdit, { readonly kind: "member" }>,
  body: FieldsPlace,
  name: string,
): readonly Edit[] {
  const { manifest, desired } = existing;
  const member = memberWord(edit.member, manifest);
  const isMember = (word: string): boolean =>
    word.toLowerCase() === member.key ||
    (manifest.visors.get(word) ?? manifest.keys.get(word))?.key === member.key;
  const isExactAt = ({ leaves: fields }: DesiredVisor): boolean => {
    const field = fields.get(edit.list);
    return field?.kind === "set" && field.exact;
  };
  const visor = desired.visors.find((each) => each.name === name);
  const behind = section === "roles" ? desired.visors.filter(({ key }) => meant.has(key)) : [visor];
  const isExact = behind.every((each) => each !== undefined && isExactAt(each));
  const isAlwaysExact = edit.list.startsWith("ports.");
  const isReplaced = section === "visors" && isExact && (isAlwaysExact || edit.action === "remove");
  const given = isReplaced ? inheritedList(manifest, visor, edit.list) : undefined;
  return changeMember(text, body, {
    action: edit.action,
    path: edit.list.split("."),
    word: member.word,
    isMember,
    inherited: typeof given === "string" ? undefined : given,
    isExact,
  });
}

/** The words of the exact list that a role gives a visor. */
function inheritedList(
  { roles }: Manifest,
  visor: DesiredVisor | undefined,
  path: string,
): readonly string[] | "anyone" | undefined {
  const role = visor?.leaves.get(path)?.origin.role;
  const written = role === undefined ? undefined : roles.get(role)?.body.written.get(path);
  if (written?.kind !== "list") return undefined;
  return written.anyone ? "anyone" : written.exact?.map(({ text }) => text);
}
