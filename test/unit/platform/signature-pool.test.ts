import { afterAll, describe, expect, it } from "vitest";
import { type SignatureItem, utf8, verifyEd25519 } from "../../../src/core/index.ts";
import { signaturePool } from "../../../src/platform/index.ts";
import { testKeys } from "../../support/ledger-world.ts";

const GROUP_ORDER = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n;
const signers = ["owner", "friend"].map(testKeys);

function signed(at: number): SignatureItem {
  const keys = signers[at % 2];
  if (keys === undefined) throw new Error("there are two signers");
  const message = utf8(`message ${at} ${"x".repeat(at % 50)}`);
  return { key: keys.operator, message, signature: keys.sign(message) };
}

/** The same signature with a scalar that is not reduced, which lenient verifiers take. */
function unreduced({ key, message, signature }: SignatureItem): SignatureItem {
  let scalar = signature.slice(32).reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
  scalar += GROUP_ORDER;
  const longer = signature.map((byte, at) =>
    at < 32 ? byte : Number((scalar >> BigInt(8 * (at - 32))) & 255n),
  );
  return { key, message, signature: longer };
}

const changes: Readonly<Record<string, (item: SignatureItem) => SignatureItem>> = {
  "as it is": (item) => item,
  "another message": (item) => ({ ...item, message: utf8("another") }),
  "another key": (item) => ({ ...item, key: testKeys("other").operator }),
  "a flipped bit": (item) => ({
    ...item,
    signature: item.signature.map((byte, at) => (at === 7 ? byte ^ 1 : byte)),
  }),
  "a scalar that is not reduced": unreduced,
  "too short": (item) => ({ ...item, signature: item.signature.slice(1) }),
  "too long": (item) => ({ ...item, signature: new Uint8Array([...item.signature, 0]) }),
  "a key of small order": (item) => ({ ...item, key: `ed25519:01${"00".repeat(31)}` as never }),
  "a key that is no point": (item) => ({ ...item, key: `ed25519:02${"00".repeat(31)}` as never }),
};

describe("threads that verify signatures", () => {
  const pool = signaturePool(2);
  afterAll(() => pool.close());

  it.each([1, 63, 64, 700])("give the verdicts of one thread, %i at once", async (count) => {
    const kinds = Object.values(changes);
    const items = Array.from({ length: count }, (_, at) => {
      const change = kinds[at % kinds.length] ?? ((item: SignatureItem) => item);
      return change(signed(at));
    });
    const want = items.map((item) => verifyEd25519(item.key, item.message, item.signature));
    const got = await Promise.all([1, 2, 3].map(() => pool.verifyMany(items)));
    expect(got).toEqual([want, want, want]);
    expect(want.filter((holds) => holds)).toHaveLength(Math.ceil(count / kinds.length));
  });

  it("leave what they did not finish to this thread", async () => {
    const lost = signaturePool(1);
    const items = Array.from({ length: 300 }, (_, at) => signed(at));
    const verdicts = lost.verifyMany(items);
    await lost.close();
    expect(await verdicts).toEqual(items.map(() => true));
    expect(await lost.verifyMany(items)).toEqual(items.map(() => true));
    await lost.close();
  });
});
