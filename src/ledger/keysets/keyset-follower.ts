// Follows the keysets of fleets through joined feeds, and says which of them are in force.
import { assert, defined, type Digest, type OperatorKey } from "../../core/index.ts";
import {
  hasSameTerms,
  type KeysetChange,
  mayChange,
  signaturesNeeded,
  verifyApproval,
} from "./keyset-change.ts";
import type { KeysetOperator, KeysetPayload, LedgerRecord } from "../log/index.ts";
import type { FeedKey } from "../keys/index.ts";

/** A keyset that the operators of the one before it agreed to. */
export interface AcceptedKeyset {
  readonly fleet: string;
  /** The hash of its entry: what the next keyset names as the one before. */
  readonly digest: Digest;
  readonly payload: KeysetPayload;
  readonly feed: FeedKey;
  readonly index: number;
  readonly timeMs: number;
  /** Who wrote it, and drew its epoch key if that is new. */
  readonly writer: OperatorKey;
}

/** A keyset that is not believed, and why. */
export interface KeysetFault {
  readonly code: "ledger/keyset-not-approved" | "ledger/keyset-not-operator" | "ledger/keyset-fork";
  readonly message: string;
  readonly fleet: string;
  readonly feed: FeedKey;
  readonly entry: number;
  /** Of a fork: the keyset that stands in its place. */
  readonly other?: { readonly feed: FeedKey; readonly entry: number };
}

/** What the next keyset is. */
export type KeysetVerdict =
  | {
      readonly kind: "accepted";
      readonly keyset: AcceptedKeyset;
      /** It says something new about who may do what, not only about epochs. */
      readonly isChange: boolean;
    }
  | { readonly kind: "refused"; readonly fault: KeysetFault }
  /** It follows a keyset that is in no feed read here: neither believed nor a fault. */
  | { readonly kind: "not-seen-here"; readonly previous: Digest };

/**
 * True when what a record says counts by the keyset in force before it: while that lets its author apply.
 * @param payload of that keyset; nobody may do anything where there is none
 */
export function mayApplyBy(
  payload: Pick<KeysetPayload, "operators"> | undefined,
  { feed, operator }: Pick<LedgerRecord, "feed" | "operator">,
): boolean {
  return Object.values(payload?.operators ?? {}).some(
    (each) => (each.key === operator || each.feed === feed) && each.may.includes("apply"),
  );
}

/** Keysets that say the same about who may do what, in the one line of changes of a fleet. */
interface Version {
  readonly first: AcceptedKeyset;
  newest: AcceptedKeyset;
  next: Version | undefined;
}

/** The line of changes of one fleet, as it is kept. */
export interface FleetLine {
  tip: Version;
  readonly versions: Version[];
  readonly byDigest: Map<Digest, Version>;
  readonly refused: Set<Digest>;
}

/**
 * Follows the keysets of all fleets through joined feeds, from the first that is believed. A change
 * counts when enough operators of the keyset before it signed; of two different changes of one
 * keyset the first in joined order stands, and the other is a fork. The order is {@link joinFeeds}'s.
 */
export class KeysetFollower {
  readonly #lines: Map<string, FleetLine>;

  /** @param lines what {@link state} gave, to go on from there */
  constructor(lines: Map<string, FleetLine> = new Map()) {
    this.#lines = lines;
  }

  /** All that it holds, shared with it. */
  state(): Map<string, FleetLine> {
    return this.#lines;
  }

  /** Takes the next record in joined order; `undefined` for one that is no readable keyset. */
  next(record: LedgerRecord): KeysetVerdict | undefined {
    if (record.kind !== "keyset" || record.payload === undefined) return undefined;
    const keyset = acceptable(record, record.payload);
    const line = this.#lines.get(keyset.fleet);
    const verdict = line === undefined ? this.#begin(keyset) : follow(line, keyset);
    if (verdict.kind === "refused") line?.refused.add(keyset.digest);
    return verdict;
  }

  /** The newest keyset of a fleet in force behind what was taken; `undefined` before the first. */
  current(fleet: string): AcceptedKeyset | undefined {
    return this.#lines.get(fleet)?.tip.newest;
  }

  /**
   * Where an entry with a keyset stands in the line of changes of a fleet, by its digest: a change can follow the
   * one in force only, whichever feed's entry says it.
   */
  placeOf(fleet: string, digest: Digest): "in-force" | "earlier" | "not-seen-here" {
    const line = this.#lines.get(fleet);
    const version = line?.byDigest.get(digest);
    if (version === undefined) return "not-seen-here";
    return version === line?.tip ? "in-force" : "earlier";
  }

  /** Every change of who may do what, in order: the first keyset of each. */
  changes(fleet: string): readonly AcceptedKeyset[] {
    return this.#lines.get(fleet)?.versions.map(({ first }) => first) ?? [];
  }

