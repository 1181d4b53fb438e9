// Changes of a keyset, and the signatures by which its operators agree to one.
import {
  canonicalJson,
  canonicalJsonBytes,
  type Digest,
  fromHex,
  type Json,
  type OperatorKey,
  toHex,
  verifyEd25519,
} from "../../core/index.ts";
import type { OperatorKeys } from "../keys/index.ts";
import { type KeysetApproval, type KeysetPayload, preAuthentication } from "../log/index.ts";

const CHANGE_TYPE = "application/vnd.skywire-fleet.keyset-change.v1";

/** What a keyset says about who may do what. */
export type KeysetTerms = Pick<KeysetPayload, "operators" | "controllers" | "policy">;

/** A change of a fleet's keyset, as operators approve it. */
export interface KeysetChange extends KeysetTerms {
  readonly fleet: string;
  /** The hash of the entry with the keyset that it follows. */
  readonly previous: Digest;
}

/** An approval whose signature was checked. Only {@link verifyApproval} makes one. */
export type VerifiedApproval = KeysetApproval & { readonly __verified: "approval" };

/** The bytes an approval signs: everything that the change says, and nothing else. */
function keysetChangeBody(change: KeysetChange): Uint8Array {
  const { fleet, previous, operators, controllers, policy } = change;
  const body = { fleet, previous, operators, controllers, policy } as unknown as Json;
  return preAuthentication(CHANGE_TYPE, canonicalJsonBytes(body));
}

/** Signs a change as one operator. */
export function approveKeyset(keys: OperatorKeys, change: KeysetChange): KeysetApproval {
  return { key: keys.operator, signature: toHex(keys.sign(keysetChangeBody(change))) };
}

/** Checks an approval; `undefined` when it is not one of this change. */
export function verifyApproval(
  change: KeysetChange,
  approval: KeysetApproval,
): VerifiedApproval | undefined {
  const { key, signature } = approval;
  if (!/^[0-9a-f]{128}$/.test(signature)) return undefined;
  return verifyEd25519(key, keysetChangeBody(change), fromHex(signature))
    ? (approval as VerifiedApproval)
    : undefined;
}

/** True when two keysets say the same about who may do what; epochs may differ. */
export function hasSameTerms(a: KeysetTerms, b: KeysetTerms): boolean {
  return termsText(a) === termsText(b);
}

/** How many operators of a keyset must sign one that differs from it; 1 unless its policy says more. */
export function signaturesNeeded({ policy }: KeysetTerms): number {
  const needed = policy["keyset_signatures"];
  return typeof needed === "number" ? needed : 1;
}

/** Who may sign a change of a keyset: its operators with `apply`. */
export function mayChange({ operators }: KeysetTerms): ReadonlySet<OperatorKey> {
  return new Set(
    Object.values(operators)
      .filter(({ may }) => may.includes("apply"))
      .map(({ key }) => key),
  );
}

function termsText({ operators, controllers, policy }: KeysetTerms): string {
  return canonicalJson({ operators, controllers, policy } as unknown as Json);
}
