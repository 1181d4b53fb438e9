// Which keyset a change of one operator leads to, and whether it can be recorded or more operators must sign.
import { canonicalJson, FleetError } from "../../core/index.ts";
import {
  type AcceptedKeyset,
  hasSameTerms,
  type KeysetChange,
  type KeysetChangeDocument,
  type KeysetOperator,
  type KeysetTerms,
  makeKeysetChange,
  mayChange,
  type OperatorKeys,
} from "../../ledger/index.ts";
import type { OperatorLine } from "../../manifest/index.ts";
import type { DesiredFleet } from "../../model/index.ts";
import { keysetOf, keysetToRecord } from "../../reconcile/index.ts";
import {
  type ChangeFile,
  checkApproved,
  isEnough,
  signaturesReport,
  stateWith,
  tooFewSignatures,
} from "./change-file.ts";
import { checkMayChange, type KeysetPast } from "./keyset-past.ts";

/** What the ledger needs so that its keyset says what the manifest says of one operator. */
export type NextKeyset =
  | { readonly kind: "none" }
  /** The first of the fleet, from the whole manifest. */
  | { readonly kind: "first"; readonly terms: KeysetTerms }
  /** Enough operators have signed, we as who records it included. */
  | {
      readonly kind: "record";
      readonly accepted: AcceptedKeyset;
      readonly change: KeysetChangeDocument;
    }
  /** More operators have to sign. */
  | {
      readonly kind: "collect";
      readonly accepted: AcceptedKeyset;
      readonly change: KeysetChangeDocument;
    };

/** What {@link nextKeyset} goes by. */
export interface NextKeysetInput {
  readonly name: string;
  /** What is to be recorded of the operator; absent: that there is none. */
  readonly line: OperatorLine | undefined;
  /** The manifest behind its edit. */
  readonly desired: DesiredFleet;
  readonly past: KeysetPast;
  readonly keys: OperatorKeys;
  readonly approved: ChangeFile | undefined;
}

/**
 * Decides what has to be recorded. Of a keyset that is recorded only this one operator changes: other differences of
 * the manifest are for an apply to show.
 * @throws FleetError cli/may-not-change, cli/own-key, cli/key-twice, cli/other-change, cli/signatures (exit 4),
 *   cli/stale-change (exit 5), ledger/keyset-change for a change that nobody could undo
 */
export function nextKeyset(input: NextKeysetInput): NextKeyset {
  const { desired, past, keys, name, line, approved } = input;
  const accepted = past.follower.current(desired.fleet);
  if (accepted === undefined) return firstKeyset(desired, keys);
  const terms = termsWith(accepted.payload, name, line);
  if (hasSameTerms(terms, accepted.payload)) return { kind: "none" };
  checkMayChange(accepted, keys);
  checkOwnRight(terms, keys);
  checkUnique(terms, name);
  const wanted: KeysetChange = { fleet: desired.fleet, previous: accepted.digest, ...terms };
  // Made here as well, so that what would lock everybody out is refused however it was approved.
  const own = makeKeysetChange(wanted);
  if (approved !== undefined) checkApproved(approved, wanted, past);
  const change = approved?.document ?? own;
  const state = stateWith(change, accepted.payload, keys.operator);
  if (isEnough(state)) return { kind: "record", accepted, change };
  if (approved !== undefined)
    throw tooFewSignatures(approved.name, signaturesReport(state, accepted.payload));
  return { kind: "collect", accepted, change };
}

function firstKeyset(desired: DesiredFleet, keys: OperatorKeys): NextKeyset {
  const terms = keysetToRecord(keysetOf(desired));
  if (mayChange(terms).has(keys.operator)) return { kind: "first", terms };
  throw new FleetError(
    "cli/may-not-change",
    `nothing is recorded of fleet ${desired.fleet} yet, and the manifest does not let this machine's key ${keys.operator} apply`,
    {
      next: "have it done by an operator with apply, or bring the ledgers of the others here with `fleet ledger pull`",
      exit: 4,
    },
  );
}

/** A keyset with one operator as a manifest's line says it, or without him. */
export function termsWith(
  { operators, controllers, policy }: KeysetTerms,
  name: string,
  line: OperatorLine | undefined,
): KeysetTerms {
  const others = Object.entries(operators).filter(([each]) => each !== name);
  const own = Object.entries(operators).find(([each]) => each === name)?.[1];
  if (line === undefined) return { operators: Object.fromEntries(others), controllers, policy };
  const wanted: KeysetOperator = { ...line, may: line.may.toSorted() };
  // What is recorded in another order says the same, and is no change.
  const operator = own !== undefined && isSameOperator(own, wanted) ? own : wanted;
  return { operators: Object.fromEntries([...others, [name, operator]]), controllers, policy };
}

function isSameOperator(left: KeysetOperator, right: KeysetOperator): boolean {
  const text = (operator: KeysetOperator): string =>
    canonicalJson({ ...operator, may: operator.may.toSorted() });
  return text(left) === text(right);
}

function checkOwnRight(terms: KeysetTerms, keys: OperatorKeys): void {
  if (mayChange(terms).has(keys.operator)) return;
  throw new FleetError(
    "cli/own-key",
    "this would take the right to apply from this machine's own key",
    { next: "have it done by another operator with apply", exit: 4 },
  );
}

/** Two names for one key would let one person sign for two, or read on after the other was removed. */
function checkUnique({ operators }: KeysetTerms, name: string): void {
  const own = operators[name];
  if (own === undefined) return;
  const marks = new Set([own.key, own.seal, own.feed].filter((mark) => mark !== undefined));
  const other = Object.entries(operators).find(
    ([each, { key, seal, feed }]) =>
      each !== name && [key, seal, feed].some((mark) => mark !== undefined && marks.has(mark)),
  );
  if (other === undefined) return;
  throw new FleetError(
    "cli/key-twice",
    `the key, seal key or feed of operator ${name} is recorded as that of operator ${other[0]}`,
    { next: `check the keys, or remove ${other[0]} first`, exit: 4 },
  );
}
