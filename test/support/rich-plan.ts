import type { Plan } from "../../src/model/index.ts";
import { aChange, aChangingVisor, aPlan, aPlanVisor, someCounts } from "./plan-literals.ts";
import { keyAt, placeAt } from "./reconcile-builders.ts";

const TRUST = aChange({
  path: "trust.pty",
  element: keyAt(5),
  op: "add",
  before: false,
  after: true,
  risk: "trust",
  reason: { place: placeAt(34), role: "shop" },
});
const REMOVAL = aChange({
  path: "trust.hypervisors",
  element: keyAt(4),
  op: "remove",
  before: true,
  after: false,
  risk: "trust",
  step: "c",
  reason: { place: placeAt(21) },
});
const RESTART = aChange({
  path: "apps.skychat.running",
  op: "change",
  action: "restart",
  before: true,
  after: true,
  risk: "app",
  step: "b",
  reason: { place: placeAt(40), note: "owed since its arguments changed" },
});
const SECRET = aChange({
  path: "apps.vpn-server.args",
  risk: "app",
  secrets: ["env:VPN_PASS"],
  before: ["(secret)"],
  after: [{ secret: "env:VPN_PASS" }],
  restart: "app",
});
const HOPS = aChange({
  path: "settings.routing.min_hops",
  before: 0,
  after: 2,
  risk: "reachability",
  drift: { sinceEntry: 9 },
});

function richVisors(): Plan["visors"] {
  const unreachable = aPlanVisor(3, {
    status: "unreachable",
    unseen: {
      reason: "not-answering",
      detail: "it did not answer in 20 s",
      next: "look whether it runs",
    },
  });
  const impostor = aPlanVisor(5, {
    name: "depot",
    status: "impostor",
    unseen: { reason: "other-key", detail: `${keyAt(4)} answered`, next: "check its address" },
  });
  return [
    aPlanVisor(0, { name: "laptop", inSync: 4 }),
    { ...aChangingVisor(1, [aChange(), SECRET, RESTART, TRUST]), inSync: 3 },
    {
      ...aChangingVisor(2, [REMOVAL, TRUST, HOPS]),
      unsupported: [{ path: "survey", why: "no SetConfigFields", place: placeAt(7) }],
      notCompared: ["apps.chat.env"],
      awaitingRestart: [{ path: "settings.stun_servers", sinceEntry: 12 }],
      released: [
        { path: "trust.pty", trust: true, value: [keyAt(0)], how: "write remove: […] first" },
      ],
    },
    unreachable,
    aChangingVisor(4, [aChange()]),
    impostor,
  ].map(({ observed, ...visor }) =>
    visor.unseen === undefined && observed !== undefined ? { ...visor, observed } : visor,
  );
}

/** A plan with something of everything that a plan can say: the golden files show it. */
export function aRichPlan(more: Partial<Plan> = {}): Plan {
  return aPlan({
    manifest: {
      path: "fleet.yaml",
      digest: `sha256:${"1".repeat(64)}`,
      commit: "5d41402abc4b2a76b9719d911017c592ae23c1f0",
      dirty: true,
    },
    visors: richVisors(),
    names: {
      [keyAt(0)]: "laptop",
      [keyAt(1)]: "shop-1",
      [keyAt(2)]: "shop-2",
      [keyAt(4)]: "shop-4",
      [keyAt(5)]: "friend-kim",
    },
    counts: someCounts({
      visors: 6,
      changing: 3,
      add: 2,
      change: 5,
      remove: 1,
      inSync: 1,
      unreachable: 2,
      trustRemovals: 1,
      unsupported: 1,
      released: 2,
      releasedTrust: 1,
      awaitingRestart: 1,
      notCompared: 1,
    }),
    keysetChanges: ["operator ci is new"],
    releasedVisors: [
      { key: keyAt(3), released: [{ path: "survey", trust: false, how: "log in and remove it" }] },
    ],
    refusals: [
      {
        guard: "lock-out",
        visor: keyAt(2),
        path: "trust.hypervisors",
        message: "shop-4 would lose its only way into shop-2",
        measured: "0 ways in",
        limit: "1",
        place: placeAt(21),
        override: "--allow-trust-loss shop-2",
        next: "keep shop-4 in the list",
      },
    ],
    complete: false,
    applyable: false,
    decision: `sha256:${"d".repeat(64)}`,
    digest: `sha256:${"e".repeat(64)}`,
    ...more,
  });
}

/** The same plan once a controller may lose its way into shop-2: it can be applied. */
export function anAllowedPlan(): Plan {
  return aRichPlan({
    refusals: [],
    applyable: true,
    complete: true,
    overrides: { allowTrustLoss: ["shop-2"], allowTrustRemovals: 1 },
  });
}
