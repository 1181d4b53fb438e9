import { describe, expect, it } from "vitest";
import { toHex } from "../../../src/core/index.ts";
import { parseRpcAddress } from "../../../src/skywire/visor/index.ts";
import { encodePreamble, formatRpcAddress } from "../../../src/skywire/visor/target.ts";
import { KEYS } from "../../support/scripted-visor.ts";

describe("the local visor's address", () => {
  const readable = [
    { name: "an IPv4 address", text: "127.0.0.1:3435", host: "127.0.0.1", port: 3435 },
    {
      name: "localhost, which no resolver is asked for",
      text: "localhost:3435",
      host: "127.0.0.1",
      port: 3435,
    },
    { name: "no host", text: ":4000", host: "127.0.0.1", port: 4000 },
    { name: "an IPv6 address in brackets", text: "[::1]:3435", host: "::1", port: 3435 },
    { name: "another machine", text: "192.0.2.9:1", host: "192.0.2.9", port: 1 },
  ];
  it.each(readable)("reads $name", ({ text, host, port }) => {
    expect(parseRpcAddress(text)).toEqual({ host, port });
  });

  const unreadable = [
    "",
    "3435",
    "127.0.0.1",
    "127.0.0.1:0",
    "127.0.0.1:65536",
    "::1:3435",
    "visor.example:3435",
    "256.0.0.1:3435",
    "1.2.3:3435",
    "dmsg://02aa:65",
    "[visor]:3435",
  ];
  it.each(unreadable)("refuses %j", (text) => {
    expect(() => parseRpcAddress(text)).toThrow(
      expect.objectContaining({ code: "visor/address", exit: 64 }),
    );
  });

  it("formats what it reads", () => {
    for (const text of ["127.0.0.1:3435", "[::1]:3435"])
      expect(formatRpcAddress(parseRpcAddress(text))).toBe(text);
  });
});

describe("the preamble", () => {
  it("is magic, scheme, key and little-endian port in 42 bytes", () => {
    const preamble = encodePreamble({ kind: "bridge", scheme: "dmsg", port: 65 }, KEYS.far);
    expect(preamble).toHaveLength(42);
    expect(toHex(preamble)).toBe(`534b5942524900${KEYS.far}4100`);
  });

  it("names skynet and another port", () => {
    const preamble = encodePreamble({ kind: "bridge", scheme: "skynet", port: 0x1234 }, KEYS.far);
    expect(toHex(preamble)).toBe(`534b5942524901${KEYS.far}3412`);
  });
});
