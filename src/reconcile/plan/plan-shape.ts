// The shape of a plan: what schemas/plan.schema.json publishes. Members that it does not name are let pass.
import {
  ANYTHING,
  byMember,
  COUNT,
  DIGEST,
  exactly,
  flag,
  listOf,
  loosely,
  mapOf,
  membersOf,
  oneOf,
  OPERATOR_KEY,
  type Place,
  type Shape,
  TEXT,
  textLike,
  VISOR_KEY,
  wholeFrom,
} from "../../core/index.ts";
import {
  type Change,
  type CheckedExpectation,
  GUARDS,
  headShape,
  type FieldLeftAlone,
  keysetShape,
  type Lingering,
  type ManifestCommit,
  type Overrides,
  type Plan,
  PLAN_FORMAT,
  type PlanCounts,
  type PlanManifest,
  type PlanSource,
  type PlanStep,
  type PlanVisor,
  policyShape,
  type Refusal,
  type Released,
  routeShape,
  type SecretRef,
  wantedShape,
  STEPS,
} from "../../model/index.ts";

const FLAG = flag();
const LEAST_1 = wholeFrom(1);
/** Times of a plan are read where they count. */
const TIME = TEXT;

const PLACE: Shape<Place> = membersOf({ file: TEXT, line: COUNT, column: COUNT });
const SECRET: Shape<SecretRef> = textLike("reference of a secret", /^(env|file):./);
const STEP_LETTER = oneOf(...Object.values(STEPS));

const COMMIT_SIGNATURE: Shape<ManifestCommit["signature"]> = byMember("kind", {
  unsigned: membersOf({ kind: oneOf("unsigned") }),
  good: membersOf({ kind: oneOf("good"), by: oneOf("ssh", "gpg"), signer: TEXT, key: TEXT }),
  "unknown-signer": membersOf(
    { kind: oneOf("unknown-signer"), by: oneOf("ssh", "gpg") },
    { key: TEXT },
  ),
  bad: membersOf({ kind: oneOf("bad"), why: TEXT }),
  unchecked: membersOf({ kind: oneOf("unchecked"), why: TEXT }),
});

const MANIFEST: Shape<PlanManifest> = membersOf(
  { path: TEXT, digest: DIGEST },
  {
    commit: TEXT,
    dirty: FLAG,
    file: TEXT,
    changed: membersOf({ commit: TEXT, author: TEXT, at: TEXT, signature: COMMIT_SIGNATURE }),
  },
);

const SOURCE: Shape<PlanSource> = membersOf({
  kind: oneOf("observation"),
  digest: DIGEST,
  created: TIME,
  operator: TEXT,
  signer: OPERATOR_KEY,
  trusted: membersOf({ digest: DIGEST }, { commit: TEXT }),
});

const OVERRIDES: Shape<Overrides> = membersOf(
  { allowTrustLoss: listOf(TEXT) },
  {
    allowRemovals: COUNT,
    allowTrustRemovals: COUNT,
    allowReleased: COUNT,
    allowKeysetChange: oneOf(true),
  },
);

const COUNTS: Shape<PlanCounts> = membersOf(
  {
    visors: COUNT,
    changing: COUNT,
    add: COUNT,
    change: COUNT,
    remove: COUNT,
    inSync: COUNT,
    unreachable: COUNT,
    trustRemovals: COUNT,
    unsupported: COUNT,
    released: COUNT,
    releasedTrust: COUNT,
    awaitingRestart: COUNT,
    notCompared: COUNT,
  },
  { notObserved: LEAST_1, ignored: LEAST_1, leftOut: LEAST_1, doubtful: LEAST_1 },
);

const CHANGE: Shape<Change> = membersOf(
  {
    path: TEXT,
    op: oneOf("add", "change", "remove"),
    before: ANYTHING,
    after: ANYTHING,
    reason: membersOf({ place: PLACE }, { role: TEXT, note: TEXT }),
    lifetime: oneOf("memory", "config", "conf"),
    restart: oneOf("none", "app", "visor"),
    risk: oneOf("trust", "reachability", "app", "label"),
    step: STEP_LETTER,
    method: TEXT,
    inverse: membersOf({ after: ANYTHING }),
  },
  {
    element: TEXT,
    action: oneOf("start", "stop", "restart"),
    binary: TEXT,
    secrets: listOf(SECRET),
    owedSince: COUNT,
    drift: membersOf({ sinceEntry: COUNT }, { was: ANYTHING }),
  },
);

const STEP: Shape<PlanStep> = membersOf({
  letter: STEP_LETTER,
  changes: listOf(CHANGE),
  restartsOwed: listOf(TEXT),
});

const IGNORED: Shape<FieldLeftAlone> = membersOf(
  { path: TEXT, until: TIME, place: PLACE, ended: FLAG, changes: listOf(CHANGE) },
  { because: TEXT },
);

