// References to secrets: how they are written and which may be followed.
import type { SecretRef } from "../model/index.ts";

/** A reference as it can stand in a manifest, or why the text is none that can be followed. */
export type ParsedRef =
  | { readonly kind: "plain" }
  | { readonly kind: "ref"; readonly ref: SecretRef }
  | { readonly kind: "fault"; readonly message: string; readonly next: string };

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Variables of `fleet` itself and of CI systems: tokens of the runner, which no visor has a use for. */
const RUNNERS_OWN =
  /^(FLEET_(OPERATOR|COMMENT)|GITHUB|GH|ACTIONS|RUNNER|CI|GITLAB|GITEA|FORGEJO)_/i;

/** Reads `env:NAME` and `file:path`; every other text is plain. */
export function parseSecretRef(text: string): ParsedRef {
  if (text.startsWith("env:")) {
    const name = text.slice("env:".length);
    if (RUNNERS_OWN.test(name)) {
      return {
        kind: "fault",
        message: `${name} belongs to fleet or to the CI system that runs it, and is never sent to a visor`,
        next: "give the secret a variable of its own, such as env:CHAT_TOKEN",
      };
    }
    if (VARIABLE.test(name)) return { kind: "ref", ref: `env:${name}` };
    return {
      kind: "fault",
      message: "what follows env: is no name of an environment variable",
      next: "write env: and the name, such as env:CHAT_TOKEN",
    };
  }
  if (text.startsWith("file:")) {
    const path = text.slice("file:".length);
    if (staysInside(path)) return { kind: "ref", ref: `file:${path}` };
    return {
      kind: "fault",
      message: "a file of a secret lies in the folder of the manifest or below it",
      next: "write file: and a path relative to the manifest, without .. and without a leading /",
    };
  }
  return { kind: "plain" };
}

/** True for a relative path with forward slashes that has no way up. */
export function staysInside(path: string): boolean {
  if (path === "" || /^[/~]|[\\:\0]|\/$/.test(path)) return false;
  return path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}
