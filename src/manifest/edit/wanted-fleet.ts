// The fleet that an edit wants, made without the text, to check the text against.
import {
  checkVisorKey,
  compareTexts,
  defined,
  type Diagnostic,
  FleetError,
  suggestion,
  type VisorKey,
} from "../../core/index.ts";
import type {
  DesiredElement,
  DesiredFleet,
  DesiredIgnore,
  DesiredSet,
  DesiredVisor,
} from "../../model/index.ts";
import { concernsTrust } from "../check-values.ts";
import type { ExistingManifest } from "../existing-manifest.ts";
import type { WrittenFields, Manifest, WrittenWord, Written, WrittenVisor } from "../manifest.ts";
import { parseManifest } from "../parse-manifest.ts";
import { parseUntil } from "../reading.ts";
import { resolveManifest } from "../resolve-manifest.ts";
import { flowOf } from "./fields-text.ts";
import { treeOfEdit, type ManifestEdit, type ValueEdit } from "./manifest-edit.ts";

/** A key as a list names it. */
export interface ListMember {
  readonly key: VisorKey;
  /** Its name where it has one. */
  readonly word: string;
}

const NOWHERE = { file: "", line: 1, column: 1 };

/**
 * The fleet that an edit wants, made without the text: the edit is said to the resolved lists or to the parsed
 * visors themselves, so that it can be held against what the edited text comes to.
 * @throws FleetError manifest/edit (exit 64) when the manifest cannot want this
 */
export function wantedFleet(
  existing: ExistingManifest,
  visors: ReadonlySet<VisorKey>,
  edit: ManifestEdit,
): DesiredFleet {
  const { manifest, desired } = existing;
  if (edit.kind === "member") {
    const member = memberWord(edit.member, manifest);
    const wanted = desired.visors.map((visor) =>
      visors.has(visor.key) ? withMember(visor, edit, member) : visor,
    );
    return { ...desired, visors: wanted };
  }
  const change = changeOf(existing, visors, edit);
  const changed = new Map<string, WrittenVisor>();
  for (const [name, visor] of manifest.visors) {
    const isMeant = visor.key !== undefined && visors.has(visor.key);
    changed.set(name, isMeant ? change(visor) : visor);
  }
  const resolved = resolveManifest({ ...manifest, visors: changed });
  if (resolved.desired === undefined) throw cannotBe(resolved.diagnostics);
  if (edit.kind === "app") checkNotDeleted(resolved.desired, visors, edit);
  return resolved.desired;
}

/** What is said of an app that is deleted comes to nothing. */
function checkNotDeleted(
  { visors: wanted }: DesiredFleet,
  visors: ReadonlySet<VisorKey>,
  { apps, fields }: Extract<ManifestEdit, { readonly kind: "app" }>,
): void {
  for (const visor of wanted) {
    if (!visors.has(visor.key)) continue;
    for (const app of apps) {
      const lost = Object.keys(fields).some((field) => !visor.leaves.has(`apps.${app}.${field}`));
      const place = visor.leaves.get(`apps.${app}.present`)?.origin.place;
      if (!lost || place === undefined) continue;
      throw new FleetError(
        "manifest/edit",
        `line ${place.line} deletes the app ${app} from ${visor.name}`,
        { next: `remove present: false there first`, exit: 64 },
      );
    }
  }
}

/** The error of an edit after which a manifest would be refused. */
export function cannotBe(diagnostics: readonly Diagnostic[]): FleetError {
  const [first] = diagnostics;
  return new FleetError(
    "manifest/edit",
    `with this the manifest would be refused: ${first?.message ?? "it cannot be read"}`,
    { next: first?.next ?? "edit the manifest by hand", exit: 64 },
  );
}

