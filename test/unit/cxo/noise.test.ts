import { describe, expect, it } from "vitest";
import { fromHex, hkdfSha256, toHex, utf8 } from "../../../src/core/index.ts";
import {
  formatFrame,
  NoiseHandshake,
  type NoiseRole,
  type NoiseSession,
  RecordOpener,
  RecordSealer,
} from "../../../src/skywire/cxo/index.ts";
import { cxoWireVectors, type NoiseVector } from "../../support/cxo-wire.ts";

const FRAME_HEAD = 2;

describe.each([...cxoWireVectors().noise])("$name", (vector) => {
  it("writes and reads the recorded handshake as both sides", () => {
    const { initiator, responder } = play(vector);
    for (const [session, sendKey, receiveKey] of [
      [initiator, vector.keyInitiatorToResponder, vector.keyResponderToInitiator],
      [responder, vector.keyResponderToInitiator, vector.keyInitiatorToResponder],
    ] as const) {
      expect(toHex(session.handshakeHash)).toBe(vector.handshakeHash);
      expect(toHex(transportKey(session.sendKey, session, vector))).toBe(sendKey);
      expect(toHex(transportKey(session.receiveKey, session, vector))).toBe(receiveKey);
    }
    expect(toHex(initiator.remoteKey)).toBe(vector.initiatorLearns);
    expect(toHex(responder.remoteKey)).toBe(vector.responderLearns);
  });

  it.each([
    ["keyInitiatorToResponder", "framesInitiatorToResponder"],
    ["keyResponderToInitiator", "framesResponderToInitiator"],
  ] as const)("seals and opens the records of %s", (key, frames) => {
    const sealer = new RecordSealer(fromHex(vector[key]));
    const opener = new RecordOpener(fromHex(vector[key]));
    for (const { plainHex, frameHex } of vector[frames]) {
      expect(toHex(sealer.seal(fromHex(plainHex)))).toBe(frameHex);
      expect(toHex(opener.open(fromHex(frameHex).subarray(FRAME_HEAD)))).toBe(plainHex);
    }
    if (key !== "keyInitiatorToResponder") return;
    const { plainLength, plainByte, wireHex } = vector.longWrite;
    expect(toHex(sealer.seal(new Uint8Array(plainLength).fill(plainByte)))).toBe(wireHex);
  });

  it("takes and refuses the records that Go takes and refuses", () => {
    const opener = new RecordOpener(fromHex(vector.keyInitiatorToResponder));
    for (const { frameHex } of vector.framesInitiatorToResponder)
      opener.open(fromHex(frameHex).subarray(FRAME_HEAD));
    for (const { what, recordHex, goError, plainHex } of vector.receiverRules) {
      const open = (): string => toHex(opener.open(fromHex(recordHex)));
      if (goError === null) expect(open(), what).toBe(plainHex);
      else expect(open, what).toThrow(expect.objectContaining({ code: "cxo/record" }) as Error);
    }
  });
});

function play(vector: NoiseVector): { initiator: NoiseSession; responder: NoiseSession } {
  const side = (role: NoiseRole): NoiseHandshake =>
    new NoiseHandshake(role, {
      staticSecret: fromHex(vector[role].staticSk),
      ephemeralSecret: fromHex(vector[role].ephemeralSk),
    });
  const initiator = side("initiator");
  const responder = side("responder");
  const offered = fromHex(vector.mlkem?.m1Payload ?? "");
  expect(toHex(initiator.write(offered))).toBe(vector.m1);
  expect(toHex(responder.read(fromHex(vector.m1)))).toBe(toHex(offered));
  const answered = initiator.read(fromHex(vector.m2));
  expect(toHex(responder.write(answered))).toBe(vector.m2);
  expect(toHex(initiator.write())).toBe(vector.m3);
  expect(responder.read(fromHex(vector.m3))).toHaveLength(0);
  for (const [plain, framed] of [
    [vector.m1, vector.m1Framed],
    [vector.m2, vector.m2Framed],
    [vector.m3, vector.m3Framed],
  ] as const)
    expect(toHex(formatFrame(fromHex(plain)))).toBe(framed);
  return { initiator: initiator.finish(), responder: responder.finish() };
}

// Only the record layer differs in a hybrid session, and our node never answers with a hybrid one.
function transportKey(key: Uint8Array, session: NoiseSession, vector: NoiseVector): Uint8Array {
  if (vector.mlkem?.responderAnswersPQ !== true) return key;
  const secret = fromHex(toHex(key) + vector.mlkem.sharedSecret);
  return hkdfSha256(secret, session.handshakeHash, utf8("skywire-pq-hybrid-v1"), 32);
}
