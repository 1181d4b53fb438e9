// The guards that ask for relays and witnesses before an apply.
import { counted } from "../../../core/index.ts";
import type { Refusal } from "../../../model/index.ts";
import { numberText } from "../policy.ts";

/** Refuses an apply, before its first write, while too few relays hold the ledger; `undefined` when enough do. */
export function relayRefusal(count: {
  readonly required: number;
  /** Relays that show our newest root and serve its objects. */
  readonly held: number;
}): Refusal | undefined {
  const { required, held } = count;
  if (held >= required) return undefined;
  return {
    guard: "relays",
    path: "policy.require_relays",
    message: `${counted(held, "relay holds", "relays hold")} the ledger as it is now, and policy.require_relays wants ${numberText(required)}: what this apply records could be lost with this machine`,
    measured: counted(held, "relay", "relays"),
    limit: `at least ${numberText(required)}`,
    next: "look at `fleet ledger status`; bring relays up or list others under ledger.relays, and lower the number only while enough still hold the ledger",
  };
}

/** Refuses while too few witnesses have cosigned; `undefined` when enough have. */
export function witnessesRefusal(count: {
  readonly required: number;
  /** Witnesses whose cosignature on the checkpoint verifies, each counted once. */
  readonly have: number;
}): Refusal | undefined {
  const { required, have } = count;
  if (have >= required) return undefined;
  return {
    guard: "witnesses",
    path: "policy.require_witnesses",
    message: `${counted(have, "witness has", "witnesses have")} cosigned the ledger, and policy.require_witnesses wants ${numberText(required)}: a second history could be shown to somebody else`,
    measured: counted(have, "witness", "witnesses"),
    limit: `at least ${numberText(required)}`,
    next: "have operators with may: [witness] run `fleet ledger witness`, then try again",
  };
}

/** Refuses a change of the keyset that too few operators of the old one signed; `undefined` when enough did. */
export function keysetSignaturesRefusal(count: {
  readonly required: number;
  /** Operators of the old keyset that may apply and whose signature on the change verifies, each counted once. */
  readonly have: number;
}): Refusal | undefined {
  const { required, have } = count;
  if (have >= required) return undefined;
  return {
    guard: "keyset-signatures",
    path: "policy.keyset_signatures",
    message: `operators, controllers or policy change, ${counted(have, "operator of those so far has", "operators of those so far have")} signed it, and policy.keyset_signatures wants ${numberText(required)}`,
    measured: counted(have, "signature", "signatures"),
    limit: `at least ${numberText(required)}`,
    next: "have further operators who may apply sign the same change, or take the change out of the manifest",
  };
}
