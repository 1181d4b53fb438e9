// What an observation keeps of the arguments of apps, and what is said where it keeps none of them.
import { describe, expect, it } from "vitest";
import { digestOf, Hidden, type JsonObject } from "../../../src/core/index.ts";
import type { DesiredField, ObservedApp } from "../../../src/model/index.ts";
import {
  acceptObservation,
  buildPlan,
  formatObservation,
  makeObservation,
  type ObservationDocument,
  parseObservation,
  recordedInput,
} from "../../../src/reconcile/index.ts";
import { testKeys } from "../../support/ledger-world.ts";
import {
  anyoneLeaf,
  desiredFleet,
  desiredVisor,
  keyAt,
  knownHistory,
  placeAt,
  seenApp,
  seenVisor,
  valueLeaf,
} from "../../support/reconcile-builders.ts";

const OWNER = testKeys("owner");
const NOW_MS = Date.UTC(2026, 0, 1, 0, 5);

function made(fields: readonly DesiredField[], app: ObservedApp) {
  const desired = desiredFleet([desiredVisor(0, fields, "shop-1")], {
    operators: [{ name: "owner", key: OWNER.operator, may: ["plan"], place: placeAt(1) }],
  });
  const document = makeObservation({
    desired,
    selected: desired.visors,
    observation: { acting: keyAt(0), visors: [seenVisor(0, { apps: [app] })] },
    history: knownHistory(),
    heads: [],
    keys: OWNER,
    nowMs: NOW_MS,
    tool: "fleet 0.0.0",
  });
  return { desired, document };
}

function planOf({ desired, document }: ReturnType<typeof made>) {
  const accepted = acceptObservation({
    document: parseObservation(formatObservation(document)),
    trusted: desired,
    proposed: desired,
    nowMs: NOW_MS,
  });
  return buildPlan({
    desired,
    ...recordedInput(accepted, desired.visors, undefined),
    overrides: { allowTrustLoss: [] },
    nowMs: NOW_MS,
    expiresAfterMs: 60_000,
    tool: "fleet 0.0.0",
    manifest: { path: "fleet.yaml", digest: desired.manifestDigest },
  });
}

/** The same as an earlier release wrote it: without the words of arguments. */
function asEarlier(document: ObservationDocument): ObservationDocument {
  const { digest: _digest, signature: _signature, ...rest } = document;
  const visors = rest.visors.map(({ seen, ...visor }) => {
    if (seen === undefined) return visor;
    const apps = Object.fromEntries(
      Object.entries(seen.apps).map(([name, app]) => {
        const { binary: _binary, args: _args, ...old } = app;
        return [name, old];
      }),
    );
    const { showsModes: _modes, ...facts } = seen;
    return { ...visor, seen: { ...facts, apps } };
  });
  const draft = { ...rest, visors };
  const digest = digestOf(draft as unknown as JsonObject);
  const sig = OWNER.sign(new TextEncoder().encode(`fleet.skywire/observation/v1 ${digest}`));
  const hex = [...sig].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return { ...draft, digest, signature: { key: OWNER.operator, sig: hex } };
}

const WRAPPED = ["-c", "skywire app vpn-server"];
const starts = [
  valueLeaf("apps.foo.binary", "/opt/wrapper"),
  valueLeaf("apps.foo.auto_start", true),
];

describe("arguments in an observation", () => {
  it("9.1: an exit that a new binary starts from old arguments is refused", () => {
    const app = seenApp("foo", { binary: "skychat", rawArgs: WRAPPED });
    expect(planOf(made(starts, app)).refusals).toMatchObject([
      { guard: "open-exit", path: "apps.foo.auto_start" },
    ]);
  });

  it("9.1: of words that tell nothing, and of passcodes, none is kept", () => {
    const rawArgs = [
      ...["app", "vpn-server", "--passcode", "open-sesame", "--passcode=hunter2", "-passcode=abc"],
      ...["s3cret", "/srv/bob/list.txt", "--dns", "192.0.2.7", "--netifc=eth-bob", "x@y!z"],
      ...["--whitelist", keyAt(2), "--secure=false", "-secure=true", "--", "bob"],
    ];
    const args = [
      ...["app", "vpn-server", "--passcode", "(secret)", "--passcode=(secret)"],
      ...["-passcode=(secret)", ...rawArgs.slice(6)],
    ];
    const { document } = made(starts, seenApp("foo", { args, raw: new Hidden({ args: rawArgs }) }));
    expect(document.visors[0]?.seen?.apps["foo"]).toMatchObject({
      binary: "",
      args: [
        ...["app", "vpn-server", "--passcode", "(_)", "--passcode=(_)", "-passcode=(_)"],
        ...["_", "/_/_/_", "--dns", "_", "--netifc=_", "_@_!_"],
        ...["--whitelist", keyAt(2), "--secure=false", "-secure=true", "--", "_"],
      ],
    });
  });

  it("9.1: where an earlier observation kept none, what they would start is refused, not guessed", () => {
    const app = seenApp("foo", { binary: "/bin/true", rawArgs: [] });
    const { desired, document } = made(starts, app);
    expect(planOf({ desired, document }).refusals).toEqual([]);
    const [refusal] = planOf({ desired, document: asEarlier(document) }).refusals;
    expect(refusal).toMatchObject({
      guard: "open-exit",
      path: "apps.foo.auto_start",
      measured: "arguments that the observation does not keep",
      next: expect.stringContaining("fleet observe"),
    });
  });

  it("9.1: an earlier observation is planned by where its arguments do not matter", () => {
    const app = seenApp("foo", { binary: "/bin/true", rawArgs: ["red"] });
    const plain = [valueLeaf("apps.foo.auto_start", true)];
    const told = [...starts, valueLeaf("apps.foo.args", ["blue"])];
    const anyone = [...starts, anyoneLeaf("apps.foo.whitelist")];
    for (const fields of [plain, told, anyone]) {
      const { desired, document } = made(fields, app);
      expect(planOf({ desired, document: asEarlier(document) }).refusals).toEqual([]);
    }
  });
});
