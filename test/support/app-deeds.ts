// What is done to the apps of two visors.
import { args, call, env, KIM, LEE, restart, type Row } from "./visor-deeds.ts";

/** Arguments, variables, modes and processes of apps. */
export const APP_ROWS: readonly Row[] = [
  {
    title: "A1: setters of flags: bare, or nothing, whatever form was there",
    deeds: [
      args("vpn-server", ["--secure=true", "-secure=false", "--secure", "true", "--netifc", "e0"]),
      call("SetAppSecure", { AppName: "vpn-server", Val: true }),
      args("vpn-client", ["--killswitch", "--dns", "9.9.9.9"]),
      call("SetAppKillswitch", { AppName: "vpn-client", Val: false }),
      call("SetAppSecure", { AppName: "skychat", Val: true }),
      call("SetAppKillswitch", { AppName: "vpn-server", Val: true }),
    ],
  },
  {
    title: "A1: which forms of arguments a program starts with",
    deeds: [
      args("vpn-server", ["--secure=false", "--whitelist", KIM]),
      call("StartApp", { AppName: "vpn-server", LauncherMode: "" }),
      args("skysocks", ["--whitelist"]),
      call("StopApp", "skysocks"),
      call("StartApp", { AppName: "skysocks", LauncherMode: "" }),
      args("skysocks-client", ["-killswitch=true"]),
      call("StartApp", { AppName: "skysocks-client", LauncherMode: "" }),
      args("skychat", ["--addr", ":8001", "--secure=perhaps"]),
      call("StopApp", "skychat"),
      call("StartApp", { AppName: "skychat", LauncherMode: "" }),
      call("StartApp", { AppName: "vpn-client", LauncherMode: "" }),
    ],
  },
  {
    title: "A1: setters of options with a value",
    deeds: [
      args("skysocks-client", ["--srv"]),
      call("SetAppPK", { AppName: "skysocks-client", PK: KIM }),
      call("SetAppPK", { AppName: "skychat", PK: KIM }),
      call("SetAppDNS", { AppName: "vpn-client", Val: "9.9.9.9" }),
      call("SetAppDNS", { AppName: "vpn-server", Val: "9.9.9.9" }),
      call("SetAppNetworkInterface", { AppName: "vpn-server", NetIfc: "eth0" }),
      call("SetAppNetworkInterface", { AppName: "vpn-server", NetIfc: "" }),
      call("SetAppNetworkInterface", { AppName: "vpn-client", NetIfc: "eth0" }),
      call("SetAppWhitelist", { AppName: "skysocks", Whitelist: `${KIM},${LEE}` }),
      call("SetAppWhitelist", { AppName: "vpn-server", Whitelist: "" }),
      call("SetAppWhitelist", { AppName: "skychat", Whitelist: KIM }),
    ],
  },
  ...[":8002", "*:8003", "127.0.0.1:8004", "localhost:8005", ":80", ":65536", "x", "a:8006"].map(
    (Val): Row => ({
      title: `A10: skychat's address ${Val}`,
      deeds: [call("SetAppAddress", { AppName: "skychat", Val })],
    }),
  ),
  {
    title: "A10: apps that are not there",
    deeds: [
      args("nobody", []),
      call("SetAppEnvFull", { AppName: "nobody", Env: [] }),
      call("SetAppLauncherMode", { AppName: "nobody", Mode: "internal" }),
      call("SetAppLauncherMode", { AppName: "nobody", Mode: "inside" }),
      call("SetAppLauncherMode", { AppName: "skychat", Mode: "inside" }),
      call("SetAutoStart", { AppName: "nobody", AutoStart: true }),
      call("DeleteApp", { AppName: "nobody" }),
      call("StartApp", { AppName: "nobody", LauncherMode: "" }),
      call("StopApp", "nobody"),
      call("KillApp", "nobody"),
      call("AddApp", { AppName: "skychat", BinaryName: "x" }),
      env("nobody", "A", "b"),
      call("DeleteApp", { AppName: "vpn-server" }),
      call("SetAppSecure", { AppName: "vpn-server", Val: true }),
      call("SetAppWhitelist", { AppName: "vpn-server", Whitelist: KIM }),
    ],
  },
  {
    title: "A10: variables of an app",
    deeds: [
      call("SetAppEnvFull", { AppName: "skychat", Env: ["A=1", "B=2"] }),
      env("skychat", "A", "3"),
      env("skychat", "C", "4"),
      env("skychat", "B", ""),
      env("skychat", "", "4"),
    ],
  },
  {
    title: "A7: an app starts in the mode of the call, and with the visor in its own",
    deeds: [
      call("SetAppLauncherMode", { AppName: "vpn-server", Mode: "external" }),
      call("StartApp", { AppName: "vpn-server", LauncherMode: "" }),
      call("StartApp", { AppName: "vpn-server", LauncherMode: "" }),
      call("StopApp", "vpn-server"),
      call("StartApp", { AppName: "vpn-server", LauncherMode: "internal" }),
    ],
  },
  {
    title: "A7: and after the restart",
    deeds: [
      call("SetAppLauncherMode", { AppName: "vpn-server", Mode: "external" }),
      call("SetAutoStart", { AppName: "vpn-server", AutoStart: true }),
      restart,
    ],
  },
  {
    title: "A10: an app that always runs is started again when it is stopped",
    deeds: [call("StopApp", "pty"), call("DeleteApp", { AppName: "skychat" })],
  },
];
