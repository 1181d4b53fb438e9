// The shapes of the payloads of entries. Further members are let pass, but in the kinds that carry proofs.
import {
  ANYTHING,
  type CommitSignature,
  COUNT,
  DIGEST,
  exactly,
  flag,
  HASH,
  HEX,
  hexOf,
  listOf,
  loosely,
  mapOf,
  membersOf,
  numberFrom,
  oneOf,
  OPERATOR_KEY,
  SEAL_KEY,
  type Shape,
  TEXT,
  VISOR_POINT,
  wholeFrom,
} from "../../../core/index.ts";
import { FEED_KEY, wantedShape, STEPS } from "../../../model/index.ts";
import type {
  KeysetApproval,
  KeysetOperator,
  KeysetPayload,
  MovedFrom,
  OpenPayload,
  PayloadMap,
  PlanPayload,
  ReceiptOutcome,
  RecordedChange,
  RecordedOrigin,
  RecordedReading,
  SealedEpochKey,
} from "./payloads.ts";
import type { EntryKind } from "./payload-type.ts";

const LEAST_1 = wholeFrom(1);
const SIGNATURE = hexOf(64);
const STEP = oneOf(...Object.values(STEPS));

const MOVED_FROM: Shape<MovedFrom> = exactly({
  feed: FEED_KEY,
  size: LEAST_1,
  tree: HASH,
  root: HASH,
});

/** What a keyset says beside its epoch and who agreed; the same in the document by which it is changed. */
export const KEYSET_TERMS: {
  readonly fleet: Shape<string>;
  readonly operators: Shape<KeysetPayload["operators"]>;
  readonly controllers: Shape<KeysetPayload["controllers"]>;
  readonly policy: Shape<KeysetPayload["policy"]>;
} = {
  fleet: TEXT,
  operators: mapOf(
    membersOf<KeysetOperator>(
      { key: OPERATOR_KEY, may: listOf(TEXT) },
      { seal: SEAL_KEY, feed: FEED_KEY, git: listOf(TEXT) },
    ),
  ),
  controllers: listOf(VISOR_POINT),
  // What a policy says is judged where it counts: what is not understood makes it stricter.
  policy: loosely(
    membersOf<{ readonly keyset_signatures?: number }>({}, { keyset_signatures: LEAST_1 }),
  ),
};

/** Signatures of operators who agree to a keyset. */
export const APPROVALS: Shape<readonly KeysetApproval[]> = listOf(
  exactly({ key: OPERATOR_KEY, signature: SIGNATURE }),
);

const ORIGIN: Shape<RecordedOrigin> = membersOf({}, { file: TEXT, line: COUNT, role: TEXT });

const CHANGE: Shape<RecordedChange> = membersOf(
  { path: TEXT, before: ANYTHING, after: ANYTHING },
  { element: TEXT, origin: ORIGIN },
);

const INTENDED_CHANGE: Shape<PayloadMap["intent"]["changes"][number]> = membersOf(
  {
    path: TEXT,
    before: ANYTHING,
    after: ANYTHING,
    lifetime: oneOf("memory", "config", "conf"),
  },
  { element: TEXT, origin: ORIGIN },
);

const READING: Shape<RecordedReading> = membersOf(
  { at: TEXT, unsure: listOf(TEXT) },
  { wanted: mapOf(wantedShape(membersOf, 0)) },
);

const OUTCOME: Shape<ReceiptOutcome> = membersOf(
  {
    path: TEXT,
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
  },
  {
    element: TEXT,
    found: ANYTHING,
    note: TEXT,
    secret: membersOf({ ref: TEXT, hmac: TEXT }),
  },
);

const PLAN: Shape<PlanPayload> = membersOf(
  {
    fleet: TEXT,
    plan: DIGEST,
    decision: DIGEST,
    manifest: DIGEST,
    counts: mapOf(COUNT),
    overrides: listOf(TEXT),
  },
  {
    commit: TEXT,
    dirty: flag(),
    file: TEXT,
    changed: membersOf({
      commit: TEXT,
      author: TEXT,
      at: TEXT,
      signature: loosely<CommitSignature>(membersOf<{ readonly kind: string }>({ kind: TEXT })),
    }),
    text: TEXT,
    only: listOf(membersOf({ visor: VISOR_POINT, path: TEXT })),
  },
);

/** Of kinds whose members are not fixed yet. */
const OPEN: Shape<OpenPayload> = loosely(membersOf<{ readonly fleet: string }>({ fleet: TEXT }));

/** The shape of the payload of each kind. */
export const PAYLOAD_SHAPES: { readonly [K in EntryKind]: Shape<PayloadMap[K]> } = {
  genesis: membersOf(
    {
      version: oneOf(1),
      ed25519: OPERATOR_KEY,
      x25519: SEAL_KEY,
      feed: FEED_KEY,
      proofs: membersOf({ ed25519: HEX, feed: HEX }),
    },
    { from: MOVED_FROM },
  ),
  keyset: membersOf<KeysetPayload>(
    {
      ...KEYSET_TERMS,
      epoch: COUNT,
      epochKeys: listOf(
        membersOf<SealedEpochKey>({ epoch: COUNT, recipient: SEAL_KEY, sealed: HEX }),
      ),
    },
    { previous: DIGEST, approvals: APPROVALS },
  ),
  plan: PLAN,
  "plan-part": membersOf(
    {
      fleet: TEXT,
      plan: DIGEST,
      visor: VISOR_POINT,
      owned: listOf(TEXT),
      changes: listOf(CHANGE),
    },
    { reading: READING },
  ),
  intent: membersOf({
    fleet: TEXT,
    plan: DIGEST,
    visor: VISOR_POINT,
    step: STEP,
    changes: listOf(INTENDED_CHANGE),
    restartsOwed: listOf(TEXT),
  }),
  receipt: membersOf(
    {
      fleet: TEXT,
      intent: COUNT,
      plan: DIGEST,
      visor: VISOR_POINT,
      step: STEP,
      outcomes: listOf(OUTCOME),
    },
    { visorStartedAtMs: numberFrom() },
  ),
  observation: OPEN,
  adopt: OPEN,
  revert: OPEN,
  freeze: OPEN,
  operation: OPEN,
  heartbeat: exactly({ fleet: TEXT }),
  rotate: exactly({ ed25519: OPERATOR_KEY, x25519: SEAL_KEY, proof: SIGNATURE }),
  moved: exactly({ feed: FEED_KEY, proof: hexOf(65) }),
  witness: exactly({ feed: FEED_KEY, size: LEAST_1, tree: HASH, note: TEXT }),
};
