// The world as small function types: core is handed these, and only platform makes real ones.
import { onAbort } from "./on-abort.ts";

/** Time as a value that tests control. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number;
  /** Runs `run` once after `delayMs`; the result cancels it. */
  after(delayMs: number, run: () => void): () => void;
}

/** Fills and returns `size` unpredictable bytes. */
export type Random = (size: number) => Uint8Array;

/** What a {@link ByteStream} tells its one listener. `closed` comes exactly once and last. */
export interface ByteStreamListener {
  /** Bytes arrived; `chunk` is the listener's to keep. */
  data(chunk: Uint8Array): void;
  /** The peer will send no more; sending may still work. */
  end(): void;
  closed(error?: Error): void;
}

/** One ordered, reliable, two-way stream of bytes, such as a TCP connection. */
export interface ByteStream {
  /** Called once, before anything is lost: arriving bytes wait until there is a listener. */
  listen(listener: ByteStreamListener): void;
  write(chunk: Uint8Array): void;
  /** Sends no more; receiving goes on. */
  end(): void;
  /** Ends both directions at once. */
  destroy(): void;
  pause(): void;
  resume(): void;
  /** Bytes handed to `write` that have not left yet. */
  readonly backlogBytes: number;
}

/** Where a stream leads. `host` is a literal IP address: nothing here asks a resolver. */
export interface StreamAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Opens a stream. Aborting the signal gives up at once; where a dial knows no signal, its time limit ends it.
 * @throws FleetError net/refused, net/timeout, net/failed
 */
export type Dial = (
  address: StreamAddress,
  options: { readonly timeoutMs: number; readonly signal?: AbortSignal },
) => Promise<ByteStream>;

/** What a {@link Listen} opened. */
interface StreamListener {
  /** Where it listens, with the port the system chose when 0 was asked for. */
  readonly address: StreamAddress;
  /** Accepts no more, ends every open stream at once, and resolves when the port is free again. */
  close(): Promise<void>;
}

/**
 * Listens for streams; port 0 lets the system choose.
 * @throws FleetError net/failed when the address cannot be had
 */
export type Listen = (
  onStream: (stream: ByteStream) => void,
  address: StreamAddress,
) => Promise<StreamListener>;

/** Resolves after `delayMs`; rejects with the signal's reason when it aborts first. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason as Error);
    const giveUp = (): void => {
      cancel();
      reject(signal?.reason as Error);
    };
    const forget = signal === undefined ? undefined : onAbort(signal, giveUp);
    const cancel = clock.after(delayMs, () => {
      forget?.();
      resolve();
    });
  });
}
