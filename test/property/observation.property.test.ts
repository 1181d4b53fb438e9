import fc from "fast-check";
import { expect, it } from "vitest";
import { Hidden, type Json } from "../../src/core/index.ts";
import type {
  DesiredField,
  ObservedApp,
  ObservedPort,
  ObservedVisor,
  Plan,
  PlanVisor,
  SeenVisor,
} from "../../src/model/index.ts";
import {
  acceptObservation,
  buildPlan,
  formatObservation,
  makeObservation,
  parseObservation,
  recordedInput,
} from "../../src/reconcile/index.ts";
import { testKeys } from "../support/ledger-world.ts";
import {
  desiredFleet,
  desiredVisor,
  KEYS,
  keyAt,
  knownHistory,
  placeAt,
  seenApp,
  seenVisor,
  setLeaf,
  valueLeaf,
} from "../support/reconcile-builders.ts";

const OWNER = testKeys("owner");
const NOW_MS = Date.UTC(2026, 0, 1, 0, 5);
const keys = fc.uniqueArray(fc.constantFrom(...KEYS), { maxLength: 3 });
const word = fc.constantFrom(
  ...["red", "blue", "--dns", "1.1.1.1", "app", "-x=y", "skysocks", "skychat", "vpn-server", "--"],
  ...[
    "/opt/SkySocks.exe",
    "sh -c skywire;vpn-server",
    "--secure=maybe",
    "-secure=true",
    "-dns",
    "",
  ],
  ...["--whitelist", `--whitelist=${keyAt(1)}`, keyAt(2), "--addr=:1", "APP", "--passcode", "a=b"],
);
const program = fc.constantFrom("skywire", "skysocks", "vpn-server", "wrapper", "/bin/run.exe");
const args = fc.array(word, { maxLength: 4 });
const some = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined, freq: 2 });

const APPS = ["skychat", "skysocks", "vpn-client"] as const;

const app: fc.Arbitrary<readonly DesiredField[]> = fc
  .record({
    name: fc.constantFrom(...APPS),
    present: some(fc.boolean()),
    running: some(fc.boolean()),
    autoStart: some(fc.boolean()),
    args: some(args),
    color: some(word),
    secret: fc.boolean(),
    whitelist: some(keys.filter((list) => list.length > 0)),
    binary: some(fc.oneof(program, word)),
    secure: some(fc.boolean()),
    address: some(fc.constantFrom(":1025", "127.0.0.1:1025")),
    mode: some(fc.constantFrom("internal", "external")),
  })
  .map((drawn) => {
    const value = (field: string, json: Json | undefined): readonly DesiredField[] =>
      json === undefined ? [] : [valueLeaf(`apps.${drawn.name}.${field}`, json)];
    const { color, whitelist } = drawn;
    const env = `apps.${drawn.name}.env`;
    return [
      ...value("present", drawn.present),
      ...value("running", drawn.running),
      ...value("auto_start", drawn.autoStart),
      ...value("args", drawn.args),
      ...(color === undefined
        ? []
        : [
            drawn.secret
              ? valueLeaf(env, { COLOR: { secret: "env:C" } }, ["env:C"])
              : valueLeaf(env, { COLOR: color }),
          ]),
      ...(whitelist === undefined ? [] : [setLeaf(`apps.${drawn.name}.whitelist`, whitelist)]),
      ...value("binary", drawn.binary),
      ...value("secure", drawn.secure),
      ...value("address", drawn.address),
      ...value("launcher_mode", drawn.mode),
    ];
  });

const port: fc.Arbitrary<readonly DesiredField[]> = fc
  .record({
    open: fc.boolean(),
    local: some(fc.constantFrom(8080, 3000)),
    dmsg: some(fc.boolean()),
    proxy: fc.constantFrom(undefined, "byDefault", "127.0.0.1:3000"),
    whitelist: some(keys),
  })
  .map(({ open, local, dmsg, proxy, whitelist }) => {
    const at = (field: string): string => `ports.8080.${field}`;
    if (!open) return [valueLeaf(at("open"), false)];
    const origin = { place: placeAt(10), byDefault: true as const };
    return [
      valueLeaf(at("open"), true),
      ...(local === undefined ? [] : [valueLeaf(at("local_port"), local)]),
      ...(dmsg === undefined ? [] : [valueLeaf(at("dmsg"), dmsg)]),
      ...(proxy === undefined
        ? []
        : proxy === "byDefault"
          ? [{ ...valueLeaf(at("proxy_addr"), ""), origin }]
          : [valueLeaf(at("proxy_addr"), proxy)]),
      ...(whitelist === undefined ? [] : [setLeaf(at("whitelist"), whitelist)]),
    ];
  });

