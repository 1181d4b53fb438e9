import { secp256k1 } from "@noble/curves/secp256k1.js";
import { describe, expect, it, test } from "vitest";
import { fromHex, sha256, toHex, utf8 } from "../../../src/core/index.ts";
import {
  decodeObject,
  decodeRegistry,
  decodeRoot,
  encodeRoot,
  encodeValue,
  type GetObject,
  isBlank,
  publicKeyFault,
  publicKeyOf,
  recoverKey,
  type Root,
  secretKeyFault,
  sharedSecret,
  signHash,
  typesOf,
  verifyRoot,
  verifySignature,
} from "../../../src/skywire/cxo/index.ts";
import { readCxoObjects } from "../../support/cxo-vectors.ts";

const { roots, keys } = readCxoObjects();
const registry = decodeRegistry(fromHex(roots.registryHex));
const objects = new Map(roots.objectsOfRoots0to6.map(({ hash, hex }) => [hash, fromHex(hex)]));
const getObject: GetObject = (hash) => objects.get(toHex(hash));

describe("Root vectors", () => {
  test.each(roots.roots)("$name", (vector) => {
    const root: Root = {
      refs: vector.refs.map(({ hash, schema }) => ({
        hash: fromHex(hash),
        schema: fromHex(schema),
      })),
      descriptor: fromHex(vector.descriptor),
      reg: fromHex(vector.reg),
      pub: fromHex(vector.pub),
      nonce: BigInt(vector.nonce),
      seq: BigInt(vector.seq),
      time: BigInt(vector.time),
      prev: fromHex(vector.prev),
    };
    const bytes = fromHex(vector.hex);
    expect(toHex(encodeRoot(root))).toBe(vector.hex);
    expect(decodeRoot(bytes)).toEqual(root);
    expect(toHex(verifyRoot(bytes, fromHex(vector.sig), root.pub).hash)).toBe(vector.hash);
  });

  it("hashes and decodes every object below them", () => {
    for (const [hash, bytes] of objects) expect(toHex(sha256(bytes))).toBe(hash);
    for (const { refs } of roots.roots) {
      for (const { hash, schema } of refs) {
        const bytes = getObject(fromHex(hash));
        if (bytes === undefined) continue;
        const name = registry.entries.find(({ ref }) => toHex(ref) === schema)?.name ?? "";
        const value = decodeObject(registry, fromHex(schema), bytes);
        expect(toHex(encodeValue({ use: name }, value, typesOf(registry)))).toBe(toHex(bytes));
      }
    }
  });

  test.each(roots.tampered)("tampered: $name", ({ feed, hex, sig, stage, goError }) => {
    const check = (): void => {
      const root = verifyRoot(fromHex(hex), fromHex(sig), fromHex(feed));
      for (const { hash, schema } of root.refs) {
        if (isBlank(hash)) continue;
        const bytes = getObject(hash);
        decodeObject(registry, schema, bytes ?? new Uint8Array());
      }
    };
    if (goError === null)
      expect(() => verifyRoot(fromHex(hex), fromHex(sig), fromHex(feed))).not.toThrow();
    else
      expect(check, stage).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^cxo\//) as string }),
      );
  });

  it("refuses a signed Root with a byte behind it", () => {
    const [vector] = roots.roots;
    const secret = fromHex(keys.deterministicKeyPairs[0]?.sk ?? "");
    const feed = publicKeyOf(secret);
    const honest = encodeRoot({ ...decodeRoot(fromHex(vector?.hex ?? "")), pub: feed });
    const longer = new Uint8Array([...honest, 0]);
    expect(verifyRoot(honest, signHash(sha256(honest), secret), feed).pub).toEqual(feed);
    expect(() => verifyRoot(longer, signHash(sha256(longer), secret), feed)).toThrow(
      expect.objectContaining({ code: "cxo/trailing" }),
    );
  });
});

