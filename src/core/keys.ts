// Keys as texts: of visors, of operators, and those that records are sealed to.
import { ECDH } from "node:crypto";
import { FleetError } from "./errors.ts";

/** The name of one visor on the network: a compressed secp256k1 point, 66 lower-case hex digits. */
export type VisorKey = string & { readonly __brand: "VisorKey" };

/** An operator's ed25519 public key: `ed25519:` and 64 lower-case hex digits. */
export type OperatorKey = string & { readonly __brand: "OperatorKey" };

/** An operator's X25519 public key for sealed entries: `x25519:` and 64 lower-case hex digits. */
export type SealKey = string & { readonly __brand: "SealKey" };

/** Why a text is no visor key; `undefined` when it is one. */
export function visorKeyFault(text: string): string | undefined {
  if (/^ed25519:/i.test(text)) {
    return "this is an operator's ed25519 key, not a visor's key (66 hexadecimal digits)";
  }
  if (!/^[0-9a-fA-F]*$/.test(text)) return "a visor key has only hexadecimal digits";
  if (text.length === 64) {
    return "64 digits are an ed25519 public key or a secret key; a visor key has 66 and begins with 02 or 03";
  }
  if (text.length !== 66) return `a visor key has 66 hexadecimal digits, this has ${text.length}`;
  if (!/^0[23]/.test(text)) return "a visor key begins with 02 or 03";
  if (!isOnCurve(text))
    return "no such key exists (the point is not on the curve): a digit is probably wrong";
  return undefined;
}

/** The key that a text is, or why it is none: one check of the curve, which costs more than all else. */
export function checkVisorKey(
  text: string,
): { readonly key: VisorKey } | { readonly fault: string } {
  const fault = visorKeyFault(text);
  return fault === undefined ? { key: text.toLowerCase() as VisorKey } : { fault };
}

/**
 * Parses a visor key; upper-case digits are accepted and become lower case.
 * @throws FleetError key/visor
 */
export function parseVisorKey(text: string): VisorKey {
  const checked = checkVisorKey(text);
  if ("fault" in checked) {
    throw new FleetError("key/visor", `${text}: ${checked.fault}`, {
      next: "copy the key again from the visor",
      exit: 64,
    });
  }
  return checked.key;
}

/** The form of an operator key. */
export const OPERATOR_KEY_FORM: RegExp = /^ed25519:[0-9a-f]{64}$/;

/** The form of a seal key. */
export const SEAL_KEY_FORM: RegExp = /^x25519:[0-9a-f]{64}$/;

/** True when `text` has the form of an operator key. The point itself is checked when it verifies. */
export function isOperatorKey(text: string): text is OperatorKey {
  return OPERATOR_KEY_FORM.test(text);
}

/** True when `text` has the form of a seal key. */
export function isSealKey(text: string): text is SealKey {
  return SEAL_KEY_FORM.test(text);
}

/** The same keys come again in every record and reply; the curve costs more than all else of them. */
const KNOWN_MAX = 4096;
const known = new Set<string>();

function isOnCurve(hex: string): boolean {
  if (known.has(hex)) return true;
  try {
    ECDH.convertKey(hex, "secp256k1", "hex", "hex", "uncompressed");
  } catch {
    return false;
  }
  if (known.size >= KNOWN_MAX) known.clear();
  known.add(hex);
  return true;
}
