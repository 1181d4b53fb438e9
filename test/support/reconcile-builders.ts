import {
  Hidden,
  type Json,
  type OperatorKey,
  parseVisorKey,
  type Place,
  type VisorKey,
} from "../../src/core/index.ts";
import {
  DEFAULT_POLICY,
  type DesiredFleet,
  type DesiredField,
  type DesiredVisor,
  type ObservedApp,
  type SecretRef,
  type SeenVisor,
} from "../../src/model/index.ts";
import { type FeedKey, KnownFields, type RecordRef } from "../../src/ledger/index.ts";
import type { History } from "../../src/reconcile/index.ts";

/** Real points of the curve: the generator's first multiples. */
export const KEYS: readonly VisorKey[] = [
  "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
  "02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5",
  "02f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9",
  "02e493dbf1c10d80f3581e4904930b1404cc6c13900ee0758474fa94abe8c4cd13",
  "022f8bde4d1a07209355b4a7250a5c5128e88b84bddc619ab7cba8d569b240efe4",
  "03fff97bd5755eeea420453a14355235d382f6472f8568a18b2f057a1460297556",
].map(parseVisorKey);

/** The n-th test key. */
export function keyAt(index: number): VisorKey {
  const key = KEYS[index];
  if (key === undefined) throw new Error(`there is no test key ${index}`);
  return key;
}

/** A place in a manifest that no test reads. */
export function placeAt(line: number): Place {
  return { file: "fleet.yaml", line, column: 3 };
}

/** A desired leaf that is one value. */
export function valueLeaf(
  path: string,
  value: Json,
  secrets: readonly SecretRef[] = [],
): DesiredField {
  return { kind: "value", path, value, secrets, origin: { place: placeAt(10) } };
}

/** A desired list: exact members, or `+key` and `-key` elements. */
export function setLeaf(
  path: string,
  members: readonly string[],
  removed?: readonly string[],
): DesiredField {
  const element = (value: string): { value: string; origin: { place: Place } } => ({
    value,
    origin: { place: placeAt(11) },
  });
  return {
    kind: "set",
    path,
    exact: removed === undefined,
    members: members.map(element),
    removed: (removed ?? []).map(element),
    origin: { place: placeAt(11) },
  };
}

/** A list that is written `anyone`. */
export function anyoneLeaf(path: string): DesiredField {
  return {
    kind: "set",
    path,
    exact: true,
    members: [],
    removed: [],
    anyone: true,
    origin: { place: placeAt(12) },
  };
}

/** A visor as a manifest wants it. */
export function desiredVisor(
  index: number,
  fields: readonly DesiredField[],
  name = `visor-${index}`,
): DesiredVisor {
  return {
    key: keyAt(index),
    name,
    tags: [],
    roles: [],
    place: placeAt(20 + index),
    leaves: new Map(
      fields.toSorted((a, b) => (a.path < b.path ? -1 : 1)).map((field) => [field.path, field]),
    ),
  };
}

/** A manifest of these visors; visor 0 is the controller. */
export function desiredFleet(
  visors: readonly DesiredVisor[],
  more: Partial<DesiredFleet> = {},
): DesiredFleet {
  return {
    fleet: "home",
    file: "fleet.yaml",
    manifestDigest: `sha256:${"0".repeat(64)}`,
    operators: [],
    controllers: [keyAt(0)],
    policy: DEFAULT_POLICY,
    ledger: { seal: false, relays: [] },
    rules: [],
    visors,
    keyNames: new Map(visors.map(({ key, name }) => [key, name])),
    ...more,
  };
}

/** Methods of a release with `SetConfigFields`. */
const NEWEST_METHODS = [
  "SetConfigFields",
  "SetAppLauncherMode",
  "AddApp",
  "DeleteApp",
  "RegisterForwardedPort",
  "UpdateForwardedPort",
];

/** A visor of the newest release as seen, unless `more` says otherwise. */
export function seenVisor(index: number, more: Partial<SeenVisor> = {}): SeenVisor {
  return {
    kind: "seen",
    key: keyAt(index),
    route: { kind: "bridge", scheme: "dmsg", port: 65 },
    atMs: Date.UTC(2026, 0, 1),
    release: { version: "v1.3.95", commit: "", date: "" },
    startedAtMs: Date.UTC(2025, 11, 31),
    hypervisors: [keyAt(0)],
    pty: [],
    survey: [],
    rewardAddress: "",
    settings: { log_level: "info", is_public: false, "routing.min_hops": 0 },
    apps: [],
    ports: [],
    keepsConf: true,
    configReadable: true,
    methods: new Map(NEWEST_METHODS.map((method) => [method, "present"])),
    ...more,
  };
}

/** An app as seen, its arguments as they are. */
export function seenApp(
  name: string,
  more: Partial<ObservedApp> & { readonly rawArgs?: readonly string[] } = {},
): ObservedApp {
  const { rawArgs = [], ...facts } = more;
  return {
    name,
    binary: "",
    running: false,
    status: facts.running === true ? 1 : 0,
    detail: "",
    autoStart: false,
    args: rawArgs,
    env: [],
    launcherMode: "",
    port: 1,
    raw: new Hidden({ args: rawArgs, env: [] }),
    ...facts,
  };
}

export const NOWHERE: RecordRef = {
  feed: "" as FeedKey,
  index: 0,
  timeMs: 0,
  operator: "" as OperatorKey,
};

/** A history in which nothing happened but what is given. */
export function knownHistory(
  more: Partial<Extract<History, { known: true }>> = {},
): Extract<History, { known: true }> {
  return {
    known: true,
    head: 0,
    owned: new Map(),
    keyset: undefined,
    accepted: undefined,
    keysets: new Map(),
    epochKeysets: [],
    keysetFaults: [],
    awaitingRestart: new Map(),
    owedRestarts: new Map(),
    doubtfulStops: new Map(),
    // What was owned was as wanted, though nobody noted how.
    leaves: KnownFields.of(
      new Map(
        [...(more.owned ?? [])].map(([key, owned]) => [
          key,
          { set: [], found: owned.map((path) => ({ path, at: NOWHERE, seenMs: 0 })) },
        ]),
      ),
    ),
    secretReceipt: () => undefined,
    lastManifest: undefined,
    lastCommit: undefined,
    ...more,
  };
}