const fields: fc.Arbitrary<readonly DesiredField[]> = fc
  .tuple(
    some(keys),
    some(keys),
    some(fc.nat(2)),
    some(port),
    fc.uniqueArray(app, { maxLength: 2, selector: ([first]) => first?.path.split(".")[1] ?? "" }),
  )
  .map(([pty, survey, hops, served, apps]) => [
    ...(pty === undefined ? [] : [setLeaf("trust.pty", pty)]),
    ...(survey === undefined ? [] : [setLeaf("survey", survey, [])]),
    ...(hops === undefined ? [] : [valueLeaf("settings.routing.min_hops", hops)]),
    ...(served ?? []),
    ...apps.flat(),
  ]);

const liveApp: fc.Arbitrary<ObservedApp> = fc
  .record({
    name: fc.constantFrom(...APPS),
    running: fc.boolean(),
    args,
    color: word,
    autoStart: fc.boolean(),
    binary: fc.constantFrom("", "skywire", "/bin/skysocks", "/usr/bin/wrapper", "skychat"),
    restartPolicy: fc.constantFrom("always", ""),
  })
  .map(({ name, color, args: list, ...facts }) => {
    const raw = new Hidden({ args: list, env: [`COLOR=${color}`] });
    return { ...seenApp(name, facts), args: list, env: ["COLOR=(secret)"], raw };
  });

const livePort: fc.Arbitrary<ObservedPort> = fc
  .record({
    local_port: fc.constantFrom(8080, 3000),
    whitelist: keys.map((list) => list.toSorted()),
    skynet: fc.boolean(),
    dmsg: fc.boolean(),
    proxy_addr: fc.constantFrom("", "127.0.0.1:3000"),
  })
  .map((facts) => ({
    port: 8080,
    label: "",
    description: "",
    show_on_landing: false,
    udp: false,
    preserve_host: false,
    inject_pk: false,
    ...facts,
  }));

const seen: fc.Arbitrary<Partial<SeenVisor> & Shut> = fc.record({
  pty: keys,
  hypervisors: keys,
  survey: keys,
  configReadable: fc.boolean(),
  keepsConf: fc.boolean(),
  apps: fc.uniqueArray(liveApp, { maxLength: 3, selector: ({ name }) => name }),
  ports: fc.array(livePort, { maxLength: 1 }),
  isShut: fc.boolean(),
  isOf2024: fc.boolean(),
  methods: fc
    .uniqueArray(
      fc.constantFrom(
        "SetConfigFields",
        "SetAppArgs",
        "AddApp",
        "DeleteApp",
        "RegisterForwardedPort",
        "UpdateForwardedPort",
        "DeregisterTCPPort",
        "SetAppAddress",
        "SetAppWhitelist",
        "SetAppLauncherMode",
      ),
    )
    .map((names) => new Map(names.map((name) => [name, "present" as const]))),
});

const unseen = fc.constantFrom("not-answering", "gob/limit", "Apps", "says 192.0.2.1");

const visors = fc.array(fc.tuple(fields, fc.oneof(seen, unseen)), { minLength: 1, maxLength: 4 });

/** What was left to the visor's restart by an earlier apply, and whether that came. */
const waits = fc.array(
  fc.record({
    what: fc.constantFrom("ports.8080.open", "ports.8080.dmsg", "ports.8080.local_port"),
    sinceEntry: fc.constant(2),
    sinceMs: fc.constantFrom(Date.UTC(2025, 11, 30), Date.UTC(2026, 0, 1)),
  }),
  { maxLength: 2 },
);

/** Something that an earlier apply left to a restart. */
interface Left {
  readonly what: string;
  readonly sinceEntry: number;
  readonly sinceMs: number;
}

type Drawn = Parameters<Parameters<typeof visors.map>[0]>[0];

