// Who may do what by the records of all ledgers here, and what must hold before another keyset is recorded.
import { FleetError, type OperatorKey } from "../../core/index.ts";
import {
  type AcceptedKeyset,
  Keyring,
  KeysetFollower,
  type KeysetPayload,
  type KeysetTerms,
  type LedgerRecord,
  mayChange,
  type OperatorKeys,
  type ReadOnlyLedger,
  type SeenHead,
  type WriterKeys,
} from "../../ledger/index.ts";
import { printable, shortKey } from "../../view/index.ts";
import { joinedRecords, openFeeds, seenHeads } from "../ledger/feeds.ts";
import { Findings } from "../ledger/joined-history.ts";
import type { ManifestSource } from "../manifest/manifest-source.ts";
import type { Operator } from "../ledger/operator.ts";
import type { World } from "../shell/world.ts";

/** What all ledgers on this machine say of who may do what. */
export interface KeysetPast {
  /** Behind the last record. */
  readonly follower: KeysetFollower;
  /** The epoch keys that we can open. */
  readonly keyring: Keyring;
  /** The keys that write our own ledger, as its newest rotation says. */
  readonly writer: WriterKeys;
  /** How much of the other ledgers it goes by. */
  readonly heads: readonly SeenHead[];
  /** What could not be read or does not fit, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Follows the keysets of all fleets through our ledger and the copies of others'. Reads only.
 * @param ledger our own, where it is open already
 * @throws FleetError ledger/* (exit 4) when our own cannot be read
 */
export async function readKeysets(
  operator: Pick<Operator, "keys" | "ledgerFolder">,
  source: ManifestSource | undefined,
  world: World,
  ledger?: ReadOnlyLedger,
): Promise<KeysetPast> {
  const { keys } = operator;
  const open = await openFeeds(operator, source, world, ledger);
  const follower = new KeysetFollower();
  const keyring = new Keyring(keys);
  const findings = new Findings();
  const faults: string[] = [];
  let writer: WriterKeys = { operator: keys.operator, seal: keys.seal };
  const records = joinedRecords(open, { onFinding: findings.take });
  for await (const record of records) {
    if (record.feed === keys.feed) writer = writerAfter(record, writer);
    if (record.kind !== "keyset" || record.payload === undefined) continue;
    keyring.add(record.payload);
    const verdict = follower.next(record);
    if (verdict?.kind === "refused") faults.push(verdict.fault.message);
  }
  return {
    follower,
    keyring,
    writer,
    heads: seenHeads(open),
    notes: [...open.notes, ...findings.all, ...faults],
  };
}

function writerAfter({ kind, payload }: LedgerRecord, before: WriterKeys): WriterKeys {
  if ((kind !== "genesis" && kind !== "rotate") || payload === undefined) return before;
  return { operator: payload.ed25519, seal: payload.x25519 };
}

/**
 * Makes sure that our key file has the keys that write our ledger: a rotation that was cut off is ended first.
 * @throws FleetError cli/rotation-open (exit 4)
 */
export function checkWriter({ writer }: KeysetPast, keys: OperatorKeys): void {
  if (writer.operator === keys.operator && writer.seal === keys.seal) return;
  throw new FleetError(
    "cli/rotation-open",
    `this machine's ledger is written with ${writer.operator} by now, and its key file has ${keys.operator}`,
    {
      next: "`fleet operator rotate` ends a rotation that was cut off; else copy the key file from where it was rotated",
      exit: 4,
    },
  );
}

/**
 * Makes sure, before a keyset is recorded, that readers will follow it: what they refuse would stay in the
 * ledger for ever.
 * @throws FleetError ledger/keyset-* (exit 4)
 */
export function checkFollowed(
  { follower }: KeysetPast,
  payload: KeysetPayload,
  { keys, size }: { readonly keys: OperatorKeys; readonly size: number },
): void {
  const verdict = follower.next({
    kind: "keyset",
    feed: keys.feed,
    index: size,
    parts: 1,
    timeNs: 0n,
    timeMs: 0,
    hash: "0".repeat(64),
    operator: keys.operator,
    heads: [],
    sealed: false,
    payload,
  });
  if (verdict?.kind === "accepted") return;
  const fault = verdict?.kind === "refused" ? verdict.fault : undefined;
  throw new FleetError(
    fault?.code ?? "ledger/keyset-not-approved",
    fault?.message ??
      `the keyset of fleet ${payload.fleet} follows one that is in no ledger on this machine`,
    { next: "`fleet log --kind keyset` lists what is recorded; begin the change anew", exit: 4 },
  );
}

/**
 * Makes sure that the keyset in force lets us change it.
 * @throws FleetError cli/may-not-change (exit 4)
 */
export function checkMayChange({ payload }: AcceptedKeyset, keys: OperatorKeys): void {
  if (mayChange(payload).has(keys.operator)) return;
  const able = namesOf([...mayChange(payload)], payload);
  throw new FleetError(
    "cli/may-not-change",
    `the recorded keyset of fleet ${printable(payload.fleet)} does not let this machine's key ${keys.operator} change it`,
    { next: `have it done by an operator with apply: ${able.join(", ")}`, exit: 4 },
  );
}

/** Keys as the names that a keyset has for them, sorted; the beginning of a key that it does not name. */
export function namesOf(
  keys: readonly OperatorKey[],
  { operators }: Pick<KeysetTerms, "operators">,
): readonly string[] {
  const names = new Map(Object.entries(operators).map(([name, { key }]) => [key, name]));
  return keys.map((key) => printable(names.get(key) ?? shortKey(key))).toSorted();
}
