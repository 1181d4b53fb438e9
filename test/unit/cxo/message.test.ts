import { describe, expect, it, test } from "vitest";
import { fromHex, toHex } from "../../../src/core/index.ts";
import { decodeMessage, encodeMessage } from "../../../src/skywire/cxo/index.ts";
import { cxoWireVectors } from "../../support/cxo-wire.ts";

const MESSAGES = cxoWireVectors().messages;
const NAMES: Readonly<Record<string, string>> = { err: "text", list: "peers", sig: "signature" };

describe("recorded messages", () => {
  test.each([...MESSAGES])("$type $fields", (vector) => {
    const envelope = decodeMessage(fromHex(vector.messageHex));
    expect(envelope).toMatchObject({ seq: vector.seq, rseq: vector.rseq });
    expect(envelope.message.type).toBe(vector.type);
    const shown = plainForm(envelope.message);
    for (const [name, value] of Object.entries(vector.fields)) {
      if (name === "list" && (value as unknown[]).length > 0) continue;
      expect(shown[NAMES[name] ?? name], name).toEqual(plainForm(value));
    }
    expect(toHex(encodeMessage(envelope))).toBe(vector.messageHex);
    expect(vector.messageHex.slice(16)).toBe(vector.bodyHex);
  });

  test.each([...MESSAGES])("$type is refused at every other length", ({ messageHex }) => {
    const bytes = fromHex(messageHex);
    for (let size = 0; size < bytes.length; size += 1)
      expect(() => decodeMessage(bytes.subarray(0, size))).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^cxo\//) as string }) as Error,
      );
    const longer = fromHex(`${messageHex}00`);
    expect(() => decodeMessage(longer)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^cxo\/t/) as string }) as Error,
    );
  });

  it("keeps every field of peers", () => {
    const peer = {
      key: new Uint8Array(33).fill(2),
      metadata: Uint8Array.of(7),
      tcp: "a:1",
      udp: "",
    };
    const message = { type: "Peers", feed: new Uint8Array(33), peers: [peer] } as const;
    const envelope = { seq: 1, rseq: 0, message };
    expect(decodeMessage(encodeMessage(envelope))).toEqual(envelope);
  });
});

function plainForm(value: unknown): Record<string, unknown> {
  const text = JSON.stringify(value, (_, item: unknown) => {
    if (item instanceof Uint8Array) return toHex(item);
    return typeof item === "bigint" ? String(item) : item;
  });
  return JSON.parse(text) as Record<string, unknown>;
}
