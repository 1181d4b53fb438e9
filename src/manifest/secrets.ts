// Looking up the secrets that a manifest refers to.
import {
  type Diagnostic,
  FleetError,
  type Files,
  fromUtf8,
  hasCode,
  type Place,
} from "../core/index.ts";
import type { DesiredFleet, SecretRef } from "../model/index.ts";
import { staysInside } from "./secret-ref.ts";

/** What is needed to look secrets up. */
export interface SecretPorts {
  readonly env: (name: string) => string | undefined;
  readonly files: Files;
  /** Absolute path of the folder that the manifest lies in. */
  readonly manifestFolder: string;
}

/** A larger file is no secret. */
const SECRET_BYTES_MAX = 64 * 1024;

/**
 * Reports files of secrets that lie elsewhere, and as warnings those that are missing: only the machine
 * that applies needs them. Reads none of them.
 */
export async function checkSecretFiles(
  desired: DesiredFleet,
  files: Files,
  manifestFolder: string,
): Promise<readonly Diagnostic[]> {
  const places = new Map<SecretRef, Place>();
  for (const field of desired.visors.flatMap(({ leaves: fields }) => [...fields.values()])) {
    if (field.kind !== "value") continue;
    for (const ref of field.secrets)
      if (ref.startsWith("file:") && !places.has(ref)) places.set(ref, field.origin.place);
  }
  const diagnostics: Diagnostic[] = [];
  for (const [ref, at] of places) {
    try {
      await locate(ref, files, manifestFolder);
    } catch (error) {
      if (!(error instanceof FleetError)) throw error;
      diagnostics.push({
        code: error.code,
        severity: error.code === "secret/missing" ? "warning" : "error",
        message: error.message,
        at,
        text: ref,
        next: error.next ?? "check the file",
      });
    }
  }
  return diagnostics;
}

/**
 * Looks secrets up. Only apply calls this; the values must never be printed or stored. One line end at
 * the end of a file does not count.
 * @throws FleetError secret/missing, secret/outside, secret/empty, secret/too-large, secret/not-text (exit 64)
 */
export async function resolveSecrets(
  refs: Iterable<SecretRef>,
  ports: SecretPorts,
): Promise<ReadonlyMap<SecretRef, string>> {
  const values = new Map<SecretRef, string>();
  for (const ref of new Set(refs)) {
    const value = ref.startsWith("env:") ? readVariable(ref, ports) : await readFile(ref, ports);
    if (value === "") {
      throw fault("secret/empty", ref, "is empty", "give it a value");
    }
    if (value.includes("\0")) {
      throw fault(
        "secret/not-text",
        ref,
        "holds a zero byte",
        "store the secret as one line of text",
      );
    }
    values.set(ref, value);
  }
  return values;
}

function readVariable(ref: SecretRef, ports: SecretPorts): string {
  const name = ref.slice("env:".length);
  const value = ports.env(name);
  if (value !== undefined) return value;
  throw fault(
    "secret/missing",
    ref,
    "is not set in this environment",
    `set the environment variable ${name}`,
  );
}

async function readFile(ref: SecretRef, ports: SecretPorts): Promise<string> {
  const path = await locate(ref, ports.files, ports.manifestFolder);
  const bytes = await ports.files
    .read(path, { bytesMax: SECRET_BYTES_MAX })
    .catch((error: unknown) => {
      if (!hasCode(error, "files/too-large")) throw error;
      throw fault("secret/too-large", ref, "is too large for a secret", "name the right file");
    });
  if (bytes === undefined) throw missingFile(ref);
  let text: string;
  try {
    text = fromUtf8(bytes);
  } catch {
    // The cause would be harmless, but nothing about a secret's bytes is ever passed on.
    throw fault(
      "secret/not-text",
      ref,
      "is not UTF-8 text",
      "store the secret as one line of text",
    );
  }
  return text.replace(/\r?\n$/, "");
}

/** The path of the file that a reference names, every link followed, proven to lie in the folder. */
async function locate(ref: SecretRef, files: Files, folder: string): Promise<string> {
  const relative = ref.slice("file:".length);
  const realFolder = await files.realPath(folder);
  if (realFolder === undefined || !staysInside(relative)) throw outside(ref);
  const real = await files.realPath(`${withoutSlash(realFolder)}/${relative}`);
  if (real === undefined) throw missingFile(ref);
  const inside = real.replaceAll("\\", "/");
  if (!inside.startsWith(`${withoutSlash(realFolder.replaceAll("\\", "/"))}/`)) throw outside(ref);
  const facts = await files.stat(real);
  if (facts?.isFolder === true) {
    throw fault("secret/missing", ref, "is a folder", "name a file");
  }
  return real;
}

function withoutSlash(path: string): string {
  return path.replace(/\/+$/, "");
}

function missingFile(ref: SecretRef): FleetError {
  return fault(
    "secret/missing",
    ref,
    "does not exist",
    "make the file beside the manifest, and keep it out of version control",
  );
}

function outside(ref: SecretRef): FleetError {
  return fault(
    "secret/outside",
    ref,
    "leads out of the folder of the manifest",
    "copy the file into that folder, or use an environment variable",
  );
}

function fault(code: `secret/${string}`, ref: SecretRef, what: string, next: string): FleetError {
  return new FleetError(code, `${ref} ${what}`, { next, exit: 64 });
}
