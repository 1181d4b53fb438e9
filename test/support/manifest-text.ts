import { createECDH, createHash } from "node:crypto";
import type { Diagnostic } from "../../src/core/index.ts";
import { loadManifest } from "../../src/manifest/index.ts";
import type { DesiredFleet, DesiredField } from "../../src/model/index.ts";

const KEYS = new Map<string, string>();

/** A real visor key that is the same for the same name, whatever the run. */
export function keyOf(name: string): string {
  const known = KEYS.get(name);
  if (known !== undefined) return known;
  const ecdh = createECDH("secp256k1");
  ecdh.setPrivateKey(createHash("sha256").update(`visor ${name}`).digest());
  const key = ecdh.getPublicKey("hex", "compressed");
  KEYS.set(name, key);
  return key;
}

export const HEAD = "apiVersion: fleet.skywire/v1\nfleet: home\n";

/** A manifest with the usual first lines; `laptop` stands for the key of a visor of that name: `$laptop`. */
export function manifest(body: string): string {
  return HEAD + withKeys(body);
}

/** Replaces `$NAME` by the key of NAME. */
export function withKeys(text: string): string {
  return text.replace(/\$([a-z][a-z0-9-]*)/g, (_, name: string) => keyOf(name));
}

export function load(text: string): {
  readonly desired?: DesiredFleet;
  readonly diagnostics: readonly Diagnostic[];
} {
  return loadManifest(new TextEncoder().encode(text), "fleet.yaml");
}

/** The desired fleet of a manifest that must be good. */
export function desiredOf(text: string): DesiredFleet {
  const { desired, diagnostics } = load(text);
  if (desired === undefined) throw new Error(diagnostics.map(diagnosticLine).join("\n"));
  return desired;
}

/** `LINE:COLUMN code message`, for reading in a failed test. */
export function diagnosticLine(diagnostic: Diagnostic): string {
  const { at, code, message } = diagnostic;
  return `${at?.line ?? "-"}:${at?.column ?? "-"} ${code} ${message}`;
}

/** The leaves of a visor as short lines: values as JSON, keys of sets as names. */
export function leavesOf(desired: DesiredFleet, visor: string): Readonly<Record<string, string>> {
  const found = desired.visors.find((one) => one.name === visor);
  if (found === undefined) throw new Error(`no visor ${visor}`);
  return Object.fromEntries(
    [...found.leaves].map(([path, field]) => [path, leafLine(desired, field)]),
  );
}

function leafLine(desired: DesiredFleet, field: DesiredField): string {
  if (field.kind === "value") return JSON.stringify(field.value);
  const names = (elements: readonly { readonly value: string }[]): string =>
    elements
      .map(({ value }) => desired.keyNames.get(value) ?? value)
      .toSorted()
      .join(" ");
  if (field.anyone === true) return "anyone";
  const members = names(field.members);
  return field.exact ? `= ${members}` : `+ ${members} - ${names(field.removed)}`;
}
