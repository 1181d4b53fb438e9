import { createHash } from "node:crypto";
import { etc, hashes, Point, sign, verify } from "@noble/ed25519";
import { describe, expect, it, test } from "vitest";
import {
  concatBytes,
  ed25519KeyOf,
  fromHex,
  isStrictEd25519Key,
  type OperatorKey,
  operatorKeyBytes,
  sha256,
  signEd25519,
  toHex,
  utf8,
  verifyEd25519,
} from "../../../src/core/index.ts";

hashes.sha512 = (message) => new Uint8Array(createHash("sha512").update(message).digest());

const ORDER = Point.CURVE().n;
const asKey = (hex: string): OperatorKey => `ed25519:${hex}` as OperatorKey;

/** RFC 8032, section 7.1. */
const RFC_VECTORS = [
  {
    name: "TEST 1",
    seed: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    key: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    message: "",
    signature:
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  },
  {
    name: "TEST 2",
    seed: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    key: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    message: "72",
    signature:
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  },
  {
    name: "TEST 3",
    seed: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    key: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    message: "af82",
    signature:
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  },
];

/** The eight points of small order and the encodings of them that are not canonical (public facts about the curve). */
const SMALL_ORDER = [
  { name: "order 1", hex: "0100000000000000000000000000000000000000000000000000000000000000" },
  { name: "order 2", hex: "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f" },
  { name: "order 4", hex: "0000000000000000000000000000000000000000000000000000000000000000" },
  {
    name: "order 4, negative",
    hex: "0000000000000000000000000000000000000000000000000000000000000080",
  },
  { name: "order 8", hex: "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05" },
  {
    name: "order 8, negative",
    hex: "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
  },
  {
    name: "order 8, other",
    hex: "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  },
  {
    name: "order 8, other, negative",
    hex: "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
  },
];
const NOT_CANONICAL = [
  {
    name: "order 1 with a sign",
    hex: "0100000000000000000000000000000000000000000000000000000000000080",
  },
  {
    name: "order 1 as p + 1",
    hex: "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  },
  {
    name: "order 1 as p + 1 with a sign",
    hex: "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  },
  {
    name: "order 2 with a sign",
    hex: "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  },
  { name: "order 4 as p", hex: "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f" },
  {
    name: "order 4 as p with a sign",
    hex: "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  },
  {
    name: "y = 2^255 - 1",
    hex: "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  },
];

describe("RFC 8032 test vectors", () => {
  test.each(RFC_VECTORS)("$name", ({ seed, key, message, signature }) => {
    expect(ed25519KeyOf(fromHex(seed))).toBe(`ed25519:${key}`);
    expect(toHex(signEd25519(fromHex(seed), fromHex(message)))).toBe(signature);
    expect(verifyEd25519(asKey(key), fromHex(message), fromHex(signature))).toBe(true);
    expect(verifyEd25519(asKey(key), fromHex(`${message}00`), fromHex(signature))).toBe(false);
  });
});

describe("one signature from two signers", () => {
  it("whatever is signed: what the platform signs is what noble signs", () => {
    for (let at = 0; at < 64; at += 1) {
      const seed = sha256(utf8(`seed ${at % 7}`));
      const message = utf8("message ".repeat(at * 5));
      expect(toHex(signEd25519(seed, message))).toBe(toHex(sign(message, seed)));
    }
  });

  it("a seed of another length signs nothing", () => {
    expect(() => signEd25519(new Uint8Array(31), MESSAGE)).toThrow(TypeError);
  });
});

describe("keys that are refused", () => {
  test.each([...SMALL_ORDER, ...NOT_CANONICAL])("$name", ({ hex }) => {
    expect(isStrictEd25519Key(asKey(hex))).toBe(false);
    // With a key of order 1 the identity as R and S = 0 satisfies the equation for every message.
    const forged = fromHex(`01${"00".repeat(63)}`);
    expect(verifyEd25519(asKey(hex), utf8("anything"), forged)).toBe(false);
  });

  it("a key that is no point", () => {
    expect(isStrictEd25519Key(asKey(`02${"00".repeat(31)}`))).toBe(false);
  });

  it("a key outside the prime-order group", () => {
    expect(isStrictEd25519Key(asKey(mixedKey().toHex()))).toBe(false);
  });
});

const MESSAGE = utf8("the message");
const SECRET = 123_456_789_123_456_789n;
const NONCE = 987_654_321_987_654_321n;
const torsion = Point.fromHex(SMALL_ORDER[4]?.hex ?? "");

function mixedKey(): Point {
  return Point.BASE.multiply(SECRET).add(torsion);
}

function littleEndian(value: bigint): Uint8Array {
  return fromHex(value.toString(16).padStart(64, "0")).toReversed();
}

function challenge(r: Uint8Array, key: Uint8Array): bigint {
  const hash = createHash("sha512")
    .update(concatBytes(r, key, MESSAGE))
    .digest();
  return BigInt(`0x${toHex(new Uint8Array(hash).toReversed())}`) % ORDER;
}

/** Signs with a known scalar and nonce, whatever points they are shown as. */
function signed(key: Uint8Array, r: Uint8Array, more = 0n): Uint8Array {
  const s = etc.mod(NONCE + challenge(r, key) * SECRET, ORDER) + more;
  return concatBytes(r, littleEndian(s));
}

/** Another strict verifier: the cofactored equation, with keys and R from the prime-order group only. */
function otherVerdict(key: Uint8Array, signature: Uint8Array): boolean {
  try {
    const points = [key, signature.subarray(0, 32)].map((bytes) => Point.fromBytes(bytes, false));
    return (
      points.every((point) => point.isTorsionFree()) &&
      verify(signature, MESSAGE, key, { zip215: false })
    );
  } catch {
    return false;
  }
}

describe("one verdict from two verifiers", () => {
  const good = Point.BASE.multiply(SECRET).toBytes();
  const r = Point.BASE.multiply(NONCE).toBytes();
  const mixedR = Point.BASE.multiply(NONCE).add(torsion).toBytes();
  const small = [...SMALL_ORDER, ...NOT_CANONICAL];
  test.each<{ name: string; key: Uint8Array; signature: Uint8Array; isGood?: boolean }>([
    { name: "an honest signature", key: good, signature: signed(good, r), isGood: true },
    { name: "S + order", key: good, signature: signed(good, r, ORDER) },
    { name: "R outside the prime-order group", key: good, signature: signed(good, mixedR) },
    {
      name: "a key outside the prime-order group",
      key: mixedKey().toBytes(),
      signature: signed(mixedKey().toBytes(), r),
    },
    {
      name: "both outside",
      key: mixedKey().toBytes(),
      signature: signed(mixedKey().toBytes(), mixedR),
    },
    { name: "S = 0", key: good, signature: concatBytes(r, new Uint8Array(32)) },
    { name: "all zero", key: good, signature: new Uint8Array(64) },
    ...small.map(({ name, hex }) => ({
      name: `R of ${name}`,
      key: good,
      signature: signed(good, fromHex(hex)),
    })),
    ...small.map(({ name, hex }) => ({
      name: `key of ${name}`,
      key: fromHex(hex),
      signature: signed(fromHex(hex), r),
    })),
    ...small.map(({ name, hex }) => ({
      name: `R and key of ${name}`,
      key: fromHex(hex),
      signature: signed(fromHex(hex), fromHex(hex)),
    })),
  ])("$name", ({ key, signature, isGood = false }) => {
    expect(verifyEd25519(asKey(toHex(key)), MESSAGE, signature)).toBe(isGood);
    expect(otherVerdict(key, signature)).toBe(isGood);
  });

  it("on signatures with one bit flipped anywhere", () => {
    const seed = sha256(utf8("seed"));
    const key = ed25519KeyOf(seed);
    const signature = signEd25519(seed, MESSAGE);
    for (let bit = 0; bit < 512; bit += 1) {
      const flipped = signature.map((byte, index) =>
        index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte,
      );
      expect(verifyEd25519(key, MESSAGE, flipped), `bit ${bit}`).toBe(false);
      if (bit % 16 === 0)
        expect(otherVerdict(operatorKeyBytes(key), flipped), `bit ${bit}`).toBe(false);
    }
    expect(verifyEd25519(key, MESSAGE, signature.subarray(0, 63))).toBe(false);
  });
});