describe("keys", () => {
  test.each(keys.secretKeys)("secret key $name", ({ sk, goError, pk }) => {
    const secret = fromHex(sk);
    if (goError !== null) {
      expect(secretKeyFault(secret)).toBeDefined();
      return expect(() => publicKeyOf(secret)).toThrow(
        expect.objectContaining({ code: "cxo/key" }),
      );
    }
    expect(secretKeyFault(secret)).toBeUndefined();
    expect(toHex(publicKeyOf(secret))).toBe(pk);
  });

  test.each(keys.deterministicKeyPairs)("pair $pk", ({ sk, pk }) => {
    expect(toHex(publicKeyOf(fromHex(sk)))).toBe(pk);
  });

  test.each(keys.publicKeys)("public key $name", ({ pk, goError }) => {
    expect(publicKeyFault(fromHex(pk)) === undefined).toBe(goError === null);
  });

  test.each(keys.ecdh)("shared secret $name", ({ pk, sk, out, goError }) => {
    if (goError === null) return expect(toHex(sharedSecret(fromHex(pk), fromHex(sk)))).toBe(out);
    return expect(() => sharedSecret(fromHex(pk), fromHex(sk))).toThrow(
      expect.objectContaining({ code: "cxo/key" }),
    );
  });

  test.each(keys.hashes)("SHA-256 of $utf8", ({ utf8: text, sha256: wanted }) => {
    expect(toHex(sha256(utf8(text)))).toBe(wanted);
  });
});

describe("signatures", () => {
  test.each(keys.signatures)(
    "$name",
    ({ hash, sig, pk, goVerifyError, goRecoverError, goRecovered }) => {
      const verify = (): void => verifySignature(fromHex(hash), fromHex(sig), fromHex(pk));
      if (goVerifyError === null) expect(verify).not.toThrow();
      else expect(verify).toThrow(expect.objectContaining({ code: "cxo/signature" }));
      const recover = (): string => toHex(recoverKey(fromHex(hash), fromHex(sig)));
      if (goRecoverError === null) expect(recover()).toBe(goRecovered);
      else expect(recover).toThrow(expect.objectContaining({ code: "cxo/signature" }));
    },
  );

  it("signs what verifies, the same each time", () => {
    const secret = fromHex(keys.deterministicKeyPairs[0]?.sk ?? "");
    for (const text of ["a", "b", "c"]) {
      const signature = signHash(sha256(utf8(text)), secret);
      expect(signature).toEqual(signHash(sha256(utf8(text)), secret));
      verifySignature(sha256(utf8(text)), signature, publicKeyOf(secret));
    }
  });

  it("whatever is signed: gives what noble gives", () => {
    for (let turn = 0; turn < 64; turn += 1) {
      const secret = sha256(utf8(`secret ${turn}`));
      // Also a hash that is over the group's order.
      const hash = turn === 0 ? new Uint8Array(32).fill(0xff) : sha256(utf8(`hash ${turn}`));
      const options = { prehash: false, lowS: true, format: "recovered" } as const;
      const [id = 0, ...numbers] = secp256k1.sign(hash, secret, options);
      expect([...signHash(hash, secret)]).toEqual([...numbers, id]);
      expect(publicKeyOf(secret)).toEqual(secp256k1.getPublicKey(secret, true));
    }
  });

  it("refuses null hashes and secret keys", () => {
    const secret = new Uint8Array(32).fill(1);
    expect(() => signHash(new Uint8Array(32), secret)).toThrow(
      expect.objectContaining({ code: "cxo/hash" }),
    );
    expect(() => signHash(sha256(utf8("x")), new Uint8Array(32))).toThrow(
      expect.objectContaining({ code: "cxo/key" }),
    );
    expect(() =>
      verifySignature(sha256(utf8("x")), new Uint8Array(64), publicKeyOf(secret)),
    ).toThrow(expect.objectContaining({ code: "cxo/signature" }));
  });
});
