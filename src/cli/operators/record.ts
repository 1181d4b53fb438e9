// Recording a keyset, under the lock of our ledger and only while the one that was shown is still in force.
import { assert, FleetError } from "../../core/index.ts";
import {
  type AcceptedKeyset,
  type EntryDraft,
  type Epoch,
  type Keyring,
  keysetDraft,
  type KeysetOperator,
  type KeysetPayload,
  type Ledger,
  newEpoch,
  UNSEALED,
} from "../../ledger/index.ts";
import type { ManifestSource } from "../manifest/manifest-source.ts";
import { type LockRequest, openOwnLedger, type Operator } from "../ledger/operator.ts";
import type { World } from "../shell/world.ts";
import { checkFollowed, type KeysetPast, readKeysets } from "./keyset-past.ts";
import type { OperatorEdit } from "./manifest-text.ts";
import { writeText } from "../manifest/rewrite-manifest.ts";
import type { NextKeyset } from "./next-keyset.ts";

/** Runs work with our ledger open and locked, and gives the lock back. */
export async function withLedger<Result>(
  operator: Operator,
  request: LockRequest,
  world: World,
  work: (ledger: Ledger) => Promise<Result>,
): Promise<Result> {
  const ledger = await openOwnLedger(operator, request, world);
  try {
    return await work(ledger);
  } finally {
    await ledger.close();
  }
}

/** What was recorded. */
export interface Recorded {
  readonly entry: number;
  readonly epoch: number;
}

/** What {@link recordKeyset} takes. */
export interface KeysetRecordInput {
  readonly next: Extract<NextKeyset, { readonly kind: "first" | "record" }>;
  readonly edit: OperatorEdit;
  readonly operator: Operator;
  readonly source: ManifestSource;
  readonly request: LockRequest;
  readonly world: World;
}

/**
 * Takes the ledger's lock, looks once more, writes the manifest and records the keyset, in this order: after a crash
 * between the two the same command records what the manifest says by then.
 * @throws FleetError cli/changed (exit 5) when another keyset was recorded meanwhile, and what writing throws
 */
export async function recordKeyset(input: KeysetRecordInput): Promise<Recorded> {
  const { next, edit, operator, source, request, world } = input;
  const { keys } = operator;
  return await withLedger(operator, request, world, async (ledger) => {
    const past = await readKeysets(operator, source, world, ledger);
    const { fleet } = edit.desired;
    checkUnchanged(past, fleet, next.kind === "first" ? undefined : next.accepted);
    const payload = payloadOf(next, input, past);
    checkFollowed(past, payload, { keys, size: ledger.head.size });
    await writeText(edit, world);
    const draft: EntryDraft = { kind: "keyset", payload };
    const [record] = await ledger.append([draft], { heads: past.heads });
    return { entry: record?.index ?? ledger.head.size, epoch: payload.epoch };
  });
}

/**
 * Makes sure that the keyset in force is still the one that was shown.
 * @throws FleetError cli/changed (exit 5)
 */
export function checkUnchanged(
  { follower }: KeysetPast,
  fleet: string,
  shown: AcceptedKeyset | undefined,
): void {
  const isSame =
    shown === undefined
      ? follower.current(fleet) === undefined
      : follower.placeOf(fleet, shown.digest) === "in-force";
  if (isSame) return;
  throw new FleetError("cli/changed", `another keyset of fleet ${fleet} was recorded meanwhile`, {
    next: "nothing was written; run the command again",
    exit: 5,
  });
}

function payloadOf(
  next: KeysetRecordInput["next"],
  { edit, operator: { keys }, world: { random } }: KeysetRecordInput,
  { keyring }: KeysetPast,
): KeysetPayload {
  const { fleet, ledger } = edit.desired;
  const begin = (operators: Readonly<Record<string, KeysetOperator>>): Epoch =>
    newEpoch({ fleet, operators, keyring, keys, random });
  if (next.kind === "first") {
    const { terms } = next;
    return { fleet, ...terms, ...(ledger.seal ? begin(terms.operators) : UNSEALED) };
  }
  const { accepted, change } = next;
  const epoch = accepted.payload.epoch === 0 ? UNSEALED : begin(change.operators);
  const draft = keysetDraft(change, epoch);
  assert(draft.kind === "keyset", "a change of a keyset becomes a keyset entry");
  return draft.payload;
}

/**
 * Makes sure that we can give a newcomer what the fleet recorded.
 * @throws FleetError ledger/seal (exit 4)
 */
export function checkHasEpochKey({ payload }: AcceptedKeyset, keyring: Keyring): void {
  const { fleet, epoch } = payload;
  if (epoch === 0 || keyring.keysOf(fleet).some((key) => key.epoch === epoch)) return;
  throw new FleetError(
    "ledger/seal",
    `this machine holds no key for what fleet ${fleet} records, so it cannot give a new operator any`,
    { next: "have an operator add them whose seal key the keyset lists", exit: 4 },
  );
}
