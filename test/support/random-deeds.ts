// Random histories of two visors: ports, fields good and bad, apps, faults and restarts.
import { seededRandom } from "./seeded-random.ts";
import type { Deed } from "./two-visors.ts";
import { args, call, KIM, LEE, OFF, register, restart, set, update } from "./visor-deeds.ts";

/**
 * Values that fields may be given; some of them are refused, some only after others were set. Not the reward address:
 * no text says which of its two places counts at the start.
 */
const FIELDS: readonly (readonly [string, readonly unknown[]])[] = [
  ["is_public", [true, false, "true", 7]],
  ["log_level", ["info", "debug", "loud", 7]],
  ["flight_recorder", [true, false]],
  ["hypervisors", [[], [KIM], [KIM, LEE], null, KIM]],
  ["pty.whitelist", [[], [LEE], [LEE, KIM]]],
  ["pty.allow_rpc_exec", [true, false]],
  ["survey_whitelist", [[KIM], []]],
  ["persistent_transports", [null, [{ pk: KIM, type: "stcpr" }], [{ pk: KIM, nope: "x" }]]],
  ["transport.public_autoconnect", [true, false]],
  ["transport.stcpr_port", [0, 4000, "4001"]],
  ["routing.min_hops", [0, 2, 70_000]],
  ["routing.calculate_routes", [true, false]],
  ["routing.mux_fec", [true, "yes"]],
  ["routing.router_settings[width]", ["wide", ""]],
  ["hypervisor.enable_auth", [true, false]],
  ["launcher.apps[skychat].auto_start", [true, false]],
  ["launcher.apps[skychat].env", [["A=1"], []]],
  ["launcher.apps[skychat].launcher_mode", ["external", "internal"]],
  ["dmsg_web", [{ ...OFF }, { enable: true, proxy_addr: "127.0.0.2" }, { on: true }]],
  ["skynet_web", [{ enable: true }, { enable: false }]],
  ...["dmsg_web", "skynet_web"].flatMap((name) => [
    [`${name}.enable`, [true, false]] as const,
    [`${name}.proxy_addr`, ["", "127.0.0.3", "0.0.0.0", "a:1"]] as const,
    [`${name}.upstream_socks`, ["", "127.0.0.1:9050"]] as const,
    [`${name}.upstream_rules`, [[], [{ suffix: ".eth", upstream: "direct" }]]] as const,
  ]),
];

type Pick = <T>(items: readonly [T, ...T[]]) => T;

/** A history of this many deeds, the same for the same seed. */
export function randomDeeds(seed: number, count: number): readonly Deed[] {
  const random = seededRandom(seed * 7919 + 1);
  const next = (below: number): number => random.next(below);
  const pick: Pick = (items) => items[next(items.length)] ?? items[0];
  const makers: readonly [() => Deed, ...(() => Deed)[]] = [
    () => register(record(pick)),
    () => register(record(pick)),
    () => update(record(pick)),
    () => call("DeregisterTCPPort", pick([8080, 8081, 80])),
    () => set(fields(next, 1 + next(4))),
    () => set(fields(next, 1 + next(4))),
    () => set(fields(next, 1)),
    () => app(pick),
    () => call(pick(["AddHypervisor", "RemoveHypervisor"]), pick([KIM, LEE])),
    () => ({ fail: pick(["is_public", "log_level", "skynet_web.enable"]), text: "not now" }),
    () => restart,
  ];
  return Array.from({ length: count }, () => pick(makers)());
}

function record(pick: Pick): Record<string, unknown> {
  return {
    Port: pick([8080, 8081, 80]),
    LocalPort: pick([0, 3000, 4000]),
    Whitelist: pick([[], [KIM], [LEE], [KIM, LEE]]),
    Skynet: pick([true, false]),
    DMSG: pick([true, true, false]),
    ProxyAddr: pick(["", "", "127.0.0.1:9000"]),
    Label: pick(["", "shop"]),
    ShowOnLanding: pick([true, false]),
  };
}

function fields(next: (below: number) => number, count: number): Record<string, unknown> {
  return Object.fromEntries(
    Array.from({ length: count }, () => {
      const [path, values] = FIELDS[next(FIELDS.length)] ?? ["is_public", [true]];
      return [path, values[next(values.length)]];
    }),
  );
}

function app(pick: Pick): Deed {
  const AppName = pick(["vpn-server", "skychat", "skysocks"]);
  return pick<() => Deed>([
    () => args(AppName, pick([[], ["--secure=false"], ["--netifc", "e0", "--secure", "true"]])),
    () => call("SetAppSecure", { AppName, Val: pick([true, false]) }),
    () => call("SetAppWhitelist", { AppName, Whitelist: pick(["", KIM, `${KIM},${LEE}`]) }),
    () => call("SetAppNetworkInterface", { AppName, NetIfc: pick(["", "eth0"]) }),
    () => call("SetAppLauncherMode", { AppName, Mode: pick(["", "internal", "external", "x"]) }),
    () => call("SetAutoStart", { AppName, AutoStart: pick([true, false]) }),
    () => call("StartApp", { AppName, LauncherMode: pick(["", "internal", "external"]) }),
    () => call("StopApp", AppName),
    () => call("DeleteApp", { AppName }),
  ])();
}
