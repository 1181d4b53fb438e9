// When a new epoch of sealing begins, and what its keyset holds for whom.
import { FleetError, type Random, type SealKey } from "../../core/index.ts";
import type { OperatorKeys } from "../keys/index.ts";
import {
  EpochKey,
  epochKeysFor,
  type Keyring,
  type KeysetOperator,
  type KeysetPayload,
  type SealedEpochKey,
} from "../log/index.ts";

const KEY_SIZE = 32;

/** The sealing part of a keyset. */
export interface Epoch {
  readonly epoch: number;
  readonly epochKeys: readonly SealedEpochKey[];
}

/** A keyset that seals nothing. */
export const UNSEALED: Epoch = { epoch: 0, epochKeys: [] };

type Operators = Readonly<Record<string, KeysetOperator>>;

/** What the sealing part of a fleet's next keyset is made from. */
export interface EpochOptions {
  readonly fleet: string;
  /** Of the keyset that is being made. */
  readonly operators: Operators;
  /** The keys of all keysets of all joined feeds. */
  readonly keyring: Keyring;
  /** Ours: with a rotation under way, those after it. */
  readonly keys: OperatorKeys;
  readonly random: Random;
}

/**
 * Begins a new epoch for a fleet: a fresh key, and the keys of the epochs before it, each encrypted
 * to every operator with a seal key and to ourselves. An operator who joins can so read what was; one
 * who left cannot read what comes.
 */
export function newEpoch(options: EpochOptions): Epoch {
  const { fleet, keyring, random } = options;
  const epoch = keyring.highestEpoch(fleet) + 1;
  return wrapEpoch(new EpochKey(epoch, random(KEY_SIZE)), options);
}

/**
 * Takes another feed's keyset over into our own: the same epoch and key, and all older keys we hold,
 * encrypted to the same operators, so that our feed can be read without the other.
 * @throws FleetError ledger/seal when the keyset holds no key for us
 */
export function adoptEpochs(
  keyset: KeysetPayload,
  options: Omit<EpochOptions, "fleet" | "operators">,
): Epoch {
  if (keyset.epoch === 0) return UNSEALED;
  const key = sealingKeyOf(keyset, options.keys);
  if (key === undefined)
    throw new FleetError("ledger/seal", `the keyset of fleet ${keyset.fleet} holds no key for us`, {
      next: "put this machine's seal key into the manifest's operators (fleet keygen prints the line)",
      exit: 4,
    });
  return wrapEpoch(key, { ...options, fleet: keyset.fleet, operators: keyset.operators });
}

/**
 * True when the epoch of a keyset can go on under other operators: it is sealed to the very same
 * seal keys. Whoever drew its key must still be one of them, because he knows it.
 */
export function keepsEpoch(
  keyset: KeysetPayload,
  options: { readonly writer: string; readonly operators: Operators; readonly own: SealKey },
): boolean {
  const { writer, operators, own } = options;
  const before = new Set(
    keyset.epochKeys
      .filter(({ epoch }) => epoch === keyset.epoch)
      .map(({ recipient }) => recipient),
  );
  const now = recipientsOf(operators, own);
  const isWriterListed = Object.values(operators).some(({ key }) => key === writer);
  return (
    keyset.epoch > 0 &&
    isWriterListed &&
    now.length === before.size &&
    now.every((seal) => before.has(seal))
  );
}

/**
 * The key that entries behind a keyset are sealed with; `undefined` when it is not sealed, not for
 * us, or names several keys as the one of its epoch.
 * @internal the tests compare the keys of keysets
 */
export function sealingKeyOf(keyset: KeysetPayload, keys: OperatorKeys): EpochKey | undefined {
  if (keyset.epoch === 0) return undefined;
  const current = epochKeysFor(keyset, keys).filter(({ epoch }) => epoch === keyset.epoch);
  const [first] = current;
  return current.every(({ id }) => id === first?.id) ? first : undefined;
}

function wrapEpoch(
  current: EpochKey,
  { fleet, operators, keyring, keys, random }: EpochOptions,
): Epoch {
  const older = keyring.keysOf(fleet).filter(({ id }) => id !== current.id);
  // Two operators can begin one epoch at once: the number names one key only, the other is an older one.
  const all = [...older.map((key) => key.before(current.epoch)), current];
  const epochKeys = recipientsOf(operators, keys.seal).flatMap((seal) =>
    all.map((key) => key.wrapFor(seal, random)),
  );
  return { epoch: current.epoch, epochKeys };
}

function recipientsOf(operators: Operators, own: SealKey): readonly SealKey[] {
  const listed = Object.values(operators).map(({ seal }) => seal);
  return [...new Set<SealKey | undefined>([own, ...listed])]
    .filter((seal) => seal !== undefined)
    .toSorted();
}
