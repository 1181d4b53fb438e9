import { describe, expect, it } from "vitest";
import { type Call, methodRow } from "../../../src/skywire/visor/index.ts";
import { CALLS } from "../../../src/skywire/visor/methods.ts";
import { BugError } from "../../../src/core/index.ts";
import { assertWritablePaths } from "../../../src/skywire/visor/safe-config.ts";

const ROWS: readonly Call<unknown, unknown>[] = Object.values(CALLS);

describe("the table of methods", () => {
  it.each([
    "App",
    "Reload",
    "Shutdown",
    "DoCustomSetting",
    "AddPtyWhitelist",
    "SetRuntimeConfig",
    "GetRewardAddress",
    "SetPersistentTransports",
    "RoutingRules",
    "RouteGroups",
    "GetAppError",
    "LogsSince",
    "toString",
  ])("has no %s", (name) => {
    expect(methodRow(name)).toBeUndefined();
  });

  it("names every row as its method", () => {
    for (const row of ROWS) {
      expect(row.method.name).toBe(`app-visor.${row.name}`);
      expect(methodRow(row.name)).toBe(row);
    }
    expect(ROWS.map((row) => row.name)).toEqual(Object.keys(CALLS));
  });

  it("probes with a bool only what no release takes a bool for", () => {
    for (const row of ROWS) {
      const { node } = row.method.args;
      const takesNoBool =
        node.kind === "map" ||
        node.kind === "opaque" ||
        (node.kind === "struct" && node.fields.length > 0);
      expect({ name: row.name, isProbed: row.probe !== undefined }).toEqual({
        name: row.name,
        isProbed: row.class === "write" && takesNoBool,
      });
    }
  });

  it("lets nothing but reads through before a visor is up", () => {
    const early = ROWS.filter((row) => row.class === "always").map((row) => row.name);
    expect(early).toEqual([
      "Uptime",
      "Apps",
      "TransportTypes",
      "IsStartupComplete",
      "RemoteVisors",
      "Transports",
    ]);
  });
});

describe("configuration paths that may be written", () => {
  it.each([
    "hypervisors",
    "pty.whitelist",
    "survey_whitelist",
    "reward_address",
    "routing.min_hops",
    "launcher.apps[skychat].args",
    "launcher.apps[my app].env",
  ])("%s may", (path) => expect(() => assertWritablePaths([path])).not.toThrow());
  it.each([
    "sk",
    "pk",
    "cli_addr",
    "local_path",
    "conf_service",
    "launcher.server_addr",
    "launcher.bin_path",
    "dmsg.discovery",
    "launcher.apps[a].x",
    "launcher.apps[a].args].args",
    "hypervisor.cookies",
    "",
  ])("%j must not", (path) => expect(() => assertWritablePaths([path])).toThrow(BugError));
});
