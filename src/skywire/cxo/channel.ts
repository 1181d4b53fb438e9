// Packets over an encrypted stream.
import { type ByteStream, type Clock, concatBytes, FleetError } from "../../core/index.ts";
import { ByteQueue } from "./byte-queue.ts";
import { CLOSE_GRACE_MS, NOISE_TIMEOUT_MS, PACKET_SIZE_MAX } from "./node-limits.ts";
import { FRAME_SIZE_MAX, formatFrame, RecordOpener, RecordSealer } from "./noise-records.ts";
import { NoiseHandshake, type NoiseRole, type NoiseSecrets } from "./noise.ts";

/** What a {@link Channel} tells its one listener. `closed` comes exactly once and last. */
export interface ChannelListener {
  /** One packet, lent until the call returns. */
  packet(packet: Uint8Array): void;
  closed(reason: FleetError): void;
}

/** What {@link openChannel} needs beside the stream. */
export interface ChannelOptions extends NoiseSecrets {
  readonly role: NoiseRole;
  readonly clock: Clock;
  readonly timeoutMs?: number;
}

const LENGTH_SIZE = 4;
/** Gathered bytes that are sealed without waiting for the end of the turn. */
const GATHERED_MAX: number = 64 * 1024;
/** The packet's length and the message's two numbers, which Go writes as a record of their own. */
const FIRST_WRITE_SIZE = 8;

/**
 * Does the Noise handshake on a stream that nobody listens to yet.
 * @throws FleetError cxo/noise, cxo/frame, cxo/timeout, cxo/closed; the stream is destroyed then
 */
export function openChannel(stream: ByteStream, options: ChannelOptions): Promise<Channel> {
  return new Promise((resolve, reject) => {
    new Channel(stream, options, resolve, reject);
  });
}

/** An encrypted connection that carries packets. */
export class Channel {
  readonly #stream: ByteStream;
  readonly #clock: Clock;
  readonly #frames = new ByteQueue();
  readonly #packets = new ByteQueue();
  readonly #waiting: Uint8Array[] = [];
  readonly #onOpen: (channel: Channel) => void;
  readonly #onRefused: (error: FleetError) => void;
  readonly #cancelTimeout: () => void;
  #joinsWrites = false;
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  #handshake: NoiseHandshake | undefined;
  #sealer: RecordSealer | undefined;
  #opener: RecordOpener | undefined;
  #listener: ChannelListener | undefined;
  #reason: FleetError | undefined;
  #remoteKey: Uint8Array = new Uint8Array();
  #whenGone: () => void = () => undefined;