/** Drawn facts that say more than one member of what is seen. */
interface Shut {
  /** Its ports let in nobody but the visor itself. */
  readonly isShut?: boolean;
  /** Its apps do not show how they are launched. */
  readonly isOf2024?: boolean;
}

function seenAs(index: number, facts: Partial<SeenVisor> & Shut): SeenVisor {
  const { isShut, isOf2024, ...seenFacts } = facts;
  const all = seenVisor(index, seenFacts);
  const ports = (all.ports ?? []).map((each) =>
    isShut === true ? { ...each, whitelist: [all.key], skynet: false, dmsg: false } : each,
  );
  const apps = all.apps.map(({ launcherMode: _, ...old }) =>
    isOf2024 === true ? old : { ...old, launcherMode: "" },
  );
  return { ...all, ports, apps };
}

/** An observation, what comes of it when it is read again, and a plan by each of the two ways. */
function planBothWays(all: Drawn, hasReceipt: boolean, left: readonly Left[]) {
  const desired = desiredFleet(
    all.map(([owned], index) => desiredVisor(index, owned)),
    {
      operators: [
        { name: "owner", key: OWNER.operator, may: ["plan", "apply"], place: placeAt(1) },
      ],
    },
  );
  const observed = all.map(([, facts], index): ObservedVisor => {
    if (typeof facts !== "string") return seenAs(index, facts);
    const { key, route, atMs } = seenVisor(index);
    return { kind: "unreachable", key, route, atMs, reason: facts, detail: facts, next: "" };
  });
  const hmac = OWNER.secretHmac('{"COLOR":"blue"}');
  const history = knownHistory({
    head: 3,
    awaitingRestart: new Map(desired.visors.map(({ key }) => [key, left])),
    secretReceipt: () => (hasReceipt ? { ref: "env:C", hmac } : undefined),
  });
  const common = { desired, selected: desired.visors, history, heads: [] };
  const document = makeObservation({
    ...common,
    observation: { acting: keyAt(0), visors: observed },
    keys: OWNER,
    nowMs: NOW_MS,
    tool: "fleet 0.0.0",
  });
  const again = parseObservation(formatObservation(document));
  const rest = {
    overrides: { allowTrustLoss: [] },
    nowMs: NOW_MS,
    expiresAfterMs: 60_000,
    tool: "fleet 0.0.0",
    manifest: { path: "fleet.yaml", digest: desired.manifestDigest },
  };
  const read = buildPlan({
    ...common,
    ...rest,
    observed,
    acting: keyAt(0),
    secretDigest: (text) => OWNER.secretHmac(text),
  });
  const accepted = acceptObservation({
    document: again,
    trusted: desired,
    proposed: desired,
    nowMs: NOW_MS,
  });
  const recorded = buildPlan({
    desired,
    ...recordedInput(accepted, desired.visors, undefined),
    ...rest,
  });
  return { document, again, read, recorded };
}

/**
 * What a plan says, but for what no observation keeps: when and by what it was made, keyed digests that only the key
 * makes, and the words in which somebody was told why a visor could not be read.
 */
function whole({ digest: _digest, source: _source, visors: all, complete, ...rest }: Plan) {
  const kept = ({ observed, unseen, wanted: _wanted, ...visor }: PlanVisor): unknown => ({
    ...visor,
    isUnseen: unseen !== undefined,
    observed: observed?.digest,
  });
  return { ...rest, complete, visors: all.map(kept) };
}

it("9.1, A3: a plan by parse(format(x)) is the plan by reading, its guards included", () => {
  let changing = 0;
  const guards = new Map<string, number>();
  fc.assert(
    fc.property(visors, fc.boolean(), waits, (all, hasReceipt, left) => {
      const { document, again, read, recorded } = planBothWays(all, hasReceipt, left);
      expect(again).toEqual(document);
      expect(whole(recorded)).toEqual(whole(read));
      changing += read.counts.changing;
      for (const { guard } of read.refusals) guards.set(guard, (guards.get(guard) ?? 0) + 1);
    }),
    { seed: 20_261_126, numRuns: 300 },
  );
  expect(changing).toBeGreaterThan(200);
  const often = [...guards].filter(([, times]) => times > 5).map(([guard]) => guard);
  expect(often.toSorted()).toEqual(["lock-out", "open-exit", "port-move", "removals"]);
});