  /** Fleets that have a keyset, in the order in which they began. */
  get fleets(): readonly string[] {
    return [...this.#lines.keys()];
  }

  #begin(keyset: AcceptedKeyset): KeysetVerdict {
    const { previous } = keyset.payload;
    if (!listed(keyset).some(({ may }) => may.includes("apply"))) {
      if (previous !== undefined) return { kind: "not-seen-here", previous };
      return refuse(keyset, {
        code: "ledger/keyset-not-operator",
        why: `its writer ${keyset.writer} is not an operator with apply in it`,
      });
    }
    const version: Version = { first: keyset, newest: keyset, next: undefined };
    const byDigest = new Map([[keyset.digest, version]]);
    // One feed read alone can begin with a keyset adopted from another: what names the same one
    // before it follows from there.
    if (previous !== undefined) byDigest.set(previous, version);
    this.#lines.set(keyset.fleet, {
      tip: version,
      versions: [version],
      byDigest,
      refused: new Set(),
    });
    return { kind: "accepted", keyset, isChange: true };
  }
}

function follow(line: FleetLine, keyset: AcceptedKeyset): KeysetVerdict {
  const { previous = line.tip.newest.digest } = keyset.payload;
  const before = line.byDigest.get(previous);
  if (before === undefined) {
    if (!line.refused.has(previous)) return { kind: "not-seen-here", previous };
    return refuse(keyset, {
      code: "ledger/keyset-not-approved",
      why: "it follows a keyset that was refused",
    });
  }
  if (hasSameTerms(before.first.payload, keyset.payload)) return extend(line, before, keyset);
  const missing = missingApprovals(before, { ...keyset.payload, previous }, keyset);
  if (missing !== undefined)
    return refuse(keyset, { code: "ledger/keyset-not-approved", why: missing });
  if (before.next === undefined) {
    const version: Version = { first: keyset, newest: keyset, next: undefined };
    before.next = version;
    line.tip = version;
    line.versions.push(version);
    line.byDigest.set(keyset.digest, version);
    return { kind: "accepted", keyset, isChange: true };
  }
  const { first } = before.next;
  if (hasSameTerms(first.payload, keyset.payload)) return extend(line, before.next, keyset);
  return refuse(keyset, {
    code: "ledger/keyset-fork",
    why: `entry ${first.index} of feed ${first.feed} changes the same keyset in another way`,
    other: { feed: first.feed, entry: first.index },
  });
}

// Not even the same terms let somebody whom they leave out choose a key for what comes after.
function extend(line: FleetLine, version: Version, keyset: AcceptedKeyset): KeysetVerdict {
  if (listed(keyset).length === 0)
    return refuse(keyset, {
      code: "ledger/keyset-not-operator",
      why: `its writer ${keyset.writer} is not an operator in it`,
    });
  version.newest = keyset;
  line.byDigest.set(keyset.digest, version);
  return { kind: "accepted", keyset, isChange: false };
}

// A keyset can list the next key of its own writer, who signs it with the key before: then the feed tells.
function listed({ payload, writer, feed }: AcceptedKeyset): readonly KeysetOperator[] {
  return Object.values(payload.operators).filter(
    (operator) => operator.key === writer || operator.feed === feed,
  );
}

function missingApprovals(
  { first: { payload: old } }: Version,
  change: KeysetChange,
  { payload: { approvals = [] }, writer }: AcceptedKeyset,
): string | undefined {
  const signers = new Set<OperatorKey>([writer]);
  for (const approval of approvals) {
    if (verifyApproval(change, approval) === undefined)
      return `the approval by ${approval.key} is not one of this change`;
    signers.add(approval.key);
  }
  const able = mayChange(old);
  const given = [...signers].filter((key) => able.has(key)).length;
  const needed = signaturesNeeded(old);
  return given >= needed
    ? undefined
    : `${given} of the ${needed} signatures by operators of the keyset before it are there`;
}

function acceptable(record: LedgerRecord<"keyset">, payload: KeysetPayload): AcceptedKeyset {
  assert(/^[0-9a-f]{64}$/.test(record.hash), "a record's hash is a hash");
  return {
    fleet: payload.fleet,
    digest: `sha256:${record.hash}`,
    payload,
    feed: record.feed,
    index: record.index,
    timeMs: record.timeMs,
    writer: record.operator,
  };
}

function refuse(
  { fleet, feed, index }: AcceptedKeyset,
  { code, why, other }: Pick<KeysetFault, "code" | "other"> & { readonly why: string },
): KeysetVerdict {
  const message = `entry ${index} of feed ${feed}: the keyset of fleet ${fleet} is refused: ${why}`;
  const fault = {
    code,
    message,
    fleet,
    feed,
    entry: index,
    ...defined({ other }),
  };
  return { kind: "refused", fault };
}
