import { describe, expect, it } from "vitest";
import { editArgs, parseWhitelist, programOf, splitArgs } from "../../../src/model/index.ts";

describe("splitting an argument list", () => {
  it.each([
    {
      name: "the launcher's positionals stay in front",
      program: "skychat",
      args: ["app", "skychat", "--addr", ":8001", "--pair-enable"],
      want: { leading: ["app", "skychat"], typed: [["address", ":8001"]], rest: ["--pair-enable"] },
    },
    {
      name: "two dashes and an equals sign",
      program: "vpn-server",
      args: ["--secure=true", "--netifc=eth0"],
      want: {
        leading: [],
        typed: [
          ["secure", "true"],
          ["netifc", "eth0"],
        ],
        rest: [],
      },
    },
    {
      name: "a bare flag is true",
      program: "vpn-client",
      args: ["--killswitch", "--srv", "02ab"],
      want: {
        leading: [],
        typed: [
          ["killswitch", "true"],
          ["pk", "02ab"],
        ],
        rest: [],
      },
    },
    {
      name: "an option of another program is not typed here",
      program: "skychat",
      args: ["--whitelist", "02ab"],
      want: { leading: [], typed: [], rest: ["--whitelist", "02ab"] },
    },
    {
      name: "an option that misses its value has none: the app ends at it",
      program: "skysocks",
      args: ["--whitelist"],
      want: { leading: [], typed: [], rest: [] },
    },
    {
      name: "the last of two counts",
      program: "skysocks",
      args: ["--whitelist", "a", "--whitelist", "b"],
      want: { leading: [], typed: [["whitelist", "b"]], rest: [] },
    },
    { name: "nothing", program: "skysocks", args: [], want: { leading: [], typed: [], rest: [] } },
  ])("$name", ({ program, args, want }) => {
    const { leading, typed, rest } = splitArgs({ name: program, binary: "", args });
    expect({ leading, typed: [...typed], rest }).toEqual(want);
  });

  it("puts a list together with what is set in front, where nothing can swallow it", () => {
    const typed = new Map([
      ["secure", "true"],
      ["whitelist", "02ab,03cd"],
      ["netifc", ""],
    ] as const);
    const app = {
      name: "vpn-server",
      binary: "skywire",
      args: ["app", "vpn-server", "--netifc=x"],
    };
    expect(editArgs(app, { rest: ["--x", "1", "--"], typed })).toEqual([
      "app",
      "vpn-server",
      "--whitelist",
      "02ab,03cd",
      "--secure=true",
      "--x",
      "1",
      "--",
    ]);
  });

  it("tells a combined program which app it is, where nothing does yet", () => {
    const app = { name: "skysocks", binary: "skywire", args: [] };
    expect(editArgs(app, { rest: ["--x"], typed: new Map() })).toEqual(["app", "skysocks", "--x"]);
  });

  it("drops the options of the program that an app was before", () => {
    const app = { name: "skychat", binary: "", args: ["--addr", ":8001"] };
    const edit = { rest: ["app", "vpn-server"], typed: new Map() };
    expect(editArgs(app, edit)).toEqual(["app", "vpn-server"]);
  });

  it.each([
    {
      name: "the combined binary runs what its positionals say",
      app: { name: "vpn", binary: "skywire", args: ["app", "vpn-client"] },
      want: "vpn-client",
    },
    {
      name: "the combined binary without positionals runs the app's name",
      app: { name: "skychat", binary: "skywire", args: ["--addr"] },
      want: "skychat",
    },
    {
      name: "an own binary is the program",
      app: { name: "socks2", binary: "skysocks-client", args: [] },
      want: "skysocks-client",
    },
    {
      name: "no binary: the name",
      app: { name: "skysocks", binary: "", args: [] },
      want: "skysocks",
    },
  ])("$name", ({ app, want }) => {
    expect(programOf(app)).toBe(want);
  });

  it("reads a whitelist without blanks, repetitions or order", () => {
    expect(parseWhitelist(" 03CD, 02ab,,02ab ")).toEqual(["02ab", "03cd"]);
  });
});
