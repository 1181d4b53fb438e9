// The shape of an observation: what schemas/observation.schema.json publishes, and what that cannot say.
import {
  ANYTHING,
  byMember,
  COUNT,
  DIGEST,
  exactly,
  flag,
  hexOf,
  listOf,
  mapOf,
  oneOf,
  OPERATOR_KEY,
  type Shape,
  TEXT,
  textLike,
  UTC_TIME,
  VISOR_KEY,
  where,
  wholeFrom,
} from "../../core/index.ts";
import {
  headShape,
  type KeptField,
  keysetShape,
  routeShape,
  TRUST_PATHS,
  wantedShape,
} from "../../model/index.ts";
import { isFieldPath } from "../diff/index.ts";
import type { OnceTrusted } from "../plan/index.ts";
import {
  type KeptApp,
  type KeptAwaiting,
  type KeptHistory,
  type KeptPast,
  type KeptSeen,
  type KeptVisor,
  OBSERVATION_FORMAT,
  type ObservationDocument,
} from "./document.ts";

const YES_OR_NO = flag("yes or no");
const KEYED = textLike("keyed digest", /^hmac-sha256:[0-9a-f]{64}$/);
const PATH_FORM =
  /^(survey|reward_address|trust\.(hypervisors|pty|dmsgscp|allow_rpc_exec)|settings\..+|(apps|ports)\..+\.[^.]+)$/;
const LEAF_PATH = textLike("field path", PATH_FORM, isFieldPath);
/** Paths of the past may be of fields that this release does not manage. */
const PAST_PATH = textLike("field path", PATH_FORM);

const APP: Shape<KeptApp> = exactly(
  { program: TEXT, running: YES_OR_NO, autoStart: YES_OR_NO },
  {
    keptRunning: oneOf(true),
    binary: TEXT,
    args: listOf(TEXT),
    started: oneOf(true),
    unreadable: listOf(TEXT),
  },
);

const LEAF: Shape<KeptField> = byMember("kind", {
  value: exactly(
    { kind: oneOf("value"), shown: ANYTHING },
    { raw: ANYTHING, keyed: KEYED, differs: DIGEST },
  ),
  set: exactly({ kind: oneOf("set"), elements: listOf(TEXT) }),
  "missing-app": exactly({ kind: oneOf("missing-app") }),
  unsupported: exactly({ kind: oneOf("unsupported"), why: TEXT }),
});

const SEEN: Shape<KeptSeen> = exactly(
  {
    release: TEXT,
    startedAt: UTC_TIME,
    digest: DIGEST,
    configReadable: YES_OR_NO,
    keepsConf: YES_OR_NO,
    methods: mapOf(oneOf("present", "absent", "unknown"), textLike("method", /^[A-Za-z]{1,64}$/)),
    apps: mapOf(APP),
    leaves: mapOf(LEAF, LEAF_PATH),
  },
  {
    hypervisors: listOf(TEXT),
    pty: listOf(TEXT),
    unsetBlocks: listOf(TEXT),
    showsModes: YES_OR_NO,
  },
);

const VISOR: Shape<KeptVisor> = where(
  exactly<KeptVisor>(
    { key: VISOR_KEY, name: TEXT, route: routeShape(exactly), at: UTC_TIME },
    {
      seen: SEEN,
      unseen: exactly({
        kind: oneOf("unreachable", "starting", "suspended", "malformed", "impostor"),
        reason: textLike("reason", /^[a-z0-9 /-]{1,100}$/),
      }),
    },
  ),
  "is neither seen nor unseen, or both",
  ({ seen, unseen }) => (seen === undefined) !== (unseen === undefined),
);

const AWAITING: Shape<KeptAwaiting> = exactly(
  { what: TEXT, sinceEntry: COUNT, sinceMs: wholeFrom(-Infinity, "time") },
  { element: TEXT },
);

const PAST: Shape<KeptPast> = exactly(
  {
    key: VISOR_KEY,
    inSync: listOf(PAST_PATH),
    awaitingRestart: listOf(AWAITING),
    owedRestarts: listOf(AWAITING),
    values: listOf(exactly({ path: PAST_PATH, after: ANYTHING, entry: COUNT }, { element: TEXT })),
    secrets: listOf(exactly({ path: PAST_PATH, ref: TEXT, hmac: TEXT })),
  },
  {
    owned: listOf(PAST_PATH),
    inSyncSince: listOf(exactly({ path: PAST_PATH, entry: COUNT })),
    wanted: listOf(exactly({ path: PAST_PATH, by: OPERATOR_KEY, value: wantedShape(exactly, 1) })),
    doubtfulStops: listOf(AWAITING),
  },
);

const TRUST_RECEIPT: Shape<OnceTrusted["putIn"][number]> = exactly({
  visor: VISOR_KEY,
  path: oneOf(...TRUST_PATHS),
  key: TEXT,
  entry: COUNT,
});

const ONCE_TRUSTED: Shape<OnceTrusted> = exactly({
  controllers: listOf(VISOR_KEY),
  operators: listOf(exactly({ name: TEXT, keys: listOf(TEXT) })),
  takenOut: listOf(TRUST_RECEIPT),
  putIn: listOf(TRUST_RECEIPT),
});

const RECORDED: Shape<KeptHistory> = byMember("known", {
  false: exactly({ known: oneOf(false) }),
  true: exactly(
    { known: oneOf(true), head: COUNT, heads: listOf(headShape(exactly)), visors: listOf(PAST) },
    {
      keyset: keysetShape(exactly),
      onceTrusted: ONCE_TRUSTED,
      lastManifest: exactly({ digest: DIGEST, entry: COUNT }),
    },
  ),
});

/** An observation as it is read back. That its digest and signature hold is checked apart. */
export const OBSERVATION_SHAPE: Shape<ObservationDocument> = exactly(
  {
    format: oneOf(OBSERVATION_FORMAT),
    tool: TEXT,
    fleet: TEXT,
    manifest: exactly({ digest: DIGEST }, { commit: textLike("commit", /^[0-9a-f]{40,64}$/) }),
    created: UTC_TIME,
    acting: VISOR_KEY,
    visors: where(listOf(VISOR), "is not sorted by key, each once", (visors) =>
      visors.every(({ key }, index) => index === 0 || (visors[index - 1]?.key ?? "") < key),
    ),
    recorded: RECORDED,
    digest: DIGEST,
  },
  {
    operator: OPERATOR_KEY,
    signature: exactly({ key: OPERATOR_KEY, sig: hexOf(64) }),
  },
);
