// The thread in which a signature pool verifies its batches.
import type * as crypto from "node:crypto";
import type * as threads from "node:worker_threads";

/** Signatures on their way to a thread, packed so that nothing is copied on the way. */
export interface SignatureBatch {
  readonly id: number;
  /** 32 bytes each. */
  readonly keys: readonly Uint8Array[];
  /** For each signature the index of its key. */
  readonly keyAt: Uint16Array;
  /** For each signature where its message ends; it begins where the one before ends. */
  readonly ends: Uint32Array;
  readonly messages: Uint8Array<ArrayBuffer>;
  /** 64 bytes each. */
  readonly signatures: Uint8Array<ArrayBuffer>;
}

/**
 * What a thread of the pool runs: answers each {@link SignatureBatch} with one byte a signature, 1 when
 * it holds. It is sent to the thread as text and so uses nothing from outside but its parameters. Keys
 * and lengths were judged before.
 */
export function signatureWorker(
  { parentPort }: typeof threads,
  { createPublicKey, verify }: typeof crypto,
): void {
  const signatureSize = 64;
  const scalarAt = 32;
  // The order of the group, most significant byte first.
  const order = `1${"0".repeat(31)}14def9dea2f79cd65812631a5cf5d3ed`;

  // The one encoding of the scalar: below the order of the group.
  function isReduced(signature: Uint8Array): boolean {
    let hex = "";
    for (let at = signatureSize - 1; at >= scalarAt; at -= 1)
      hex += (signature[at] ?? 0).toString(16).padStart(2, "0");
    return hex < order.padStart(signatureSize, "0");
  }

  parentPort?.on(
    "message",
    ({ id, keys, keyAt, ends, messages, signatures }: SignatureBatch): void => {
      const publicKeys = keys.map((key) =>
        createPublicKey({
          key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(key).toString("base64url") },
          format: "jwk",
        }),
      );
      const verdicts = new Uint8Array(keyAt.length);
      let from = 0;
      for (const [at, end] of ends.entries()) {
        const signature = signatures.subarray(at * signatureSize, (at + 1) * signatureSize);
        const key = publicKeys[keyAt[at] ?? 0];
        const message = messages.subarray(from, end);
        from = end;
        const holds =
          key !== undefined && isReduced(signature) && verify(null, message, key, signature);
        verdicts[at] = holds ? 1 : 0;
      }
      parentPort.postMessage({ id, verdicts });
    },
  );
}
