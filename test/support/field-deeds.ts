// What is done to the configuration of two visors.
import { key33, t } from "../../src/skywire/gob/index.ts";
import { call, KIM, LEE, OFF, other, raw, restart, type Row, set } from "./visor-deeds.ts";

/** Web proxies, configuration fields, skywire.conf and suspension. */
export const FIELD_ROWS: readonly Row[] = [
  {
    title: "A4: the address of a proxy starts it",
    config: { dmsg_web: OFF },
    deeds: [set({ "dmsg_web.proxy_addr": "192.168.1.50" })],
  },
  {
    title: "A4: in the call that switches it off, too",
    config: { dmsg_web: { ...OFF, enable: true } },
    deeds: [set({ "dmsg_web.enable": false, "dmsg_web.proxy_addr": "192.168.1.50" })],
  },
  {
    title: "A4: with a port in it nothing listens",
    config: { skynet_web: OFF },
    deeds: [set({ "skynet_web.proxy_addr": "127.0.0.1:4445" })],
  },
  {
    title: "A10: the .dmsg proxy takes the .skynet one with it, until the restart",
    config: { dmsg_web: OFF, skynet_web: { enable: false } },
    deeds: [set({ "dmsg_web.enable": true })],
  },
  {
    title: "A10: after the restart each goes by its block",
    config: { dmsg_web: OFF, skynet_web: { enable: false } },
    deeds: [set({ "dmsg_web.enable": true }), restart],
  },
  {
    title: "A10: an empty upstream is filled in memory",
    config: { dmsg_web: { ...OFF, enable: true }, skynet_web: { enable: true } },
    deeds: [restart],
  },
  {
    title: "A5: a block that is not set refuses all of the call",
    deeds: [
      set({ "dmsg_web.enable": true, is_public: true }),
      set({ "transport.stcpr_port": 4000, "skynet_web.proxy_addr": "127.0.0.1" }),
      set({ dmsg_web: { enable: true }, is_public: true }),
      set({ "dmsg_web.upstream_socks": "127.0.0.1:9050" }),
    ],
  },
  {
    title: "A5: a whole block is in force after the restart",
    deeds: [set({ dmsg_web: { enable: true } }), restart],
  },
  {
    title: "A5: one bad value among good ones refuses all of the call",
    deeds: [set({ is_public: true, "routing.min_hops": 70_000, "transport.stcpr_port": 4000 })],
  },
  {
    title: "A6: a live setter that fails keeps what came before it, and mirrors nothing",
    deeds: [
      { fail: "log_level", text: "no logger" },
      set({
        is_public: true,
        log_level: "debug",
        "routing.min_hops": 2,
        "transport.stcpr_port": 4000,
      }),
    ],
  },
  {
    title: "A6: but hypervisors, which mirror themselves",
    deeds: [
      { fail: "log_level", text: "no logger" },
      set({ hypervisors: [KIM], log_level: "debug" }),
    ],
  },
  {
    title: "A6: every path that is mirrored, and some that are not",
    config: { dmsg_web: OFF, skynet_web: OFF },
    deeds: [
      set({
        ...{ is_public: true, log_level: "warn", hypervisors: [KIM, LEE], reward_address: "2j" },
        ...{ "pty.whitelist": [LEE], "routing.min_hops": 3, "routing.calculate_routes": true },
        ...{ "transport.public_autoconnect": false, "hypervisor.enable_auth": true },
        ...{ "dmsg_web.enable": true, "dmsg_web.upstream_socks": "127.0.0.1:9050" },
        ...{ "skynet_web.proxy_addr": "127.0.0.2", survey_whitelist: [KIM] },
        ...{ "routing.mux_fec": true, flight_recorder: true, "pty.allow_rpc_exec": true },
        "dmsg_web.upstream_rules": [{ suffix: ".eth", upstream: "direct" }],
        persistent_transports: [{ pk: KIM, type: "stcpr" }],
      }),
    ],
  },
  {
    title: "A6: what is left of it after a restart",
    deeds: [
      set({ is_public: true, hypervisors: [KIM], "routing.min_hops": 3, reward_address: "2j" }),
      restart,
      set({ hypervisors: [LEE], "pty.whitelist": [] }),
    ],
  },
  ...[
    {},
    { " ": 1 },
    { "a..b": 1 },
    { "launcher.apps[skychat": 1 },
    { "launcher.apps[]": 1 },
    { "routing.nope": 1 },
    { nope: 1 },
    { sk: "x" },
    { "transport.tps_sk": "x" },
    { "app_settings[skychat]": {} },
    { "routing.router_settings": {} },
    { "routing.router_app_settings[x]": {} },
    { "dmsg.sessions_count": 3 },
    { "is_public.x": 1 },
    { "launcher.apps[nobody].args": [] },
    { "is_public[x]": true },
    { "routing.router_settings[x].y": "z" },
    { is_public: 7 },
    { is_public: "true" },
    { log_level: "Warning" },
    { is_public: null },
    { "routing.min_hops": "2" },
    { hypervisors: ["nobody"] },
    { hypervisors: null },
    { "pty.whitelist": null },
    { "transport.stcpr_port": "4000" },
    { stun_servers: [7] },
    { dmsg_web: { enable: true, nope: 1 } },
    { dmsg_web: null },
    { "launcher.apps[skychat].args": ["--addr", ":8009"] },
    { "launcher.apps[skychat].env": ["A=b"] },
    { "launcher.apps[skychat].auto_start": false },
    { "launcher.apps[skychat].launcher_mode": "external" },
    { "routing.router_settings[width]": "wide" },
  ].map((fields): Row => ({
    title: `A11: fields ${JSON.stringify(fields)}`,
    deeds: [set(fields)],
  })),
  ...[
    { log_level: 7 },
    { log_level: true },
    { log_level: "loud" },
    { "routing.min_hops": -1 },
    { "routing.min_hops": 1.5 },
    { hypervisors: KIM },
    { stun_servers: "a" },
  ].map((fields): Row => ({
    title: `A11: fields ${JSON.stringify(fields)}`,
    deeds: [set(fields)],
  })),
  { title: "A11: a bare word for a text", deeds: [raw("log_level", "debug")] },
  {
    title: "A11: a bare word for what is none",
    deeds: [raw("is_public", "yes"), raw("is_public", "")],
  },
  {
    title: "A8: a suspended visor has not started, and says why",
    deeds: [{ suspend: true }, call("IsStartupComplete"), call("IsSuspended")],
  },
  {
    title: "A8: a restart ends it",
    deeds: [{ suspend: true }, restart, call("IsStartupComplete"), call("IsSuspended")],
  },
  {
    title: "A10: the file of the reward address is deleted, and the address goes on being shown",
    deeds: [
      call("DeleteRewardAddress"),
      call("SetRewardAddress", "anything"),
      call("DeleteRewardAddress"),
      call("DeleteRewardAddress"),
    ],
  },
  {
    title: "A10: setters of single values",
    deeds: [
      call("SetMinHops", 4),
      call("SetCalculateRoutes", true),
      call("SetPublicAutoconnect", false),
      call("SetIsPublic", true),
      call("SetRewardAddress", "anything"),
      call("AddHypervisor", KIM),
      call("AddHypervisor", KIM),
      call("RemoveHypervisor", LEE),
      other("SetMinHops", t.int as never, 4),
      other("AddHypervisor", key33 as never, LEE),
    ],
  },
];