const RELEASED: Shape<Released> = membersOf(
  { path: TEXT, trust: FLAG, how: TEXT },
  { value: ANYTHING },
);

const SINCE = membersOf<{ readonly path: string; readonly sinceEntry: number }>({
  path: TEXT,
  sinceEntry: COUNT,
});

const OBSERVED: Shape<NonNullable<PlanVisor["observed"]>> = membersOf(
  { at: TIME, digest: DIGEST, version: TEXT, startedAt: TIME },
  { ageSeconds: COUNT, keyed: TEXT, hypervisors: listOf(TEXT), pty: listOf(TEXT) },
);

const EXPECTATION: Shape<CheckedExpectation> = membersOf({
  text: TEXT,
  place: PLACE,
  result: oneOf("met", "failed", "unknown"),
  rows: listOf(membersOf({ visor: VISOR_KEY, result: oneOf("failed", "unknown"), why: TEXT })),
});

const VISOR: Shape<PlanVisor> = membersOf(
  {
    key: VISOR_KEY,
    name: TEXT,
    route: routeShape(membersOf),
    status: oneOf(
      "changes",
      "in-sync",
      "unreachable",
      "starting",
      "suspended",
      "malformed",
      "impostor",
    ),
    owned: listOf(TEXT),
    inSync: COUNT,
    steps: listOf(STEP, 0, 3),
    unsupported: listOf(membersOf({ path: TEXT, why: TEXT, place: PLACE })),
    notCompared: listOf(TEXT),
    secretLeaves: listOf(membersOf({ path: TEXT, secrets: listOf(SECRET) })),
    openToAnyone: listOf(TEXT),
    awaitingRestart: listOf(SINCE),
    released: listOf(RELEASED),
  },
  {
    wanted: mapOf(wantedShape(exactly, 1), TEXT, 1),
    notObserved: listOf(TEXT, 1),
    ignored: listOf(IGNORED, 1),
    leftOut: listOf(TEXT, 1),
    cannotStart: listOf(exactly({ app: TEXT, element: TEXT, next: TEXT }), 1),
    doubtful: listOf(SINCE, 1),
    observed: OBSERVED,
    unseen: membersOf({ reason: TEXT, detail: TEXT, next: TEXT }),
  },
);

const LINGERING: Shape<Lingering> = membersOf({
  keys: listOf(
    membersOf<Lingering["keys"][number]>(
      {
        key: TEXT,
        why: TEXT,
        ways: listOf(
          membersOf({ visor: VISOR_KEY, name: TEXT, path: loosely(TEXT), end: loosely(TEXT) }),
        ),
      },
      { formerName: TEXT },
    ),
  ),
  unknown: listOf(membersOf({ visor: VISOR_KEY, name: TEXT, why: loosely(TEXT) })),
  unknownKeys: listOf(TEXT),
});

const REFUSAL: Shape<Refusal> = membersOf(
  { guard: oneOf(...GUARDS), message: TEXT, measured: TEXT, limit: TEXT, next: TEXT },
  { visor: VISOR_KEY, path: TEXT, place: PLACE, override: TEXT },
);

/** A plan as it is read back. That its digest and signature hold, and that it does not contradict itself, is checked apart. */
export const PLAN_SHAPE: Shape<Plan> = membersOf(
  {
    format: oneOf(PLAN_FORMAT),
    tool: TEXT,
    fleet: TEXT,
    manifest: MANIFEST,
    created: TIME,
    expires: TIME,
    acting: VISOR_KEY,
    keyset: keysetShape(membersOf),
    keysetChanges: listOf(TEXT),
    policies: listOf(policyShape(membersOf), 1),
    protected: listOf(VISOR_KEY),
    seal: FLAG,
    relays: listOf(TEXT),
    heads: listOf(headShape(membersOf)),
    overrides: OVERRIDES,
    complete: FLAG,
    applyable: FLAG,
    history: byMember("known", {
      true: membersOf({ known: oneOf(true), head: COUNT }),
      false: membersOf({ known: oneOf(false), why: TEXT }),
    }),
    names: mapOf(TEXT),
    counts: COUNTS,
    visors: listOf(VISOR),
    releasedVisors: listOf(membersOf({ key: VISOR_KEY, released: listOf(RELEASED) })),
    waves: listOf(listOf(VISOR_KEY)),
    refusals: listOf(REFUSAL),
    decision: DIGEST,
    digest: DIGEST,
  },
  {
    source: SOURCE,
    only: listOf(membersOf({ visor: VISOR_KEY, path: TEXT }), 1),
    scope: membersOf({ of: COUNT }, { on: TEXT }),
    lingering: LINGERING,
    expectations: listOf(EXPECTATION),
    operator: OPERATOR_KEY,
    signature: membersOf({ key: OPERATOR_KEY, sig: TEXT }),
  },
);
