import fc from "fast-check";
import { expect, it } from "vitest";
import { Hidden } from "../../src/core/index.ts";
import type {
  DesiredLeaf,
  ObservedApp,
  ObservedVisor,
  Refusal,
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
const word = fc.constantFrom("red", "blue", "--dns", "1.1.1.1", "app", "-x=y", "skysocks");
const args = fc.array(word, { maxLength: 4 });
const some = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined, freq: 2 });

const APPS = ["skychat", "skysocks", "vpn-client"] as const;

const app: fc.Arbitrary<readonly DesiredLeaf[]> = fc
  .record({
    name: fc.constantFrom(...APPS),
    present: some(fc.boolean()),
    running: some(fc.boolean()),
    // A manifest with an option that has a field is refused.
    args: some(args.map((list) => list.filter((each) => each !== "--dns"))),
    color: some(word),
    secret: fc.boolean(),
    whitelist: some(keys.filter((list) => list.length > 0)),
    binary: some(word),
  })
  .map(({ name, present, running, args: list, color, secret, whitelist, binary }) => {
    const at = (field: string): string => `apps.${name}.${field}`;
    return [
      ...(present === undefined ? [] : [valueLeaf(at("present"), present)]),
      ...(running === undefined ? [] : [valueLeaf(at("running"), running)]),
      ...(list === undefined ? [] : [valueLeaf(at("args"), list)]),
      ...(color === undefined
        ? []
        : [
            secret
              ? valueLeaf(at("env"), { COLOR: { secret: "env:C" } }, ["env:C"])
              : valueLeaf(at("env"), { COLOR: color }),
          ]),
      ...(whitelist === undefined ? [] : [setLeaf(at("whitelist"), whitelist)]),
      ...(binary === undefined ? [] : [valueLeaf(at("binary"), binary)]),
    ];
  });

const leaves: fc.Arbitrary<readonly DesiredLeaf[]> = fc
  .tuple(
    some(keys),
    some(keys),
    some(fc.nat(2)),
    some(fc.boolean()),
    fc.uniqueArray(app, { maxLength: 2, selector: ([first]) => first?.path.split(".")[1] ?? "" }),
  )
  .map(([pty, survey, hops, open, apps]) => [
    ...(pty === undefined ? [] : [setLeaf("trust.pty", pty)]),
    ...(survey === undefined ? [] : [setLeaf("survey", survey, [])]),
    ...(hops === undefined ? [] : [valueLeaf("settings.routing.min_hops", hops)]),
    ...(open === undefined ? [] : [valueLeaf("ports.8080.open", open)]),
    ...apps.flat(),
  ]);

const liveApp: fc.Arbitrary<ObservedApp> = fc
  .record({
    name: fc.constantFrom(...APPS),
    running: fc.boolean(),
    args,
    color: word,
    autoStart: fc.boolean(),
    binary: fc.constantFrom("", "skywire", "/bin/skysocks"),
  })
  .map(({ name, color, args: list, ...facts }) => {
    const raw = new Hidden({ args: list, env: [`COLOR=${color}`] });
    return { ...seenApp(name, facts), args: list, env: ["COLOR=(secret)"], raw };
  });

const seen: fc.Arbitrary<Partial<SeenVisor>> = fc.record({
  pty: keys,
  hypervisors: keys,
  survey: keys,
  configReadable: fc.boolean(),
  keepsConf: fc.boolean(),
  apps: fc.uniqueArray(liveApp, { maxLength: 3, selector: ({ name }) => name }),
  methods: fc
    .uniqueArray(
      fc.constantFrom(
        "SetConfigFields",
        "SetAppArgs",
        "AddApp",
        "DeleteApp",
        "RegisterForwardedPort",
      ),
    )
    .map((names) => new Map(names.map((name) => [name, "present" as const]))),
});

const unseen = fc.constantFrom("not-answering", "gob/limit", "Apps", "says 192.0.2.1");

const visors = fc.array(fc.tuple(leaves, fc.oneof(seen, unseen)), { minLength: 1, maxLength: 4 });

type Drawn = Parameters<Parameters<typeof visors.map>[0]>[0];

/** An observation, what comes of it when it is read again, and a plan by each of the two ways. */
function planBothWays(all: Drawn, hasReceipt: boolean) {
  const desired = desiredFleet(
    all.map(([owned], index) => desiredVisor(index, owned)),
    {
      operators: [
        { name: "owner", key: OWNER.operator, may: ["plan", "apply"], place: placeAt(1) },
      ],
    },
  );
  const observed = all.map(([, facts], index): ObservedVisor => {
    if (typeof facts !== "string") return seenVisor(index, facts);
    const { key, route, atMs } = seenVisor(index);
    return { kind: "unreachable", key, route, atMs, reason: facts, detail: facts, next: "" };
  });
  const hmac = OWNER.secretHmac('{"COLOR":"blue"}');
  const history = knownHistory({
    head: 3,
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

it("parse(format(x)) is x, and a plan by it decides what a plan by reading decides", () => {
  let changing = 0;
  let refused = 0;
  fc.assert(
    fc.property(visors, fc.boolean(), (all, hasReceipt) => {
      const { document, again, read, recorded } = planBothWays(all, hasReceipt);
      expect(again).toEqual(document);
      expect(recorded.decision).toBe(read.decision);
      // The words of an app's arguments are not kept, so an exit that a new binary would start from them is found
      // only by reading: an apply asks again.
      const isKept = ({ guard }: Refusal): boolean => guard !== "open-exit";
      expect(recorded.refusals.filter(isKept)).toEqual(read.refusals.filter(isKept));
      expect(recorded.counts).toEqual(read.counts);
      expect(
        recorded.visors.map(({ steps, unsupported, notCompared }) => [
          steps,
          unsupported.map(({ path }) => path),
          notCompared,
        ]),
      ).toEqual(
        // Why may name what an observation does not keep, such as the arguments that chose a program.
        read.visors.map(({ steps, unsupported, notCompared }) => [
          steps,
          unsupported.map(({ path }) => path),
          notCompared,
        ]),
      );
      expect(recorded.visors.map((visor) => visor.observed?.digest)).toEqual(
        read.visors.map((visor) => visor.observed?.digest),
      );
      changing += read.counts.changing;
      refused += read.refusals.length;
    }),
    { seed: 20_261_126, numRuns: 500 },
  );
  expect([changing > 300, refused > 20]).toEqual([true, true]);
});
