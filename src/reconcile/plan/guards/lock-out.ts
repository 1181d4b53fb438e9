// The guard that keeps a way into every visor for every controller, after each step and each crash.
import type { VisorKey } from "../../../core/index.ts";
import { isWayIn } from "../../diff/index.ts";
import type { Change, Refusal } from "../../../model/index.ts";

/** The two configured trust lists of a visor, as far as they could be read. */
export interface TrustLists {
  readonly hypervisors: readonly string[];
  readonly pty: readonly string[];
}

/** What the lock-out guard looks at for one visor. */
export interface LockOutInput {
  readonly visor: VisorKey;
  readonly name: string;
  readonly before: TrustLists;
  /** All trust changes of this visor, in the order of steps. */
  readonly changes: readonly Change[];
  readonly acting: VisorKey;
  /** Controllers that must keep a way in, the acting key or not. */
  readonly protected: readonly VisorKey[];
  /** `--allow-trust-loss` named this visor. */
  readonly allowLoss: boolean;
  /** Elements, as {@link pendingElement} names them, that are configured but in force only after a restart. */
  readonly pending?: ReadonlySet<string>;
  /** Keys that are revoked, and controllers of earlier keysets that the manifest has no longer: none may be told to stay. */
  readonly gone?: ReadonlySet<string>;
  readonly nameOf: (key: string) => string;
}

/** True when `key` may manage the visor by what is configured there. */
export function hasWayIn(key: string, visor: VisorKey, lists: TrustLists): boolean {
  return key === visor || lists.hypervisors.includes(key) || lists.pty.includes(key);
}

/** Names one key of one trust list. */
export function pendingElement(path: string, element: string): string {
  return `${path} ${element}`;
}

/** The trust lists after one more change. */
export function withTrustChange(lists: TrustLists, change: Change): TrustLists {
  const name = change.path === "trust.pty" ? "pty" : "hypervisors";
  const { element } = change;
  if (element === undefined || !isWayIn(change.path)) return lists;
  const others = lists[name].filter((key) => key !== element);
  return { ...lists, [name]: change.op === "remove" ? others : [...others, element] };
}

/** The trust lists without what is not in force yet. */
function inForce(lists: TrustLists, pending: ReadonlySet<string>): TrustLists {
  if (pending.size === 0) return lists;
  return {
    hypervisors: lists.hypervisors.filter(
      (key) => !pending.has(pendingElement("trust.hypervisors", key)),
    ),
    pty: lists.pty.filter((key) => !pending.has(pendingElement("trust.pty", key))),
  };
}

/**
 * Refuses when, after any change in order, the acting key or a controller that had a way in has none, or a
 * visor that trusted somebody trusts nobody. A key whose way in is in force must keep one that is in force: an
 * entry that waits for a restart lets nobody in yet. Ways in only depend on membership, so a crash between two
 * changes leaves one of the states that are checked.
 */
export function checkLockOut(input: LockOutInput): readonly Refusal[] {
  const { visor, before, acting, pending = new Set() } = input;
  const now = inForce(before, pending);
  const guarded = [...new Set([acting, ...input.protected])].filter((key) =>
    hasWayIn(key, visor, before),
  );
  const refusals: Refusal[] = [];
  const reported = new Set<string>();
  let lists = before;
  for (const change of input.changes) {
    lists = withTrustChange(lists, change);
    for (const key of guarded) {
      const counted = hasWayIn(key, visor, now) ? inForce(lists, pending) : lists;
      if (hasWayIn(key, visor, counted) || reported.has(key) || input.allowLoss) continue;
      reported.add(key);
      refusals.push(losesWayIn(input, change, key));
    }
    if (
      visor !== acting &&
      trustsNobody(lists, visor) &&
      !trustsNobody(before, visor) &&
      !reported.has("")
    ) {
      reported.add("");
      refusals.push(trustsNobodyRefusal(input, change));
    }
  }
  return refusals;
}

function trustsNobody(lists: TrustLists, visor: VisorKey): boolean {
  return [...lists.hypervisors, ...lists.pty].every((key) => key === visor);
}

function losesWayIn(input: LockOutInput, change: Change, key: string): Refusal {
  const who =
    key === input.acting ? `${input.nameOf(key)} (the visor we come through)` : input.nameOf(key);
  return {
    guard: "lock-out",
    visor: input.visor,
    path: change.path,
    message: `${who} would lose its way into ${input.name}: it would stand in neither trust.hypervisors nor trust.pty`,
    measured: "0 ways in",
    limit: "1 way in",
    place: change.reason.place,
    override: `--allow-trust-loss ${input.name}`,
    next: nextStep(input, key),
  };
}

function nextStep({ name, acting, gone, nameOf }: LockOutInput, key: string): string {
  if (gone?.has(key) !== true) return `keep ${nameOf(key)} in one of the two lists of ${name}`;
  return key === acting
    ? `the manifest revokes ${nameOf(key)}: come through another visor that ${name} trusts, with --rpc`
    : `the manifest has ${nameOf(key)} among its controllers no longer: if that is meant, give --allow-trust-loss ${name}`;
}

function trustsNobodyRefusal(input: LockOutInput, change: Change): Refusal {
  return {
    guard: "lock-out",
    visor: input.visor,
    path: change.path,
    message: `${input.name} would trust nobody, and a visor that trusts nobody at its next start cannot be reached any more`,
    measured: "0 trusted keys",
    limit: "1 trusted key",
    place: change.reason.place,
    next: `name at least one key in trust.hypervisors or trust.pty of ${input.name}`,
  };
}