function changeOf(
  existing: ExistingManifest,
  visors: ReadonlySet<VisorKey>,
  edit: Exclude<ManifestEdit, { readonly kind: "member" }>,
): (visor: WrittenVisor) => WrittenVisor {
  if (edit.kind === "tag") {
    return (visor) => ({ ...visor, tags: changedWords(visor.tags, edit, visor) });
  }
  if (edit.kind === "role") {
    checkRole(existing, visors, edit);
    return (visor) => ({ ...visor, roles: changedWords(visor.roles, edit, visor) });
  }
  if (edit.kind === "ignore") return (visor) => withIgnore(visor, edit);
  const said = bodyOf(edit);
  return (visor) => ({ ...visor, body: overlaid(visor.body, said, edit) });
}

function withIgnore(
  visor: WrittenVisor,
  { path, until, because }: Extract<ManifestEdit, { readonly kind: "ignore" }>,
): WrittenVisor {
  const { ignores = [], ...rest } = visor;
  const others = ignores.filter((ignore) => ignore.path !== path);
  const untilMs = until === undefined ? undefined : parseUntil(until);
  if (until !== undefined && untilMs === undefined) {
    throw new FleetError("manifest/edit", `there is no such day or time: ${until}`, {
      next: "give a day such as 2026-12-31, or a time such as 2026-12-31T18:00:00Z",
      exit: 64,
    });
  }
  // The manifest's own check speaks of a line, and whoever asks for this has none yet.
  if (untilMs !== undefined && concernsTrust(path)) throw neverIgnored(visor.name, path);
  const own: readonly DesiredIgnore[] =
    untilMs === undefined ? [] : [{ path, untilMs, ...defined({ because }), place: NOWHERE }];
  const all = [...others, ...own].sort((a, b) => compareTexts(a.path, b.path));
  return { ...rest, ...(all.length === 0 ? {} : { ignores: all }) };
}

function neverIgnored(name: string, path: string): FleetError {
  const field = `${name}/${path}`;
  return new FleetError(
    "manifest/edit",
    `${path} of ${JSON.stringify(name)} decides who manages the visor, and that is never ignored`,
    {
      next: `\`fleet adopt ${field}\` takes over what is on the visor, \`fleet apply --only ${field}\` puts it back as the manifest says`,
      exit: 64,
    },
  );
}

function changedWords(
  words: readonly WrittenWord[],
  { action, name }: { readonly action: "add" | "remove"; readonly name: string },
  { place }: WrittenVisor,
): readonly WrittenWord[] {
  const others = words.filter(({ text }) => text !== name);
  if (action === "remove") return others;
  return others.length < words.length ? words : [...words, { text: name, place }];
}

function checkRole(
  { manifest, desired }: ExistingManifest,
  visors: ReadonlySet<VisorKey>,
  { action, name }: { readonly action: "add" | "remove"; readonly name: string },
): void {
  if (!manifest.roles.has(name)) {
    throw new FleetError("manifest/edit", `there is no role ${JSON.stringify(name)}`, {
      next: suggestion(name, manifest.roles.keys(), "write the role into the manifest first"),
      exit: 64,
    });
  }
  if (action === "add") return;
  const through = desired.visors.find(
    (visor) =>
      visors.has(visor.key) &&
      visor.roles.includes(name) &&
      !manifest.visors.get(visor.name)?.roles.some(({ text }) => text === name),
  );
  if (through === undefined) return;
  throw new FleetError(
    "manifest/edit",
    `${through.name} has the role ${name} through another one that extends it`,
    { next: "remove that role, or change what it extends in the manifest", exit: 64 },
  );
}

/** The values of an edit, read as a manifest's own reader reads them. */
function bodyOf(edit: ValueEdit): WrittenFields {
  const isPartial = edit.kind === "port" && edit.fields["whitelist"] === undefined;
  const whole =
    edit.kind === "port" && isPartial
      ? { ...edit, fields: { ...edit.fields, whitelist: "anyone" } }
      : edit;
  const key = `02${"79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"}`;
  const flow = flowOf(new Map([["key", `"${key}"`], ...treeOfEdit(whole)]));
  const text = `apiVersion: fleet.skywire/v1\nfleet: edit\nvisors: { visor: ${flow} }\n`;
  const { manifest, diagnostics } = parseManifest(text, "edit");
  const body = manifest?.visors.get("visor")?.body;
  if (body === undefined || diagnostics.length > 0) throw cannotBe(diagnostics);
  if (edit.kind !== "port" || !isPartial) return body;
  const written = new Map(body.written);
  written.delete(`ports.${edit.port}.whitelist`);
  return { ...body, written };
}

