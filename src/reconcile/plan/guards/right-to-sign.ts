// Refuses a plan after which nobody could change operators, controllers or policy again.
import { counted } from "../../../core/index.ts";
import { keysetLockOut } from "../../../ledger/index.ts";
import type { Keyset, Refusal } from "../../../model/index.ts";
import { keysetToRecord } from "../keyset-record.ts";

/** What is looked at: who may do what behind the plan, and how many relays it lists. */
export interface RightToSignInput {
  readonly keyset: Keyset;
  readonly relays: readonly string[];
  /** How the keyset differs from the ones in force. */
  readonly keysetChanges: readonly string[];
  /** True where nothing is recorded: the keyset becomes the first. */
  readonly isFirst: boolean;
}

/**
 * Looks for lock-out in the right to sign: what is recorded once can only be changed by those whom it names. A keyset that
 * does not change is not judged, and neither is a first one that names nobody: no apply of it is allowed.
 */
export function checkRightToSign(input: RightToSignInput): readonly Refusal[] {
  const { keyset, relays, keysetChanges, isFirst } = input;
  const isJudged = isFirst ? keyset.operators.length > 0 : keysetChanges.length > 0;
  if (!isJudged) return [];
  const refusals: Refusal[] = [];
  const found = keysetLockOut(keysetToRecord(keyset));
  if (found !== undefined) {
    const { why, path, measured, limit, next } = found;
    refusals.push({
      guard: "lock-out",
      path,
      message: `the manifest ${why}: once that is recorded, nobody could take it back`,
      measured,
      limit,
      next,
    });
  }
  const { requireRelays } = keyset.policy;
  if (requireRelays > relays.length) {
    refusals.push({
      guard: "lock-out",
      path: "policy.require_relays",
      message: `the manifest asks for ${counted(requireRelays, "relay")}, and lists ${relays.length}: once that is recorded, no apply could pass`,
      measured: counted(relays.length, "relay"),
      limit: `at least ${requireRelays}`,
      next: "list more relays under ledger.relays, or write a smaller number",
    });
  }
  return refusals;
}
