// The guard that keeps a way into every visor for every controller, after each step and each crash, also where a port moves.
import type { VisorKey } from "../../../core/index.ts";
import type { Change, DesiredVisor, Refusal, SeenVisor } from "../../../model/index.ts";
import { isWayIn, type LeftOf, moveFault, parseFieldPath } from "../../diff/index.ts";

// The guard that keeps a way into every visor for every controller, after each step and each crash.

/** The two configured trust lists of a visor, as far as they could be read. */
interface TrustLists {
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
function hasWayIn(key: string, visor: VisorKey, lists: TrustLists): boolean {
  return key === visor || lists.hypervisors.includes(key) || lists.pty.includes(key);
}

/** Names one key of one trust list. */
export function pendingElement(path: string, element: string): string {
  return `${path} ${element}`;
}

/** The trust lists after one more change. */
function withTrustChange(lists: TrustLists, change: Change): TrustLists {
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

// A guard: a port served over dmsg is moved only where its old listener can be led to the new local port.

/** What the guard looks at: one visor as it is wanted and seen, and what of it waits for a restart. */
export interface PortMoveInput {
  readonly desired: DesiredVisor;
  readonly seen: SeenVisor;
  readonly left: LeftOf;
  /** The paths that the plan changes. */
  readonly changed: ReadonlySet<string>;
}

/**
 * Refuses to move a port whose dmsg listener would stay at the old local port: where the manifest says the proxy
 * address itself, which would have to lead it, and where nobody knows whether there is a listener.
 */
export function checkPortMoves({
  desired,
  seen,
  left,
  changed,
}: PortMoveInput): readonly Refusal[] {
  const refusals: Refusal[] = [];
  for (const leaf of desired.leaves.values()) {
    const at = parseFieldPath(leaf.path);
    if (at.section !== "ports" || at.field !== "local_port" || !changed.has(leaf.path)) continue;
    const fault = moveFault(desired, seen, at.port, left);
    if (fault === undefined) continue;
    refusals.push({
      guard: "port-move",
      visor: desired.key,
      path: leaf.path,
      ...WORDS[fault](at.port, desired.name),
      place: leaf.origin.place,
    });
  }
  return refusals;
}

type Words = Pick<Refusal, "message" | "measured" | "limit" | "next">;

const WORDS: Readonly<
  Record<"owned-proxy" | "unknown-listener", (port: number, visor: string) => Words>
> = {
  "owned-proxy": (port, visor) => ({
    message: `over dmsg, port ${port} of ${visor} keeps its old local port until the visor restarts, and its proxy_addr, which could lead it to the new one, is the manifest's own`,
    measured: "proxy_addr is written",
    limit: "proxy_addr is not written",
    next: `take ports.${port}.proxy_addr out of the manifest until the visor has restarted; or write ports.${port}: closed, apply, restart the visor, and serve it anew`,
  }),
  "unknown-listener": (port, visor) => ({
    message: `port ${port} of ${visor} would get dmsg and another local port at once, and nothing tells whether a dmsg listener is open at the old one`,
    measured: "dmsg is off, as the visor shows it",
    limit: "a known listener, or none wanted",
    next: `move it with dmsg: false first, apply, then write dmsg: true, which is in force after the visor restarts; or restart the visor and write ports.${port}: closed before it is served anew`,
  }),
};
