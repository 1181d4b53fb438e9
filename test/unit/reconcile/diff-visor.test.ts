import { describe, expect, it } from "vitest";
import type { DesiredField, SeenVisor } from "../../../src/model/index.ts";
import { diffVisor, type SecretComparison } from "../../../src/reconcile/diff/index.ts";
import {
  anyoneLeaf,
  desiredVisor,
  keyAt,
  seenApp,
  seenVisor,
  setLeaf,
  valueLeaf,
} from "../../support/reconcile-builders.ts";

const [A, B, C] = [keyAt(3), keyAt(4), keyAt(5)];
const OLD: Partial<SeenVisor> = {
  configReadable: false,
  methods: new Map([
    ["SetConfigFields", "absent"],
    ["SetAutoStart", "present"],
    ["SetMinHops", "unknown"],
    ["SetAppPK", "present"],
    ["SetAppDNS", "absent"],
    ["SetAppArgs", "absent"],
  ]),
};

/** `+ path element (step method lifetime restart risk)` and `unsupported path`, one text a line. */
function lines(
  fields: readonly DesiredField[],
  seen: SeenVisor,
  secrets?: SecretComparison,
): readonly string[] {
  const diff = diffVisor(desiredVisor(1, fields), seen, secrets);
  return [
    ...diff.changes.map((change) => {
      const sign = { add: "+", change: "~", remove: "-" }[change.op];
      const element = change.element === undefined ? "" : ` ${change.element.slice(0, 6)}`;
      const { step, method, lifetime, restart, risk } = change;
      return `${sign} ${change.path}${element} (${step} ${method} ${lifetime} ${restart} ${risk})`;
    }),
    ...diff.unsupported.map(({ path }) => `unsupported ${path}`),
    ...diff.notCompared.map((path) => `not compared ${path}`),
    `${diff.inSync.length} in sync`,
  ];
}

