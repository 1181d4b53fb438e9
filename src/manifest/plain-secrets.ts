// What looks like a secret and must be a reference.
import { visorKeyFault } from "../core/index.ts";
import { namesSecret } from "../model/index.ts";

const SECRET_KEY_FORM = /(^|[^0-9a-fA-F])[0-9a-fA-F]{64}($|[^0-9a-fA-F])/;
const PASSWORD_IN_ADDRESS = /:\/\/[^/@\s:]*:[^/@\s]+@/;

/**
 * True when a text must not stand in a manifest as it is, whatever field it is in: it has the form of
 * a secret key (64 hexadecimal digits), or is an address with a password inside.
 */
export function looksSecret(text: string): boolean {
  return SECRET_KEY_FORM.test(text) || PASSWORD_IN_ADDRESS.test(text);
}

/**
 * True when the value of an option or variable of this name must be a reference. Names that speak of
 * a password, token, secret or key are secret; a value that is only visor keys, `true` or `false` is
 * public whatever the name says, because `--pubkey 02…` and `--use-password=true` are no secrets.
 */
export function isPlainSecret(name: string, value: string): boolean {
  return namesSecret(name) && !isPublicValue(value);
}

function isPublicValue(value: string): boolean {
  if (value === "true" || value === "false") return true;
  return value.split(",").every((part) => visorKeyFault(part.trim()) === undefined);
}

/** Splits `--name=value` and `-name=value`; `undefined` when the element is no option. */
export function parseOption(
  element: string,
): { readonly name: string; readonly value?: string } | undefined {
  const match = /^--?([A-Za-z][\w.-]*)(?:=([^]*))?$/.exec(element);
  if (match === null) return undefined;
  const [, name = "", value] = match;
  return value === undefined ? { name } : { name, value };
}
