import { concatBytes, type ByteStream } from "../../src/core/index.ts";
import {
  type CxoEnvelope,
  decodeMessage,
  encodeMessage,
  formatFrame,
  NoiseHandshake,
  type NoiseRole,
  type NoiseSecrets,
  RecordOpener,
  RecordSealer,
} from "../../src/skywire/cxo/index.ts";

const LENGTH_SIZE = 4;
const NUMBERS_SIZE = 8;
const PATIENCE_MS = 8000;

/** The far end of a connection, moved by hand: it sees and makes every byte. */
export class WirePeer {
  readonly #stream: ByteStream;
  readonly #chunks: Uint8Array[] = [];
  #handshake: NoiseHandshake;
  #sealer: RecordSealer | undefined;
  #opener: RecordOpener | undefined;
  #wake: () => void = () => undefined;
  isClosed = false;

  constructor(stream: ByteStream, role: NoiseRole, secrets: NoiseSecrets) {
    this.#stream = stream;
    this.#handshake = new NoiseHandshake(role, secrets);
    const gone = (): void => {
      this.isClosed = true;
      this.#wake();
    };
    stream.listen({
      data: (chunk) => {
        this.#chunks.push(chunk);
        this.#wake();
      },
      end: gone,
      closed: gone,
    });
  }

  /** Chunks that came and were not looked at. */
  get unread(): number {
    return this.#chunks.length;
  }

  /** The next bytes as they came; `undefined` when the other side closed first. */
  async next(): Promise<Uint8Array | undefined> {
    const untilMs = Date.now() + PATIENCE_MS;
    while (this.#chunks.length === 0) {
      if (this.isClosed) return undefined;
      if (Date.now() > untilMs) throw new Error("nothing came in time");
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 50);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.#chunks.shift();
  }

  write(bytes: Uint8Array): void {
    this.#stream.write(bytes);
  }

  hangUp(): void {
    this.#stream.end();
  }

  /** Our next handshake message, framed. */
  handshakeMessage(): Uint8Array {
    const frame = formatFrame(this.#handshake.write());
    this.#finish();
    return frame;
  }

  readHandshake(frame: Uint8Array): void {
    this.#handshake.read(frame.subarray(2));
    this.#finish();
  }

  /** The bytes of one packet, cut into records as the newest Go text does. */
  seal(envelope: CxoEnvelope): Uint8Array {
    return this.sealPacket(encodeMessage(envelope));
  }

  /** Records of any bytes, whole packets or not. */
  sealBytes(bytes: Uint8Array): Uint8Array {
    if (this.#sealer === undefined) throw new Error("the handshake is not done");
    return this.#sealer.seal(bytes);
  }

  sealPacket(message: Uint8Array): Uint8Array {
    const sealer = this.#sealer;
    if (sealer === undefined) throw new Error("the handshake is not done");
    const length = new Uint8Array(LENGTH_SIZE);
    new DataView(length.buffer).setUint32(0, message.length);
    const first = sealer.seal(concatBytes(length, message.subarray(0, NUMBERS_SIZE)));
    return concatBytes(first, sealer.seal(message.subarray(NUMBERS_SIZE)));
  }

  /** The message of one packet's bytes. */
  open(wire: Uint8Array): { envelope: CxoEnvelope; plain: Uint8Array } {
    const parts: Uint8Array[] = [];
    for (let at = 0; at < wire.length;) {
      const size = (wire[at] ?? 0) * 256 + (wire[at + 1] ?? 0);
      parts.push(this.#opener?.open(wire.subarray(at + 2, at + 2 + size)) ?? new Uint8Array());
      at += 2 + size;
    }
    const plain = concatBytes(...parts).subarray(LENGTH_SIZE);
    return { envelope: decodeMessage(plain), plain };
  }

  #finish(): void {
    if (!this.#handshake.isDone) return;
    const session = this.#handshake.finish();
    this.#sealer = new RecordSealer(session.sendKey);
    this.#opener = new RecordOpener(session.receiveKey);
  }
}
