// The entries and keysets by which an operator rotates their own keys.
import { FleetError, type Random } from "../../core/index.ts";
import { type Epoch, keepsEpoch, newEpoch, UNSEALED } from "./epochs.ts";
import {
  type EntryDraft,
  type Keyring,
  type KeysetApproval,
  makeMoved,
  makeRotate,
} from "../log/index.ts";
import type { KeysetTerms } from "./keyset-change.ts";
import type { OperatorKeys } from "../keys/index.ts";
import type { AcceptedKeyset } from "./keyset-follower.ts";

/** Our keys before and after a rotation. */
export interface OwnRotation {
  readonly keys: OperatorKeys;
  /** Of the same secret, from {@link OperatorKeys.nextKeys}. */
  readonly next: OperatorKeys;
}

/** What the keyset of an own rotation is made from, beside the keys. */
export interface RotationKeysetOptions extends OwnRotation {
  /** The keys of all keysets of all joined feeds. */
  readonly keyring: Keyring;
  readonly random: Random;
  /** Of other operators over {@link rotatedTerms}, when the keyset asks for more signatures than ours. */
  readonly approvals?: readonly KeysetApproval[];
}

/**
 * The terms of a keyset with our next keys in the place of those before, and nothing else changed: what other
 * operators approve.
 * @throws FleetError ledger/keyset-not-operator when it does not list us
 */
export function rotatedTerms(
  { operators, controllers, policy }: KeysetTerms,
  { keys, next }: OwnRotation,
): KeysetTerms {
  const isListed = Object.values(operators).some(({ key }) => key === keys.operator);
  if (!isListed)
    throw new FleetError(
      "ledger/keyset-not-operator",
      `the keyset does not list ${keys.operator}, so nothing in it can be rotated`,
      { next: "rotate with the key that the manifest's operators list", exit: 4 },
    );
  const rotated = Object.entries(operators).map(([name, operator]) => {
    if (operator.key !== keys.operator) return [name, operator] as const;
    const seal = operator.seal === undefined ? {} : { seal: next.seal };
    return [name, { ...operator, key: next.operator, ...seal }] as const;
  });
  return { operators: Object.fromEntries(rotated), controllers, policy };
}

/**
 * The keyset entry that stands before the rotation in one commit, one for each fleet: signed by the old key, it
 * names the next ones. The epoch goes on only where nobody's seal key changes and its author is still listed.
 * @throws FleetError ledger/keyset-not-operator when the keyset does not list us
 */
export function rotationKeyset(
  { digest, payload, writer }: Pick<AcceptedKeyset, "digest" | "payload" | "writer">,
  options: RotationKeysetOptions,
): EntryDraft {
  const { next, keyring, random, approvals = [] } = options;
  const terms = rotatedTerms(payload, options);
  const { fleet, epoch, epochKeys } = payload;
  const { operators } = terms;
  const isKept = keepsEpoch(payload, { writer, operators, own: next.seal });
  const later = (): Epoch => newEpoch({ fleet, operators, keyring, keys: next, random });
  const sealing = epoch === 0 ? UNSEALED : isKept ? { epoch, epochKeys } : later();
  const more = approvals.length === 0 ? {} : { approvals };
  return { kind: "keyset", payload: { fleet, ...terms, ...sealing, previous: digest, ...more } };
}

/**
 * The entry that hands our ledger over to our next keys: the last that the old key signs. It is appended behind
 * the keysets, with the next keys named in the options of that append.
 */
export function rotateDraft({ keys, next }: OwnRotation): EntryDraft {
  return { kind: "rotate", payload: makeRotate(keys, next) };
}

/**
 * The entry that ends our ledger, because it goes on in the feed of our next keys; nothing may follow it.
 * @internal no command moves a feed yet
 */
export function movedDraft({ keys, next }: OwnRotation): EntryDraft {
  return { kind: "moved", payload: makeMoved(keys, next) };
}
