// The shape of the file that a watch keeps its state in. Members and words that a later version adds are let pass.
import {
  flag,
  listOf,
  loosely,
  mapOf,
  membersOf,
  numberFrom,
  oneOf,
  type Shape,
  TEXT,
} from "../core/index.ts";
import type { LastApplied } from "./facts.ts";
import type { WatchTime } from "./moment.ts";
import {
  type Correction,
  type FieldState,
  type WatchFinding,
  type Hold,
  type KnownManifest,
  type ManifestRef,
  type Pass,
  type Trouble,
  type WatchedVisor,
  WATCH_FORMAT,
  type WatchState,
} from "./state.ts";

const FLAG = flag();
const NUMBER = numberFrom();

const TIME: Shape<WatchTime> = membersOf({ wallMs: NUMBER, monoMs: NUMBER, steadyMs: NUMBER });

const APPLIED: Shape<LastApplied> = membersOf({
  digest: loosely(TEXT),
  entry: NUMBER,
  feed: loosely(TEXT),
  timeMs: NUMBER,
});

const HOLD: Shape<Hold> = membersOf(
  { why: loosely(TEXT), sinceMs: NUMBER, message: TEXT },
  { after: APPLIED },
);

const MANIFEST: Shape<ManifestRef> = membersOf(
  { digest: loosely(TEXT) },
  { commit: TEXT, changedBy: TEXT, isRewritten: oneOf(true) },
);

const KNOWN_MANIFEST: Shape<KnownManifest> = membersOf(
  { key: TEXT, digest: loosely(TEXT) },
  {
    commit: TEXT,
    isApplied: oneOf(true),
    appliedBefore: APPLIED,
    isReverted: oneOf(true),
    hold: HOLD,
  },
);

const VISOR: Shape<WatchedVisor> = membersOf(
  { failures: NUMBER, differences: NUMBER },
  { nextMs: NUMBER, why: TEXT, seenMs: NUMBER, seenBy: loosely(TEXT) },
);

const CORRECTION: Shape<Correction> = membersOf(
  { steadyMs: NUMBER, wallMs: NUMBER },
  { isDone: oneOf(true), flipped: membersOf({ wallMs: NUMBER, found: TEXT }) },
);

const FIELD: Shape<FieldState> = membersOf(
  { visor: TEXT, manifest: TEXT, corrections: listOf(CORRECTION), wrongMs: NUMBER },
  { fight: membersOf({ sinceMs: NUMBER, pattern: TEXT }), failed: TEXT },
);

const FINDING: Shape<WatchFinding> = membersOf(
  { kind: loosely(TEXT), message: TEXT, sinceMs: NUMBER },
  { visor: TEXT, path: TEXT, element: TEXT, culprit: TEXT },
);

const TROUBLE: Shape<Trouble> = membersOf({
  what: loosely(TEXT),
  message: TEXT,
  failures: NUMBER,
  sinceMs: NUMBER,
});

/** What was under way: a watch that begins again begins with none, so the kinds of it are not told apart. */
const PASS: Shape<Pass> = loosely(
  membersOf<{ readonly kind: string; readonly fields?: readonly string[] }>(
    { kind: TEXT },
    { fields: listOf(TEXT) },
  ),
);

/** Everything that a watch remembers, as it is read back. */
export const STATE_SHAPE: Shape<WatchState> = membersOf(
  {
    format: oneOf(WATCH_FORMAT),
    time: TIME,
    epoch: NUMBER,
    pass: PASS,
    isHinted: FLAG,
    isStopping: FLAG,
    intervalMs: NUMBER,
    nextMs: NUMBER,
    begunMs: NUMBER,
    manifests: listOf(KNOWN_MANIFEST),
    visors: mapOf(VISOR),
    fields: mapOf(FIELD),
    findings: mapOf(FINDING),
    correcting: membersOf({ failures: NUMBER, nextMs: NUMBER }),
    passes: NUMBER,
  },
  {
    manifest: MANIFEST,
    lastApplied: APPLIED,
    trouble: TROUBLE,
    lastPass: membersOf({ steadyMs: NUMBER, wallMs: NUMBER, tookMs: NUMBER }),
  },
);
