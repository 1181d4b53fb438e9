import { describe, expect, it } from "vitest";
import type { PortReading, WriteSession } from "../../../src/skywire/visor/index.ts";
import { KEYS } from "../../support/scripted-visor.ts";
import { lastOf, openFar } from "../../support/visor-reading.ts";

const PORT: PortReading = {
  port: 8080,
  local_port: 80,
  label: "web",
  description: "",
  show_on_landing: true,
  whitelist: [KEYS.third],
  skynet: true,
  dmsg: true,
  udp: false,
  proxy_addr: "",
  preserve_host: false,
  inject_pk: true,
};

describe("a write", () => {
  const writes: readonly {
    name: string;
    write: (session: WriteSession) => Promise<unknown>;
    method: string;
    args: unknown;
  }[] = [
    {
      name: "starts an app",
      write: (s) => s.startApp("skychat", ""),
      method: "StartApp",
      args: { AppName: "skychat", LauncherMode: "" },
    },
    {
      name: "stops an app",
      write: (s) => s.stopApp("skychat"),
      method: "StopApp",
      args: "skychat",
    },
    {
      name: "kills an app",
      write: (s) => s.killApp("skychat"),
      method: "KillApp",
      args: "skychat",
    },
    {
      name: "sets auto start",
      write: (s) => s.setAutoStart("a", true),
      method: "SetAutoStart",
      args: { AppName: "a", AutoStart: true },
    },
    {
      name: "replaces arguments",
      write: (s) => s.setAppArgs("a", ["app", "a"]),
      method: "SetAppArgs",
      args: { AppName: "a", Args: ["app", "a"] },
    },
    {
      name: "replaces the environment",
      write: (s) => s.setAppEnvFull("a", ["X=1"]),
      method: "SetAppEnvFull",
      args: { AppName: "a", Env: ["X=1"] },
    },
    {
      name: "sets the launcher mode",
      write: (s) => s.setAppLauncherMode("a", "external"),
      method: "SetAppLauncherMode",
      args: { AppName: "a", Mode: "external" },
    },
    {
      name: "sets a whitelist",
      write: (s) => s.setAppWhitelist("a", [KEYS.local, KEYS.third]),
      method: "SetAppWhitelist",
      args: { AppName: "a", Whitelist: `${KEYS.local},${KEYS.third}` },
    },
    {
      name: "sets a server key",
      write: (s) => s.setAppPk("a", KEYS.third),
      method: "SetAppPK",
      args: { AppName: "a", PK: KEYS.third },
    },
    {
      name: "sets secure",
      write: (s) => s.setAppSecure("a", false),
      method: "SetAppSecure",
      args: { AppName: "a", Val: false },
    },
    {
      name: "sets the kill switch",
      write: (s) => s.setAppKillswitch("a", true),
      method: "SetAppKillswitch",
      args: { AppName: "a", Val: true },
    },
    {
      name: "sets the network interface",
      write: (s) => s.setAppNetworkInterface("a", "eth0"),
      method: "SetAppNetworkInterface",
      args: { AppName: "a", NetIfc: "eth0" },
    },
    {
      name: "sets the address",
      write: (s) => s.setAppAddress("a", ":8001"),
      method: "SetAppAddress",
      args: { AppName: "a", Val: ":8001" },
    },
    {
      name: "sets the resolver",
      write: (s) => s.setAppDns("a", "1.1.1.1"),
      method: "SetAppDNS",
      args: { AppName: "a", Val: "1.1.1.1" },
    },
    {
      name: "adds an app",
      write: (s) => s.addApp("a", "b"),
      method: "AddApp",
      args: { AppName: "a", BinaryName: "b" },
    },
    {
      name: "deletes an app",
      write: (s) => s.deleteApp("a"),
      method: "DeleteApp",
      args: { AppName: "a" },
    },
    {
      name: "adds a hypervisor",
      write: (s) => s.addHypervisor(KEYS.third),
      method: "AddHypervisor",
      args: KEYS.third,
    },
    {
      name: "removes a hypervisor",
      write: (s) => s.removeHypervisor(KEYS.third),
      method: "RemoveHypervisor",
      args: KEYS.third,
    },
    { name: "sets min hops", write: (s) => s.setMinHops(3), method: "SetMinHops", args: 3 },
    {
      name: "sets route calculation",
      write: (s) => s.setCalculateRoutes(true),
      method: "SetCalculateRoutes",
      args: true,
    },
    {
      name: "sets autoconnect",
      write: (s) => s.setPublicAutoconnect(false),
      method: "SetPublicAutoconnect",
      args: false,
    },
    {
      name: "sets is public",
      write: (s) => s.setIsPublic(true),
      method: "SetIsPublic",
      args: true,
    },
    {
      name: "sets the reward address",
      write: (s) => s.setRewardAddress("2jBb"),
      method: "SetRewardAddress",
      args: "2jBb",
    },
    {
      name: "deletes the reward address",
      write: (s) => s.deleteRewardAddress(),
      method: "DeleteRewardAddress",
      args: {},
    },
    {
      name: "opens a port",
      write: (s) => s.registerForwardedPort(PORT),
      method: "RegisterForwardedPort",
      args: expect.objectContaining({
        Port: 8080,
        LocalPort: 80,
        Whitelist: [KEYS.third],
        InjectPK: true,
      }),
    },
    {
      name: "changes a port",
      write: (s) => s.updateForwardedPort(PORT),
      method: "UpdateForwardedPort",
      args: expect.objectContaining({ Port: 8080, DMSG: true, UDP: false }),
    },
    {
      name: "closes a port",
      write: (s) => s.deregisterTcpPort(8080),
      method: "DeregisterTCPPort",
      args: 8080,
    },
  ];
  it.each(writes)("$name", async ({ write, method, args }) => {
    const { session, far } = await openFar();
    await write(session);
    expect(lastOf(far)).toEqual({ method: `app-visor.${method}`, args, outcome: "called" });
    session.close();
  });
});
