import { checkGitKey, isOperatorKey, isSealKey } from "../../core/index.ts";
import { CAPABILITIES, TRUST_PATHS } from "../../model/index.ts";
import { isLeafPath } from "../diff/index.ts";
import { isPolicy } from "../plan/index.ts";

/** What is wrong with a value, and where; `undefined` when nothing is. */
type Check = (value: unknown, at: string) => string | undefined;

const is =
  (what: string, test: (value: unknown) => boolean): Check =>
  (value, at) =>
    test(value) ? undefined : `${at} is ${what === "" ? "not as it must be" : `no ${what}`}`;
const textLike = (what: string, form: RegExp): Check =>
  is(what, (value) => typeof value === "string" && form.test(value));
const oneOf = (...words: readonly string[]): Check =>
  is(`one of ${words.join(", ")}`, (value) => words.some((word) => word === value));

const listOf =
  (check: Check): Check =>
  (value, at) => {
    if (!Array.isArray(value)) return `${at} is no list`;
    for (const [index, item] of value.entries()) {
      const fault = check(item, `${at}[${index}]`);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };

const mapOf =
  (name: Check, check: Check): Check =>
  (value, at) => {
    if (!isObject(value)) return `${at} is no map`;
    for (const [key, item] of Object.entries(value)) {
      const fault = name(key, `a name in ${at}`) ?? check(item, `${at}.${key}`);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };

/** Exactly these members; those whose names end in `?` may be absent. */
function shape(members: Readonly<Record<string, Check>>): Check {
  const rows = Object.entries(members).map(([name, check]) => ({
    name: name.replace(/\?$/, ""),
    isNeeded: !name.endsWith("?"),
    check,
  }));
  const known = new Set(rows.map(({ name }) => name));
  return (value, at) => {
    if (!isObject(value)) return `${at} is no map`;
    const other = Object.keys(value).find((name) => !known.has(name));
    if (other !== undefined) return `${at} has ${JSON.stringify(other)}, which it never has`;
    for (const { name, isNeeded, check } of rows) {
      if (!Object.hasOwn(value, name)) {
        if (isNeeded) return `${at} lacks ${name}`;
        continue;
      }
      const fault = check(value[name], `${at}.${name}`);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
}

/** The shape whose `member` has this value. */
const byMember =
  (member: string, shapes: ReadonlyMap<unknown, Check>): Check =>
  (value, at) => {
    const check = isObject(value) ? shapes.get(value[member]) : undefined;
    return check === undefined ? `${at}.${member} is not as it must be` : check(value, at);
  };

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const anything: Check = (value, at) => (value === undefined ? `${at} is missing` : undefined);
const text = is("text", (value) => typeof value === "string");
const yesOrNo = is("yes or no", (value) => typeof value === "boolean");
const whole = is("whole number", (value) => Number.isSafeInteger(value) && Number(value) >= 0);
const digest = textLike("digest", /^sha256:[0-9a-f]{64}$/);
const visorKey = textLike("visor key", /^0[23][0-9a-f]{64}$/);
const keyedDigest = textLike("keyed digest", /^hmac-sha256:[0-9a-f]{64}$/);
const operatorKey = is(
  "operator key",
  (value) => typeof value === "string" && isOperatorKey(value),
);
const sealKey = is("seal key", (value) => typeof value === "string" && isSealKey(value));
const gitKey = is("key that signs commits", isGitKey);
const time = is("time in UTC", isTime);
const leafPath = is("leaf path", (value) => typeof value === "string" && isLeafPath(value));
/** Paths of the past may be of leaves that this release does not manage. */
const pastPath = textLike(
  "leaf path",
  /^(survey|reward_address|trust\.(hypervisors|pty|dmsgscp|allow_rpc_exec)|settings\..+|(apps|ports)\..+\.[^.]+)$/,
);

/** True for a key in its one form. */
function isGitKey(value: unknown): boolean {
  if (typeof value !== "string") return false;
  const checked = checkGitKey(value);
  return "key" in checked && checked.key === value;
}

function isTime(value: unknown): boolean {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value))
    return false;
  const timeMs = Date.parse(value);
  return Number.isFinite(timeMs) && new Date(timeMs).toISOString() === value;
}

const route = byMember(
  "kind",
  new Map([
    ["local", shape({ kind: oneOf("local") })],
    ["bridge", shape({ kind: oneOf("bridge"), scheme: oneOf("dmsg", "skynet"), port: whole })],
  ]),
);

const keptLeaf = byMember(
  "kind",
  new Map([
    [
      "value",
      shape({
        kind: anything,
        shown: anything,
        "raw?": anything,
        "keyed?": keyedDigest,
        "differs?": digest,
      }),
    ],
    ["set", shape({ kind: anything, elements: listOf(text) })],
    ["missing-app", shape({ kind: anything })],
    ["unsupported", shape({ kind: anything, why: text })],
  ]),
);

const seen = shape({
  release: text,
  startedAt: time,
  digest,
  configReadable: yesOrNo,
  keepsConf: yesOrNo,
  "hypervisors?": listOf(text),
  "pty?": listOf(text),
  "unsetBlocks?": listOf(text),
  "showsModes?": yesOrNo,
  methods: mapOf(textLike("method", /^[A-Za-z]{1,64}$/), oneOf("present", "absent", "unknown")),
  apps: mapOf(
    text,
    shape({
      program: text,
      running: yesOrNo,
      autoStart: yesOrNo,
      "keptRunning?": yesOrNo,
      "binary?": text,
      "args?": listOf(text),
      "started?": yesOrNo,
      "unreadable?": listOf(text),
    }),
  ),
  leaves: mapOf(leafPath, keptLeaf),
});

const unseen = shape({
  kind: oneOf("unreachable", "starting", "suspended", "malformed", "impostor"),
  reason: textLike("reason", /^[a-z0-9 /-]{1,100}$/),
});

const visor: Check = (value, at) =>
  isObject(value) && Object.hasOwn(value, "seen") === Object.hasOwn(value, "unseen")
    ? `${at} is neither seen nor unseen, or both`
    : shape({
        key: visorKey,
        name: text,
        route,
        at: time,
        "seen?": seen,
        "unseen?": unseen,
      })(value, at);

const awaiting = shape({
  what: text,
  "element?": text,
  sinceEntry: whole,
  sinceMs: is("time", Number.isSafeInteger),
});

const wantedValue = byMember(
  "kind",
  new Map([
    ["value", shape({ kind: anything, value: anything })],
    [
      "list",
      shape({
        kind: anything,
        members: listOf(text),
        "removed?": listOf(text),
        "exact?": is("true", (value) => value === true),
      }),
    ],
    ["digest", shape({ kind: anything, digest })],
    ["keyed", shape({ kind: anything, keyed: text })],
  ]),
);

const past = shape({
  key: visorKey,
  "owned?": listOf(pastPath),
  inSync: listOf(pastPath),
  "inSyncSince?": listOf(shape({ path: pastPath, entry: whole })),
  "wanted?": listOf(shape({ path: pastPath, by: operatorKey, value: wantedValue })),
  awaitingRestart: listOf(awaiting),
  owedRestarts: listOf(awaiting),
  "doubtfulStops?": listOf(awaiting),
  values: listOf(shape({ path: pastPath, "element?": text, after: anything, entry: whole })),
  secrets: listOf(shape({ path: pastPath, ref: text, hmac: text })),
});

const keyset = shape({
  operators: listOf(
    shape({
      name: text,
      key: operatorKey,
      "seal?": sealKey,
      "feed?": visorKey,
      "git?": listOf(gitKey),
      may: listOf(oneOf(...CAPABILITIES)),
    }),
  ),
  controllers: listOf(visorKey),
  policy: is("policy", isPolicy),
});

const trustReceipts = listOf(
  shape({ visor: visorKey, path: oneOf(...TRUST_PATHS), key: text, entry: whole }),
);

const onceTrusted = shape({
  controllers: listOf(visorKey),
  operators: listOf(shape({ name: text, keys: listOf(text) })),
  takenOut: trustReceipts,
  putIn: trustReceipts,
});

const recorded = byMember(
  "known",
  new Map([
    [false, shape({ known: anything })],
    [
      true,
      shape({
        known: anything,
        head: whole,
        heads: listOf(
          shape({ feed: visorKey, size: whole, tree: textLike("hash", /^[0-9a-f]{64}$/) }),
        ),
        "keyset?": keyset,
        "onceTrusted?": onceTrusted,
        "lastManifest?": shape({ digest, entry: whole }),
        visors: listOf(past),
      }),
    ],
  ]),
);

/** Says what is wrong with the form of an observation, `format` and digests aside; `undefined` when nothing is. */
export const observationFault: (value: unknown) => string | undefined = (value) =>
  shape({
    format: text,
    tool: text,
    fleet: text,
    manifest: shape({ digest, "commit?": textLike("commit", /^[0-9a-f]{40,64}$/) }),
    created: time,
    acting: visorKey,
    "operator?": operatorKey,
    visors: sortedByKey(visor),
    recorded,
    digest,
    "signature?": shape({ key: operatorKey, sig: textLike("signature", /^[0-9a-f]{128}$/) }),
  })(value, "the observation");

function sortedByKey(check: Check): Check {
  return (value, at) => {
    const fault = listOf(check)(value, at);
    if (fault !== undefined || !Array.isArray(value)) return fault;
    const keys = value.map((item: { readonly key: string }) => item.key);
    const isSorted = keys.every((key, index) => index === 0 || (keys[index - 1] ?? "") < key);
    return isSorted ? undefined : `${at} is not sorted by key, each once`;
  };
}
