import {
  canonicalJsonBytes,
  FleetError,
  fromUtf8,
  isCanonicalJson,
  isOperatorKey,
  isSealKey,
  type Json,
  visorKeyFault,
} from "../../core/index.ts";
import { isFeedKey } from "../keys/feed-key.ts";
import type { EntryKind, PayloadMap } from "./payloads.ts";

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isFlag: Check = (value) => typeof value === "boolean";
const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isDigest: Check = (value) => typeof value === "string" && /^sha256:[0-9a-f]{64}$/.test(value);
const isHex: Check = (value) => typeof value === "string" && /^([0-9a-f]{2})*$/.test(value);
const hexOf =
  (size: number): Check =>
  (value) =>
    typeof value === "string" && value.length === size * 2 && /^[0-9a-f]*$/.test(value);
const isPositive: Check = (value) => Number.isSafeInteger(value) && Number(value) > 0;
const isVisor: Check = (value) =>
  typeof value === "string" &&
  /^0[23][0-9a-f]{64}$/.test(value) &&
  visorKeyFault(value) === undefined;
const isOperator: Check = (value) => typeof value === "string" && isOperatorKey(value);
const isSeal: Check = (value) => typeof value === "string" && isSealKey(value);
const isFeed: Check = (value) => typeof value === "string" && isFeedKey(value);
const isAnything: Check = (value) => value !== undefined;

const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const membersOf =
  (check: Check): Check =>
  (value) =>
    isObject(value) && Object.values(value).every(check);
const oneOf =
  (...texts: readonly string[]): Check =>
  (value) =>
    typeof value === "string" && texts.includes(value);
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const shape = (members: Readonly<Record<string, Check>>): Check => {
  const checks = Object.entries(members);
  return (value) => {
    if (!isObject(value)) return false;
    for (const [name, check] of checks) if (!check(ownMember(value, name))) return false;
    return true;
  };
};

/** A shape without further members: what proofs are made over. */
const exact = (members: Readonly<Record<string, Check>>): Check => {
  const check = shape(members);
  return (value) =>
    isObject(value) &&
    Object.keys(value).every((name) => Object.hasOwn(members, name)) &&
    check(value);
};

const SIGNATURE = hexOf(64);
const FEED_SIGNATURE = hexOf(65);
const HASH = hexOf(32);
const HEAD = { feed: isFeed, size: isPositive, tree: HASH };
const STEP = oneOf("a", "b", "c");
const ORIGIN = shape({ file: maybe(isText), line: maybe(isCount), role: maybe(isText) });
const CHANGE = {
  path: isText,
  element: maybe(isText),
  before: isAnything,
  after: isAnything,
  origin: maybe(ORIGIN),
};
const isWanted: Check = (value) =>
  [
    shape({ kind: oneOf("value"), value: isAnything }),
    shape({
      kind: oneOf("list"),
      members: listOf(isText),
      removed: maybe(listOf(isText)),
      exact: maybe((flag) => flag === true),
    }),
    shape({ kind: oneOf("digest"), digest: isDigest }),
    shape({ kind: oneOf("keyed"), keyed: isText }),
  ].some((check) => check(value));
const OPEN = shape({ fleet: isText });