function overlaid(body: WrittenFields, said: WrittenFields, edit: ValueEdit): WrittenFields {
  const written = new Map<string, Written>(body.written);
  if (edit.kind === "close-port") {
    for (const path of body.written.keys()) {
      if (path.startsWith(`ports.${edit.port}.`)) written.delete(path);
    }
  }
  for (const [path, value] of said.written) written.set(path, value);
  return {
    written,
    apps: new Map([...body.apps, ...said.apps]),
    ports: new Map([...body.ports, ...said.ports]),
  };
}

/**
 * The key that a word names, alone.
 * @throws FleetError manifest/edit (exit 64) for a name of nobody or of several
 */
export function memberWord(text: string, manifest: Manifest): ListMember {
  const named = manifest.visors.get(text)?.key ?? manifest.keys.get(text)?.key;
  if (named !== undefined) return { key: named, word: text };
  const checked = checkVisorKey(text);
  if ("key" in checked) return { key: checked.key, word: nameOf(checked.key, manifest) };
  if (manifest.whitelists.has(text)) {
    throw new FleetError(
      "manifest/edit",
      `${text} is a whitelist, and one key is changed at a time`,
      {
        next: "name a visor, an entry of keys, or a key",
        exit: 64,
      },
    );
  }
  const names = [...manifest.visors.keys(), ...manifest.keys.keys()];
  throw new FleetError("manifest/edit", `${JSON.stringify(text)} is no visor and no key`, {
    next: suggestion(text, names, "add it to keys in the manifest, or give the key itself"),
    exit: 64,
  });
}

function nameOf(key: VisorKey, { visors, keys }: Manifest): string {
  for (const [name, entry] of [...visors, ...keys]) if (entry.key === key) return name;
  return key;
}

function withMember(
  visor: DesiredVisor,
  { action, list }: { readonly action: "add" | "remove"; readonly list: string },
  { key }: ListMember,
): DesiredVisor {
  // A visor never stands in its own lists.
  if (visor.key === key) return visor;
  const field = visor.leaves.get(list);
  const set = field?.kind === "set" ? field : undefined;
  if (set?.anyone === true) {
    throw new FleetError("manifest/edit", `${list} of ${visor.name} is open to anyone`, {
      next: "write its members into the manifest in place of anyone",
      exit: 64,
    });
  }
  if (set === undefined && list.startsWith("ports.")) {
    throw new FleetError("manifest/edit", `the manifest serves no such port on ${visor.name}`, {
      next: "`fleet ports serve` writes one with its whitelist",
      exit: 64,
    });
  }
  const changed = changedSet(set ?? emptySet(list), action, key);
  const fields = new Map([...visor.leaves, [list, changed] as const]);
  return { ...visor, leaves: new Map([...fields].sort(([a], [b]) => compareTexts(a, b))) };
}

function emptySet(path: string): DesiredSet {
  return { kind: "set", path, exact: false, members: [], removed: [], origin: { place: NOWHERE } };
}

function changedSet(set: DesiredSet, action: "add" | "remove", key: VisorKey): DesiredSet {
  const [members, removed] = [without(set.members, key), without(set.removed, key)];
  if (action === "add") return { ...set, members: withKey(members, key), removed };
  return { ...set, members, removed: set.exact ? [] : withKey(removed, key) };
}

function without(elements: readonly DesiredElement[], key: VisorKey): readonly DesiredElement[] {
  return elements.filter(({ value }) => value !== key);
}

function withKey(elements: readonly DesiredElement[], key: VisorKey): readonly DesiredElement[] {
  const all = [...elements, { value: key, origin: { place: NOWHERE } }];
  return all.sort((a, b) => compareTexts(a.value, b.value));
}
