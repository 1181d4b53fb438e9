import { x25519 } from "@noble/curves/ed25519.js";
import { describe, expect, it, test } from "vitest";
import {
  fromHex,
  sha256,
  toHex,
  utf8,
  x25519KeyOf,
  x25519Shared,
} from "../../../src/core/index.ts";

/** RFC 7748, section 6.1. */
const ALICE = {
  secret: "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
  key: "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
};
const BOB = {
  secret: "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
  key: "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
};
const SHARED = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";

/** Points with which every secret shares the same, as RFC 7748 numbers and as numbers over the field's order. */
const SMALL_ORDER = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

describe("X25519", () => {
  it("gives what RFC 7748 gives", () => {
    expect(toHex(x25519KeyOf(fromHex(ALICE.secret)))).toBe(ALICE.key);
    expect(toHex(x25519KeyOf(fromHex(BOB.secret)))).toBe(BOB.key);
    expect(toHex(x25519Shared(fromHex(ALICE.secret), fromHex(BOB.key)))).toBe(SHARED);
    expect(toHex(x25519Shared(fromHex(BOB.secret), fromHex(ALICE.key)))).toBe(SHARED);
  });

  it("gives what noble gives, whatever the keys", () => {
    for (let turn = 0; turn < 50; turn += 1) {
      const secret = sha256(utf8(`secret ${turn}`));
      // Any 32 bytes are a key, the top bit and numbers over the field's order included.
      const key = sha256(utf8(`key ${turn}`));
      expect(x25519KeyOf(secret)).toEqual(x25519.getPublicKey(secret));
      expect(x25519Shared(secret, key)).toEqual(x25519.getSharedSecret(secret, key));
    }
  });

  test.each(SMALL_ORDER)("refuses to share with %s", (key) => {
    expect(() => x25519Shared(fromHex(ALICE.secret), fromHex(key))).toThrow();
  });

  it("refuses what has not 32 bytes", () => {
    expect(() => x25519KeyOf(new Uint8Array(31))).toThrow("32 bytes");
    expect(() => x25519Shared(fromHex(ALICE.secret), new Uint8Array(33))).toThrow("32 bytes");
  });
});
