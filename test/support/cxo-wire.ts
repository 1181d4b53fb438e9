import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { vectorsFolder } from "./vectors.ts";

interface NoiseSide {
  readonly staticSk: string;
  readonly staticPk: string;
  readonly ephemeralSk: string;
}

interface SealedFrame {
  readonly counter: number;
  readonly plainHex: string;
  readonly frameHex: string;
}

/** One handshake with fixed keys and what was sent after it. */
export interface NoiseVector {
  readonly name: string;
  readonly initiator: NoiseSide;
  readonly responder: NoiseSide;
  readonly m1: string;
  readonly m2: string;
  readonly m3: string;
  readonly m1Framed: string;
  readonly m2Framed: string;
  readonly m3Framed: string;
  readonly handshakeHash: string;
  readonly keyInitiatorToResponder: string;
  readonly keyResponderToInitiator: string;
  readonly initiatorLearns: string;
  readonly responderLearns: string;
  readonly mlkem?: {
    readonly m1Payload: string;
    readonly sharedSecret: string;
    readonly responderAnswersPQ: boolean;
  };
  readonly framesInitiatorToResponder: readonly SealedFrame[];
  readonly framesResponderToInitiator: readonly SealedFrame[];
  readonly longWrite: {
    readonly plainLength: number;
    readonly plainByte: number;
    readonly wireHex: string;
  };
  readonly receiverRules: readonly {
    readonly what: string;
    readonly recordHex: string;
    readonly goError: string | null;
    readonly plainHex: string;
  }[];
}

/** One step of a recorded dialogue: bytes of one side, or something that happened. */
export interface DialogueStep {
  readonly event?: string;
  readonly dir?: string;
  readonly kind?: string;
  readonly wireHex?: string;
  readonly plainHex?: string;
}

/** A whole recorded conversation between clients and a real node. */
export interface Dialogue {
  readonly name: string;
  readonly note: string;
  readonly node: {
    readonly staticSk: string;
    readonly nodeId: string;
    readonly ephemeralSks: readonly string[];
  };
  readonly clients: readonly {
    readonly name: string;
    readonly role: string;
    readonly staticSk: string;
    readonly ephemeralSk: string;
    readonly nodeId: string;
  }[];
  readonly steps: readonly DialogueStep[];
}

/** The form of cxo-wire.json. */
export interface CxoWireVectors {
  readonly messages: readonly {
    readonly type: string;
    readonly seq: number;
    readonly rseq: number;
    readonly fields: Readonly<Record<string, unknown>>;
    readonly bodyHex: string;
    readonly messageHex: string;
    readonly packetHex: string;
  }[];
  readonly noise: readonly NoiseVector[];
  readonly dialogues: readonly Dialogue[];
}

/** One hostile stream and what the Go node did with it. */
export interface HostileCase {
  readonly layer: string;
  readonly name: string;
  readonly sent?: readonly Readonly<Record<string, unknown>>[] | null;
  readonly clientStreamHex?: string | null;
  readonly closedByNode?: boolean;
  readonly nodeSends?: readonly unknown[] | null;
  readonly verdict: string;
}

/** The form of cxo-hostile.json. */
export interface CxoHostileVectors {
  readonly keys: Readonly<Record<string, string>>;
  readonly cases: readonly HostileCase[];
}

/** Recorded messages, handshakes and dialogues. */
export function cxoWireVectors(): CxoWireVectors {
  return read<CxoWireVectors>("cxo-wire.json");
}

/** Hostile streams. */
export function cxoHostileVectors(): CxoHostileVectors {
  return read<CxoHostileVectors>("cxo-hostile.json");
}

function read<T>(name: string): T {
  const own = path.join(vectorsFolder(), name);
  const committed = path.join(import.meta.dirname, "..", "vectors", name);
  return JSON.parse(readFileSync(existsSync(own) ? own : committed, "utf8")) as T;
}