  constructor(
    stream: ByteStream,
    options: ChannelOptions,
    onOpen: (channel: Channel) => void,
    onRefused: (error: FleetError) => void,
  ) {
    this.#stream = stream;
    this.#clock = options.clock;
    this.#onOpen = onOpen;
    this.#onRefused = onRefused;
    this.#handshake = new NoiseHandshake(options.role, options);
    this.#cancelTimeout = options.clock.after(options.timeoutMs ?? NOISE_TIMEOUT_MS, () =>
      this.#fail(new FleetError("cxo/timeout", "the peer did not finish the handshake in time")),
    );
    stream.listen({
      data: (chunk) => this.#data(chunk),
      end: () => this.#fail(closedByPeer()),
      closed: (cause) => this.#fail(closedByPeer(cause)),
    });
    this.#advance();
  }

  /** The peer's static key, proven by the handshake. */
  get remoteKey(): Uint8Array {
    return this.#remoteKey;
  }

  /** Bytes that were sent here but have not left yet. */
  get backlogBytes(): number {
    return this.#stream.backlogBytes + this.#gatheredBytes;
  }

  /** Called once. Packets that arrived before wait for it. */
  listen(listener: ChannelListener): void {
    this.#listener = listener;
    for (const packet of this.#waiting.splice(0)) listener.packet(packet);
    const reason = this.#reason;
    if (reason !== undefined) listener.closed(reason);
  }

  /** Sends one packet; after the end it is dropped. */
  send(packet: Uint8Array): void {
    const sealer = this.#sealer;
    if (sealer === undefined || this.#reason !== undefined) return;
    const length = new Uint8Array(LENGTH_SIZE);
    new DataView(length.buffer).setUint32(0, packet.length);
    if (this.#joinsWrites) return this.#gather(length, packet);
    this.#stream.write(
      sealer.seal(
        concatBytes(length, packet.subarray(0, FIRST_WRITE_SIZE)),
        packet.subarray(FIRST_WRITE_SIZE),
      ),
    );
  }

  /** Seals the packets of one turn together from now on: a record costs both ends more than what is in it. For peers of our own kind. */
  joinWrites(): void {
    this.#joinsWrites = true;
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  /** Ends the connection after what was sent has left; the listener hears the reason at once. */
  close(reason: FleetError): void {
    if (this.#reason !== undefined) return;
    this.#release();
    this.#stream.end();
    this.#whenGone = this.#clock.after(CLOSE_GRACE_MS, () => this.#stream.destroy());
    this.#end(reason);
  }

  #gather(length: Uint8Array, packet: Uint8Array): void {
    if (this.#gathered.length === 0) queueMicrotask(() => this.#release());
    this.#gathered.push(length, packet);
    this.#gatheredBytes += LENGTH_SIZE + packet.length;
    if (this.#gatheredBytes >= GATHERED_MAX) this.#release();
  }

  #release(): void {
    const sealer = this.#sealer;
    if (sealer === undefined || this.#reason !== undefined || this.#gathered.length === 0) return;
    const writes = concatBytes(...this.#gathered);
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#stream.write(sealer.seal(writes));
  }

  #data(chunk: Uint8Array): void {
    if (this.#reason !== undefined) return;
    this.#frames.push(chunk);
    try {
      for (;;) {
        if (this.#frames.size < 2) return;
        const [high = 0, low = 0] = this.#frames.peek(2);
        const size = high * 256 + low;
        if (size > FRAME_SIZE_MAX) {
          throw new FleetError("cxo/frame", `a frame of ${size} bytes is over ${FRAME_SIZE_MAX}`);
        }
        if (this.#frames.size < 2 + size) return;
        this.#frame(this.#frames.take(2 + size).subarray(2));
        if (this.#reason !== undefined) return;
      }
    } catch (error) {
      if (!(error instanceof FleetError)) throw error;
      this.#fail(error);
    }
  }

  #frame(content: Uint8Array): void {
    if (this.#handshake !== undefined) {
      this.#handshake.read(content);
      this.#advance();
      return;
    }
    const plain = this.#opener?.open(content);
    if (plain === undefined || plain.length === 0) return;
    this.#packets.push(plain);
    this.#unpack();
  }

  #unpack(): void {
    while (this.#packets.size >= LENGTH_SIZE) {
      const head = this.#packets.peek(LENGTH_SIZE);
      const size = new DataView(head.buffer, head.byteOffset).getUint32(0);
      if (size === 0 || size > PACKET_SIZE_MAX)
        throw new FleetError(
          "cxo/packet",
          `a packet has 1 to ${PACKET_SIZE_MAX} bytes, not ${size}`,
        );
      if (this.#packets.size < LENGTH_SIZE + size) return;
      const packet = this.#packets.take(LENGTH_SIZE + size).subarray(LENGTH_SIZE);
      if (this.#listener === undefined) this.#waiting.push(packet.slice());
      else this.#listener.packet(packet);
      if (this.#reason !== undefined) return;
    }
  }

  #advance(): void {
    const handshake = this.#handshake;
    if (handshake === undefined) return;
    if (handshake.isOurTurn) this.#stream.write(formatFrame(handshake.write()));
    if (!handshake.isDone) return;
    const session = handshake.finish();
    this.#handshake = undefined;
    this.#remoteKey = session.remoteKey;
    this.#sealer = new RecordSealer(session.sendKey);
    this.#opener = new RecordOpener(session.receiveKey);
    this.#cancelTimeout();
    this.#onOpen(this);
  }

  #fail(reason: FleetError): void {
    this.#whenGone();
    this.#stream.destroy();
    this.#end(reason);
  }

  #end(reason: FleetError): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#cancelTimeout();
    if (this.#sealer === undefined) this.#onRefused(reason);
    else this.#listener?.closed(reason);
  }
}

function closedByPeer(cause?: Error): FleetError {
  const options = cause === undefined ? {} : { cause };
  return new FleetError("cxo/closed", "the peer closed the connection", options);
}
