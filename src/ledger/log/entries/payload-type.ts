// The kinds of entries, what an entry says of its payload, and the payload itself: canonical JSON of the shape of its kind.
import { isFeedKey } from "../../../model/index.ts";
import {
  canonicalJsonBytes,
  compareTexts,
  FleetError,
  fromUtf8,
  isCanonicalJson,
  type Json,
  withShape,
} from "../../../core/index.ts";
import type { FeedKey } from "../../keys/index.ts";
import { PAYLOAD_SHAPES } from "./payload-shapes.ts";
import type { EntryDraft, PayloadMap, SeenHead } from "./payloads.ts";

/** Every kind of entry. */
export const ENTRY_KINDS = [
  "genesis",
  "keyset",
  "plan",
  "plan-part",
  "intent",
  "receipt",
  "observation",
  "adopt",
  "revert",
  "freeze",
  "operation",
  "heartbeat",
  "rotate",
  "moved",
  "witness",
] as const;

/** What an entry records. */
export type EntryKind = (typeof ENTRY_KINDS)[number];

const OPEN_KINDS = ["genesis", "keyset", "heartbeat", "rotate", "moved", "witness"] as const;
/** Kinds that everybody can read, because verification needs them. */
export const NEVER_SEALED: ReadonlySet<EntryKind> = new Set<EntryKind>(OPEN_KINDS);

/** Kinds whose payload a fleet may seal; each names its fleet. */
export type SealableKind = Exclude<EntryKind, (typeof OPEN_KINDS)[number]>;

/** True for a draft that its fleet may seal. */
export function isSealable(
  draft: EntryDraft,
): draft is Extract<EntryDraft, { readonly kind: SealableKind }> {
  return !NEVER_SEALED.has(draft.kind);
}

// The PayloadType of an entry: kind, sealing, parts, and the heads that it names.

/** What the PayloadType of an entry says. */
export interface PayloadForm {
  readonly kind: EntryKind;
  /** The id of the epoch key it is sealed with. */
  readonly sealedWith: string | undefined;
  /** Which of how many entries that one payload was split into; both count from 1. */
  readonly part: number;
  readonly parts: number;
  /** Heads of other feeds, sorted by feed; only on the first part. */
  readonly heads: readonly SeenHead[];
}

/** One entry names at most so many heads; further ones wait for the next entry. */
const HEADS_MAX = 16;

const FORM =
  /^application\/vnd\.skywire-fleet\.([a-z-]+)\.v(\d+)\+json(?:; sealed=([0-9a-f]{16}))?(?:; part=([1-9]\d*)\/([1-9]\d*))?(?:; x-heads="([0-9a-f:,]+)")?$/;
const HEAD_FORM = /^([0-9a-f]{66}):([1-9]\d{0,15}):([0-9a-f]{64})$/;
const FORM_VERSION = "1";
const PARTS_MAX = 10_000;

/** Formats a PayloadType. */
export function formatPayloadType({ kind, sealedWith, part, parts, heads }: PayloadForm): string {
  const sealed = sealedWith === undefined ? "" : `; sealed=${sealedWith}`;
  const place = parts === 1 ? "" : `; part=${part}/${parts}`;
  const seen = heads.length === 0 ? "" : `; x-heads="${formatHeads(heads)}"`;
  return `application/vnd.skywire-fleet.${kind}.v1+json${sealed}${place}${seen}`;
}

/**
 * Parses the PayloadType of an entry of a kind: only the one form that {@link formatPayloadType} gives.
 * @throws FleetError ledger/version for a newer form, ledger/entry for anything else
 */
export function parsePayloadType(kind: string, text: string): PayloadForm {
  const [, named, version, sealedWith, part = "1", parts = "1", seen] = FORM.exec(text) ?? [];
  const known = ENTRY_KINDS.find((each) => each === kind);
  if (known === undefined || (named === kind && version !== FORM_VERSION)) {
    throw new FleetError(
      "ledger/version",
      `an entry of kind ${kind} and type ${text} is newer than this release`,
      {
        next: "update fleet to a release that reads this ledger",
        exit: 4,
      },
    );
  }
  const heads = seen === undefined ? [] : parseHeads(seen);
  const form = { kind: known, sealedWith, part: Number(part), parts: Number(parts) };
  const isOpen = sealedWith === undefined || !NEVER_SEALED.has(known);
  const isSound = isOpen && named === kind && form.part <= form.parts && form.parts <= PARTS_MAX;
  const isPlaced = seen === undefined || form.part === 1;
  if (
    !isSound ||
    !isPlaced ||
    heads === undefined ||
    formatPayloadType({ ...form, heads }) !== text
  ) {
    throw new FleetError(
      "ledger/entry",
      `the payload type ${text} does not fit an entry of kind ${kind}`,
    );
  }
  return { ...form, heads };
}

/**
 * The heads that the next entry names: those that are newer than what its feed named last. When they
 * are more than fit, the rest stays for the entry behind it.
 */
export function headsToName(
  named: ReadonlyMap<FeedKey, SeenHead>,
  seen: readonly SeenHead[],
): readonly SeenHead[] {
  return seen
    .filter(({ feed, size }) => size > (named.get(feed)?.size ?? 0))
    .toSorted((a, b) => compareTexts(a.feed, b.feed))
    .slice(0, HEADS_MAX);
}

function formatHeads(heads: readonly SeenHead[]): string {
  return heads.map(({ feed, size, tree }) => `${feed}:${size}:${tree}`).join(",");
}

function parseHeads(text: string): readonly SeenHead[] | undefined {
  const heads: SeenHead[] = [];
  for (const item of text.split(",")) {
    const [, feed, digits, tree] = HEAD_FORM.exec(item) ?? [];
    if (feed === undefined || tree === undefined || !isFeedKey(feed)) return undefined;
    const size = Number(digits);
    const before = heads.at(-1)?.feed ?? "";
    if (!Number.isSafeInteger(size) || feed <= before || heads.length === HEADS_MAX)
      return undefined;
    heads.push({ feed, size, tree });
  }
  return heads;
}

// The payload of an entry: canonical JSON of the shape of its kind.

/**
 * Parses the payload of an entry: canonical JSON of the kind's shape. Further members are let through, but
 * for the kinds that carry proofs.
 * @throws FleetError ledger/payload
 */
export function parsePayload<K extends EntryKind>(kind: K, bytes: Uint8Array): PayloadMap[K] {
  return withShape<PayloadMap[K]>(
    parseCanonical(kind, bytes),
    PAYLOAD_SHAPES[kind],
    "the payload",
    () => new FleetError("ledger/payload", `the payload is not that of a ${kind} entry`),
  );
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