const CHECKS: Readonly<Record<EntryKind, Check>> = {
  genesis: shape({
    version: oneOfNumbers(1),
    ed25519: isOperator,
    x25519: isSeal,
    feed: isFeed,
    proofs: shape({ ed25519: isHex, feed: isHex }),
    from: maybe(exact({ ...HEAD, root: HASH })),
  }),
  keyset: shape({
    fleet: isText,
    operators: membersOf(
      shape({
        key: isOperator,
        seal: maybe(isSeal),
        feed: maybe(isFeed),
        git: maybe(listOf(isText)),
        may: listOf(isText),
      }),
    ),
    controllers: listOf(isVisor),
    policy: shape({ keyset_signatures: maybe(isPositive) }),
    epoch: isCount,
    epochKeys: listOf(shape({ epoch: isCount, recipient: isSeal, sealed: isHex })),
    previous: maybe(isDigest),
    approvals: maybe(listOf(exact({ key: isOperator, signature: SIGNATURE }))),
  }),
  plan: shape({
    fleet: isText,
    plan: isDigest,
    decision: isDigest,
    manifest: isDigest,
    commit: maybe(isText),
    dirty: maybe(isFlag),
    file: maybe(isText),
    changed: maybe(
      shape({ commit: isText, author: isText, at: isText, signature: shape({ kind: isText }) }),
    ),
    counts: membersOf(isCount),
    overrides: listOf(isText),
    text: maybe(isText),
    only: maybe(listOf(shape({ visor: isVisor, path: isText }))),
  }),
  "plan-part": shape({
    fleet: isText,
    plan: isDigest,
    visor: isVisor,
    owned: listOf(isText),
    changes: listOf(shape(CHANGE)),
    reading: maybe(
      shape({ at: isText, unsure: listOf(isText), wanted: maybe(membersOf(isWanted)) }),
    ),
  }),
  intent: shape({
    fleet: isText,
    plan: isDigest,
    visor: isVisor,
    step: STEP,
    changes: listOf(shape({ ...CHANGE, lifetime: oneOf("memory", "config", "conf") })),
    restartsOwed: listOf(isText),
  }),
  receipt: shape({
    fleet: isText,
    intent: isCount,
    plan: isDigest,
    visor: isVisor,
    step: STEP,
    outcomes: listOf(
      shape({
        path: isText,
        element: maybe(isText),
        outcome: oneOf(
          "done",
          "done-after-restart",
          "unverified",
          "stale",
          "unreachable",
          "unsupported",
          "refused",
          "failed",
        ),
        note: maybe(isText),
        secret: maybe(shape({ ref: isText, hmac: isText })),
      }),
    ),
    visorStartedAtMs: maybe((value) => typeof value === "number"),
  }),
  observation: OPEN,
  adopt: OPEN,
  revert: OPEN,
  freeze: OPEN,
  operation: OPEN,
  heartbeat: exact({ fleet: isText }),
  rotate: exact({ ed25519: isOperator, x25519: isSeal, proof: SIGNATURE }),
  moved: exact({ feed: isFeed, proof: FEED_SIGNATURE }),
  witness: exact({ ...HEAD, note: isText }),
};

/**
 * Parses the payload of an entry: canonical JSON of the kind's shape. Further members are let through, but
 * for the kinds that carry proofs.
 * @throws FleetError ledger/payload
 */
export function parsePayload<K extends EntryKind>(kind: K, bytes: Uint8Array): PayloadMap[K] {
  const value = parseCanonical(kind, bytes);
  if (!isPayload(kind, value))
    throw new FleetError("ledger/payload", `the payload is not that of a ${kind} entry`);
  return value;
}

/** True when a value has the shape of a kind's payload. */
export function isPayload<K extends EntryKind>(kind: K, value: unknown): value is PayloadMap[K] {
  return CHECKS[kind](value);
}

/** Formats a payload as an entry stores it, before sealing. @throws FleetError ledger/payload */
export function formatPayload<K extends EntryKind>(kind: K, payload: PayloadMap[K]): Uint8Array {
  const bytes = canonicalJsonBytes(payload as unknown as Json);
  parsePayload(kind, bytes);
  return bytes;
}

function parseCanonical(kind: EntryKind, bytes: Uint8Array): unknown {
  try {
    const text = fromUtf8(bytes);
    const value = JSON.parse(text) as Json;
    if (isCanonicalJson(text, value)) return value;
  } catch (cause) {
    throw new FleetError("ledger/payload", `the payload of a ${kind} entry cannot be read`, {
      cause,
    });
  }
  throw new FleetError("ledger/payload", `the payload of a ${kind} entry is not canonical JSON`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function ownMember(value: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

function oneOfNumbers(...numbers: readonly number[]): Check {
  return (value) => typeof value === "number" && numbers.includes(value);
}
