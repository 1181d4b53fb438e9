import type { Random, SealKey } from "../../core/index.ts";
import type { OperatorKeys } from "../keys/keys.ts";
import type { KeysetOperator, LedgerRecord, SealedEpochKey } from "./payloads.ts";
import { recordsOf } from "../ask/queries.ts";
import { EpochKey, epochKeysFor } from "./sealing.ts";

const KEY_SIZE = 32;

/** The sealing part of a key set. */
export interface Epoch {
  readonly epoch: number;
  readonly epochKeys: readonly SealedEpochKey[];
}

/** A key set that seals nothing. */
export const UNSEALED: Epoch = { epoch: 0, epochKeys: [] };

/**
 * Begins a new epoch for a fleet: a fresh key, and the keys of the epochs before it, each encrypted
 * to every operator with a seal key and to ourselves. An operator who joins can so read what was; one
 * who left cannot read what comes.
 */
export function newEpoch(options: {
  readonly records: readonly LedgerRecord[];
  readonly fleet: string;
  readonly operators: Readonly<Record<string, KeysetOperator>>;
  readonly keys: OperatorKeys;
  readonly random: Random;
}): Epoch {
  const { records, fleet, operators, keys, random } = options;
  const older = olderKeys(records, fleet, keys);
  const epoch =
    Math.max(0, ...recordsOf(records, "keyset", fleet).map(({ payload }) => payload?.epoch ?? 0)) +
    1;
  const all = [...older, new EpochKey(epoch, random(KEY_SIZE))];
  const listed = Object.values(operators).map(({ seal }) => seal);
  const recipients = [...new Set<SealKey | undefined>([keys.seal, ...listed])].filter(
    (seal) => seal !== undefined,
  );
  return {
    epoch,
    epochKeys: recipients.toSorted().flatMap((seal) => all.map((key) => key.wrapFor(seal, random))),
  };
}

function olderKeys(
  records: readonly LedgerRecord[],
  fleet: string,
  keys: OperatorKeys,
): readonly EpochKey[] {
  const byId = new Map<string, EpochKey>();
  for (const { payload } of recordsOf(records, "keyset", fleet)) {
    if (payload === undefined) continue;
    for (const key of epochKeysFor(payload, keys)) byId.set(key.id, key);
  }
  return [...byId.values()];
}
