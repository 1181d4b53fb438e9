import { Hidden } from "../../src/core/index.ts";
import { KnownFields, type RecordRef } from "../../src/ledger/index.ts";
import type {
  DesiredFleet,
  DesiredVisor,
  ObservedVisor,
  RawApp,
  SeenVisor,
} from "../../src/model/index.ts";
import type { KnownHistory } from "../../src/reconcile/index.ts";
import type { ObservationInput } from "../../src/reconcile/observation/index.ts";
import { testKeys } from "./ledger-world.ts";
import {
  desiredFleet,
  desiredVisor,
  keyAt,
  knownHistory,
  placeAt,
  seenApp,
  seenVisor,
  setLeaf,
  valueLeaf,
} from "./reconcile-builders.ts";

/** When the fleet of these tests was read. */
export const READ_AT_MS: number = Date.UTC(2026, 0, 1);
/** What may stand in no observation: what nobody owns, and secrets. */
export const UNTOLD = {
  env: "hunter2-of-the-shop",
  passcode: "open-sesame-77",
  address: "198.51.100.7",
  host: "attic.example.net",
} as const;

const OWNER = testKeys("owner");

/** The manifest: one operator who may plan, and five visors. */
export function homeFleet(more: Partial<DesiredFleet> = {}): DesiredFleet {
  const operator = {
    name: "owner",
    key: OWNER.operator,
    may: ["plan", "apply"] as const,
    place: placeAt(2),
  };
  return desiredFleet(homeVisors(), { operators: [operator], ...more });
}

function homeVisors(): readonly DesiredVisor[] {
  return [
    desiredVisor(0, [valueLeaf("settings.log_level", "debug")], "laptop"),
    desiredVisor(
      1,
      [
        setLeaf("trust.pty", [keyAt(0), keyAt(2)]),
        valueLeaf("apps.chat.env", { COLOR: "blue" }),
        valueLeaf("apps.skysocks.args", [{ secret: "env:PASS" }], ["env:PASS"]),
        valueLeaf("apps.skysocks.running", true),
        valueLeaf("ports.8080.open", true),
        setLeaf("ports.8080.whitelist", [keyAt(0)]),
      ],
      "shop-1",
    ),
    desiredVisor(2, [valueLeaf("reward_address", "abc"), setLeaf("survey", [keyAt(5)], [])]),
    desiredVisor(3, [valueLeaf("settings.is_public", true)]),
    desiredVisor(4, [valueLeaf("apps.chat.env", { COLOR: "blue" })]),
  ];
}

function homeSeen(): readonly ObservedVisor[] {
  const chat = (color: string): ReturnType<typeof seenApp> =>
    seenApp("chat", { env: ["COLOR=(secret)"], ...rawOf([], [`COLOR=${color}`]) });
  const skysocks = seenApp("skysocks", {
    running: true,
    args: ["--whitelist", keyAt(0), "--passcode", "(secret)"],
    ...rawOf(["--whitelist", keyAt(0), "--passcode", UNTOLD.passcode], []),
  });
  const unowned = seenApp("vpn-client", {
    args: ["--dns", UNTOLD.address],
    ...rawOf(["--dns", UNTOLD.address], [`TOKEN=${UNTOLD.env}`]),
  });
  const port = {
    port: 8080,
    local_port: 8080,
    label: "",
    description: "",
    show_on_landing: false,
    whitelist: [keyAt(0), keyAt(3)],
    skynet: true,
    dmsg: true,
    udp: false,
    proxy_addr: "",
    preserve_host: false,
    inject_pk: false,
  };
  return [
    seenVisor(0, { route: { kind: "local" }, apps: [unowned] }),
    seenVisor(1, {
      apps: [chat("blue"), skysocks, unowned],
      ports: [port, { ...port, port: 9090, proxy_addr: `${UNTOLD.host}:80` }],
    }),
    withoutSurvey(seenVisor(2, { rewardAddress: "xyz" })),
    {
      kind: "unreachable",
      key: keyAt(3),
      route: { kind: "bridge", scheme: "dmsg", port: 65 },
      atMs: READ_AT_MS,
      reason: "not-answering",
      detail: `dialling ${UNTOLD.address} took too long`,
      next: "look whether it runs",
    },
    seenVisor(4, { apps: [chat(UNTOLD.env)] }),
  ];
}

function rawOf(args: readonly string[], env: readonly string[]): { readonly raw: Hidden<RawApp> } {
  return { raw: new Hidden({ args, env }) };
}

function withoutSurvey({ survey: _survey, ...seen }: SeenVisor): SeenVisor {
  return seen;
}

/** A ledger in which something waits, something was written, and something was let go. */
function homeHistory(): KnownHistory {
  const waits = { what: "settings.log_level", sinceEntry: 4, sinceMs: READ_AT_MS };
  const written = { path: "trust.pty", element: keyAt(2), value: true, at: entryAt(6) };
  return knownHistory({
    head: 9,
    owned: new Map([
      [keyAt(1), ["trust.pty", "settings.log_level"]],
      [keyAt(5), ["trust.hypervisors"]],
    ]),
    awaitingRestart: new Map([[keyAt(0), [waits]]]),
    owedRestarts: new Map([[keyAt(1), [{ ...waits, what: "skysocks" }]]]),
    leaves: KnownFields.of(
      new Map([
        [
          keyAt(1),
          {
            found: ["trust.pty", "settings.log_level"].map((path) => ({
              path,
              at: entryAt(5),
              seenMs: 0,
            })),
            set: [written, { path: "apps.gone.args", value: [UNTOLD.host], at: entryAt(3) }],
          },
        ],
        [keyAt(5), { found: [{ path: "trust.hypervisors", at: entryAt(4), seenMs: 0 }], set: [] }],
      ]),
    ),
    secretReceipt: (visor, path) =>
      visor === keyAt(1) && path === "apps.skysocks.args"
        ? { ref: "env:PASS", hmac: OWNER.secretHmac(`["--passcode","${UNTOLD.passcode}"]`) }
        : undefined,
    lastManifest: { digest: `sha256:${"0".repeat(64)}`, entry: 7 },
  });
}

function entryAt(index: number): RecordRef {
  return { feed: OWNER.feed, index, timeMs: 0, operator: OWNER.operator };
}

/** All that an observation of this fleet is made of, signed by its owner. */
export function homeObservation(more: Partial<ObservationInput> = {}): ObservationInput {
  const desired = homeFleet();
  return {
    desired,
    selected: desired.visors,
    observation: { acting: keyAt(0), visors: homeSeen() },
    history: homeHistory(),
    heads: [{ feed: testKeys("desk").feed, size: 5, tree: "a".repeat(64) }],
    keys: OWNER,
    nowMs: READ_AT_MS + 2_000,
    tool: "fleet 0.0.0",
    commit: "b".repeat(40),
    ...more,
  };
}
