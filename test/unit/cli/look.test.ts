import { describe, expect, test } from "vitest";
import { canAsk, outPaint } from "../../../src/cli/shell/screen.ts";
import type { World } from "../../../src/cli/shell/world.ts";
import { homeFolders } from "../../../src/platform/index.ts";
import { plainPaint } from "../../../src/view/index.ts";

function world(env: Record<string, string>, isTerminal: boolean): World {
  const terminal = {
    outIsTerminal: isTerminal,
    errIsTerminal: isTerminal,
    inIsTerminal: isTerminal,
  };
  return { env, terminal } as unknown as World;
}

describe("colour", () => {
  test.each([
    { name: "a terminal", env: {}, isTerminal: true, want: true },
    { name: "a pipe", env: {}, isTerminal: false, want: false },
    { name: "NO_COLOR", env: { NO_COLOR: "1" }, isTerminal: true, want: false },
    {
      name: "NO_COLOR over FORCE_COLOR",
      env: { NO_COLOR: "1", FORCE_COLOR: "1" },
      isTerminal: true,
      want: false,
    },
    { name: "an empty NO_COLOR", env: { NO_COLOR: "" }, isTerminal: true, want: true },
    { name: "FORCE_COLOR in a pipe", env: { FORCE_COLOR: "1" }, isTerminal: false, want: true },
    { name: "FORCE_COLOR=0", env: { FORCE_COLOR: "0" }, isTerminal: false, want: false },
    { name: "a dumb terminal", env: { TERM: "dumb" }, isTerminal: true, want: false },
  ])("$name", ({ env, isTerminal, want }) => {
    expect(outPaint(world(env, isTerminal)) !== plainPaint).toBe(want);
  });
});

describe("asking", () => {
  test.each([
    { name: "a terminal", env: {}, isTerminal: true, want: true },
    { name: "no terminal", env: {}, isTerminal: false, want: false },
    { name: "CI", env: { CI: "true" }, isTerminal: true, want: false },
    { name: "CI=false", env: { CI: "false" }, isTerminal: true, want: true },
  ])("$name", ({ env, isTerminal, want }) => {
    expect(canAsk(world(env, isTerminal))).toBe(want);
  });
});

describe("folders", () => {
  test.each([
    {
      name: "FLEET_HOME wins",
      env: { FLEET_HOME: "/f", HOME: "/u" },
      platform: "linux",
      want: ["/f/config", "/f/state"],
    },
    {
      name: "Linux",
      env: { HOME: "/u" },
      platform: "linux",
      want: ["/u/.config/skywire-fleet", "/u/.local/state/skywire-fleet"],
    },
    {
      name: "XDG",
      env: { HOME: "/u", XDG_CONFIG_HOME: "/c", XDG_STATE_HOME: "/s" },
      platform: "linux",
      want: ["/c/skywire-fleet", "/s/skywire-fleet"],
    },
    {
      name: "a relative XDG folder is ignored",
      env: { HOME: "/u", XDG_CONFIG_HOME: "c" },
      platform: "linux",
      want: ["/u/.config/skywire-fleet", "/u/.local/state/skywire-fleet"],
    },
    {
      name: "macOS",
      env: { HOME: "/u" },
      platform: "darwin",
      want: [
        "/u/Library/Application Support/skywire-fleet/config",
        "/u/Library/Application Support/skywire-fleet/state",
      ],
    },
  ] as const)("$name", ({ env, platform, want }) => {
    const { config, state } = homeFolders(env, platform);
    expect([config, state]).toEqual(want);
  });
});