describe("differences of one visor", () => {
  it.each<{
    name: string;
    leaves: readonly DesiredField[];
    seen?: Partial<SeenVisor>;
    want: readonly string[];
  }>([
    { name: "nothing owned, nothing said", leaves: [], want: ["0 in sync"] },
    {
      name: "an exact trust list adds first and removes in step (c)",
      leaves: [setLeaf("trust.pty", [A])],
      seen: { pty: [B, keyAt(1)] },
      want: [
        `- trust.pty ${B.slice(0, 6)} (c SetConfigFields conf none trust)`,
        `+ trust.pty ${A.slice(0, 6)} (a SetConfigFields conf none trust)`,
        "0 in sync",
      ],
    },
    {
      name: "add and remove own their elements only",
      leaves: [setLeaf("trust.pty", [A], [B])],
      seen: { pty: [A, C] },
      want: ["1 in sync"],
    },
    {
      name: "survey changes wait for a restart of the visor",
      leaves: [setLeaf("survey", [A], [])],
      want: [
        `+ survey ${A.slice(0, 6)} (a SetConfigFields config visor reachability)`,
        "0 in sync",
      ],
    },
    {
      name: "a mirrored setting survives package updates, another does not",
      leaves: [
        valueLeaf("settings.log_level", "debug"),
        valueLeaf("settings.transport.stcpr_port", 7777),
      ],
      want: [
        "~ settings.log_level (a SetConfigFields conf none label)",
        "+ settings.transport.stcpr_port (a SetConfigFields config visor reachability)",
        "0 in sync",
      ],
    },
    {
      name: "an equal reward address is in sync, another is written",
      leaves: [valueLeaf("reward_address", "address-one")],
      seen: { rewardAddress: "address-one" },
      want: ["1 in sync"],
    },
    {
      name: "running, auto_start and a whitelist of an app",
      leaves: [
        valueLeaf("apps.skysocks.running", true),
        valueLeaf("apps.skysocks.auto_start", true),
        setLeaf("apps.skysocks.whitelist", [A]),
      ],
      seen: { apps: [seenApp("skysocks", { rawArgs: ["--whitelist", B] })] },
      want: [
        "~ apps.skysocks.auto_start (a SetConfigFields config none app)",
        "~ apps.skysocks.running (b StartApp config none app)",
        `- apps.skysocks.whitelist ${B.slice(0, 6)} (a SetConfigFields config app app)`,
        `+ apps.skysocks.whitelist ${A.slice(0, 6)} (a SetConfigFields config app app)`,
        "0 in sync",
      ],
    },
    {
      name: "opening a list to everybody is risk trust",
      leaves: [anyoneLeaf("apps.skysocks.whitelist")],
      seen: { apps: [seenApp("skysocks", { rawArgs: ["--whitelist", B] })] },
      want: [
        `- apps.skysocks.whitelist ${B.slice(0, 6)} (a SetConfigFields config app trust)`,
        "0 in sync",
      ],
    },
    {
      name: "an app that is not there cannot be set, but counts as off",
      leaves: [valueLeaf("apps.skychat.args", ["--x"]), valueLeaf("apps.skychat.running", false)],
      want: ["unsupported apps.skychat.args", "1 in sync"],
    },
    {
      name: "an added app gets its fields in the same plan",
      leaves: [
        valueLeaf("apps.socks2.present", true),
        valueLeaf("apps.socks2.binary", "skysocks-client"),
        valueLeaf("apps.socks2.pk", A),
        valueLeaf("apps.socks2.auto_start", false),
      ],
      want: [
        "~ apps.socks2.pk (a SetConfigFields config app app)".replace("~", "+"),
        "+ apps.socks2.present (a AddApp config none app)",
        "2 in sync",
      ],
    },
    {
      name: "a port that is not served is opened with its whole record",
      leaves: [
        valueLeaf("ports.8080.open", true),
        valueLeaf("ports.8080.local_port", 8080),
        valueLeaf("ports.8080.skynet", false),
        setLeaf("ports.8080.whitelist", [A]),
      ],
      want: [
        "+ ports.8080.open (a RegisterForwardedPort config none app)",
        "~ ports.8080.skynet (a RegisterForwardedPort config none app)",
        `+ ports.8080.whitelist ${A.slice(0, 6)} (a RegisterForwardedPort config none app)`,
        "1 in sync",
      ],
    },
    {
      name: "trust cannot be managed where it cannot be read",
      leaves: [setLeaf("trust.pty", [A]), setLeaf("trust.hypervisors", [A])],
      seen: (() => {
        const { hypervisors: _hypervisors, pty: _pty, ...rest } = seenVisor(1, OLD);
        return rest;
      })(),
      want: ["unsupported trust.hypervisors", "unsupported trust.pty", "0 in sync"],
    },
    {
      name: "older setters, chosen by what is served",
      leaves: [
        valueLeaf("apps.vpn-client.auto_start", true),
        valueLeaf("apps.vpn-client.pk", A),
        valueLeaf("apps.vpn-client.dns", "1.1.1.1"),
        valueLeaf("settings.routing.min_hops", 2),
        valueLeaf("settings.log_level", "info"),
      ],
      seen: { ...OLD, settings: { "routing.min_hops": 0 }, apps: [seenApp("vpn-client")] },
      want: [
        "~ apps.vpn-client.auto_start (a SetAutoStart config none app)",
        "+ apps.vpn-client.pk (a SetAppPK config app app)",
        "~ settings.routing.min_hops (a SetMinHops config visor reachability)",
        "unsupported apps.vpn-client.dns",
        "unsupported settings.log_level",
        "0 in sync",
      ],
    },
  ])("$name", ({ leaves: fields, seen = {}, want }) => {
    const base = "kind" in seen ? (seen as SeenVisor) : seenVisor(1, seen);
    expect([...lines(fields, base)].sort()).toEqual([...want].sort());
  });

  const secretLeaf = valueLeaf("apps.skychat.env", { TOKEN: { secret: "env:T" } }, ["env:T"]);
  const withEnv = seenVisor(1, { apps: [seenApp("skychat")] });
  const digest = (text: string): string => `d(${text})`;

  it.each<{ name: string; secrets: SecretComparison | undefined; want: string }>([
    {
      name: "without a key a secret is not compared",
      secrets: undefined,
      want: "not compared apps.skychat.env",
    },
    {
      name: "a secret whose receipt fits is in sync",
      secrets: { digest, receipt: () => ({ ref: "env:T", hmac: "d({})" }) },
      want: "1 in sync",
    },
    {
      name: "another reference is written again",
      secrets: { digest, receipt: () => ({ ref: "env:U", hmac: "d({})" }) },
      want: "+ apps.skychat.env (a SetConfigFields config app trust)",
    },
    {
      name: "a secret without a receipt is written",
      secrets: { digest, receipt: () => undefined },
      want: "+ apps.skychat.env (a SetConfigFields config app trust)",
    },
  ])("$name", ({ secrets, want }) => {
    expect(lines([secretLeaf], withEnv, secrets)).toContain(want);
  });
});
