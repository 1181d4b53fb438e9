// Adopting visors into a manifest that is there, whose text stays as it is otherwise.
import { type Diagnostic, utf8, type VisorKey } from "../../core/index.ts";
import type { DesiredFleet, DesiredVisor } from "../../model/index.ts";
import { fieldMeaning } from "../field-meaning.ts";
import { loadManifest } from "../resolve-manifest.ts";
import { type AdoptInput, type Adoption, factorFleet } from "./adoption.ts";
import { type ExistingManifest, readExisting } from "../existing-manifest.ts";
import { knownNames } from "./existing.ts";
import { insertAdoption } from "./insert-adoption.ts";

/** A manifest, and what to adopt into it. */
export interface AdoptIntoInput extends AdoptInput {
  readonly text: string;
  readonly file: string;
}

/** A value of a visor that is managed already, which an adoption would have changed. */
export interface ChangedRecord {
  readonly visor: string;
  readonly path: string;
}

/** What became of it. */
export type AdoptedInto =
  | { readonly kind: "adopted"; readonly text: string; readonly adoption: Adoption }
  /** The manifest is not good, or would not be with what is written into its layout. */
  | { readonly kind: "invalid"; readonly diagnostics: readonly Diagnostic[] }
  /** Selections of the manifest, such as `all`, would take the new visors in. */
  | { readonly kind: "would-change"; readonly changed: readonly ChangedRecord[] };

/**
 * Adopts visors into a manifest that is there: new ones, and those that it names and that own nothing yet.
 * Roles and lists of the manifest are used where they fit exactly. No visor that is managed already changes:
 * where a role's new visor would come into a selection that others use, the role is not used, and where even
 * that does not help nothing is adopted.
 */
export function adoptInto(input: AdoptIntoInput): AdoptedInto {
  const existing = readExisting(input.text, input.file);
  if ("diagnostics" in existing) return { kind: "invalid", diagnostics: existing.diagnostics };
  const managed = new Set(existing.desired.visors.filter(isManaged).map(({ key }) => key));
  const visors = input.visors.filter(({ seen }) => !managed.has(seen.key));
  const refused = visors.flatMap(({ seen }) => revokedVisor(existing.desired, seen.key) ?? []);
  if (refused.length > 0) return { kind: "invalid", diagnostics: refused };
  let changed: readonly ChangedRecord[] = [];
  for (const useRoles of [true, false]) {
    const { text, adoption } = attempt({ ...input, visors }, existing, useRoles);
    const { desired, diagnostics } = loadManifest(utf8(text), input.file);
    if (desired === undefined) return { kind: "invalid", diagnostics };
    changed = changedRecords(existing.desired, desired);
    if (changed.length === 0) return { kind: "adopted", text, adoption };
  }
  return { kind: "would-change", changed };
}

/** A name that is written off would become the name of a visor that is managed. */
function revokedVisor({ revoked }: DesiredFleet, key: VisorKey): Diagnostic | undefined {
  const found = revoked?.get(key);
  if (found === undefined) return undefined;
  return {
    code: "manifest/revoked-key",
    severity: "error",
    message: `${found.name} is revoked, so the visor with this key is not adopted`,
    at: found.place,
    text: found.name,
    next: `leave that visor out, or take revoked: true from keys.${found.name} if it is good again`,
  };
}

/** True for a visor that the manifest says anything of beside its name, key, tags and way in. */
export function isManaged({ leaves: fields, roles }: DesiredVisor): boolean {
  return fields.size > 0 || roles.length > 0;
}

function attempt(
  input: AdoptIntoInput,
  existing: ExistingManifest,
  useRoles: boolean,
): { readonly text: string; readonly adoption: Adoption } {
  const adoption = factorFleet(input, knownNames(existing, input, { useRoles }));
  const keys = new Set(input.visors.map(({ seen }) => seen.key));
  const moved = [...existing.manifest.keys].filter(
    ([, { key }]) => key !== undefined && keys.has(key),
  );
  const text = insertAdoption(input.text, adoption, {
    unowned: new Set(existing.desired.visors.map(({ key }) => key).filter((key) => keys.has(key))),
    moved: new Set(moved.map(([name]) => name)),
  });
  return { text, adoption };
}

/** What differs in the records of the visors that were managed before, and in who may do what. */
function changedRecords(before: DesiredFleet, after: DesiredFleet): readonly ChangedRecord[] {
  const byKey = new Map(after.visors.map((visor) => [visor.key, visor]));
  const changed = before.visors.filter(isManaged).flatMap((visor): readonly ChangedRecord[] => {
    const now = byKey.get(visor.key);
    const paths = new Set([...visor.leaves.keys(), ...(now?.leaves.keys() ?? [])]);
    return [...paths]
      .filter(
        (path) => fieldMeaning(visor.leaves.get(path)) !== fieldMeaning(now?.leaves.get(path)),
      )
      .map((path) => ({ visor: visor.name, path }));
  });
  const isSame = before.controllers.join() === after.controllers.join();
  return isSame ? changed : [...changed, { visor: "the fleet", path: "controllers" }];
}
