// The client's side of one connection: calls that may overlap, each with a deadline.
import { type ByteStream, type Clock, FleetError, onAbort } from "../../core/index.ts";
import {
  Decoder,
  Encoder,
  type GenericValue,
  type GobLimits,
  isRecoverable,
  type Schema,
  t,
} from "../gob/index.ts";
import {
  aborted,
  closedByPeer,
  closedHere,
  Deadlines,
  defineMethod,
  type MethodDef,
  remoteFailure,
  requestHeader,
  type ResponseHeader,
  responseHeader,
  timedOut,
  undecodable,
  WriteBatch,
} from "./calls.ts";

const DEFAULT_TIMEOUT_MS = 30_000;

export interface RpcClientOptions {
  readonly clock: Clock;
  /** Raw bytes to send in front of the first call, in the same write. */
  readonly preamble?: Uint8Array;
  readonly limits?: Partial<GobLimits>;
  /** For calls that do not say their own; 0 waits without end. 30,000 when not given. */
  readonly timeoutMs?: number;
  /** The first gob type id to use; 65 when not given. */
  readonly firstId?: number;
}

export interface CallOptions {
  /** 0 waits without end. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** An argument with its schema, for calls without a {@link MethodDef}. */
export interface Argument<A> {
  readonly schema: Schema<A>;
  readonly value: A;
}

interface Pending {
  readonly seq: number;
  readonly method: string;
  readonly reply: Schema<unknown>;
  readonly timeoutMs: number;
  readonly dueMs: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  /** Stops listening to the caller's signal. */
  readonly release: (() => void) | undefined;
}

/**
 * The client end of Go's net/rpc on one connection. Calls may overlap freely; replies are matched by number.
 * There is no cancelling on the wire: giving up only forgets the call.
 */
export class RpcClient {
  readonly #stream: ByteStream;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #encoder: Encoder;
  readonly #decoder: Decoder;
  readonly #batch: WriteBatch;
  readonly #pending = new Map<number, Pending>();
  readonly #deadlines: Deadlines<Pending>;
  readonly #closed: Promise<FleetError>;
  #resolveClosed: (reason: FleetError) => void = () => undefined;
  #seq = 0;
  #header: ResponseHeader | undefined;
  #bytesReceived = 0;
  #end: FleetError | undefined;

  constructor(stream: ByteStream, options: RpcClientOptions) {
    this.#stream = stream;
    this.#clock = options.clock;
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#encoder = new Encoder(options.firstId === undefined ? {} : { firstId: options.firstId });
    this.#decoder = new Decoder(options.limits);
    this.#deadlines = new Deadlines(
      options.clock,
      () => this.#pending.values(),
      ({ seq, method, timeoutMs }) => {
        this.#forget(seq)?.reject(timedOut(method, timeoutMs, this.#received().midMessage));
      },
    );
    this.#batch = new WriteBatch(stream, this.#encoder, options.preamble);
    this.#closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    stream.listen({
      data: (chunk) => this.#receive(chunk),
      end: () => this.#endedByPeer(undefined),
      closed: (error) => this.#endedByPeer(error),
    });
  }

  /** True until the connection ended, on whichever side. */
  get isOpen(): boolean {
    return this.#end === undefined;
  }

  /** Why the connection ended; waits until it does. */
  get whenClosed(): Promise<FleetError> {
    return this.#closed;
  }

  get bytesReceived(): number {
    return this.#bytesReceived;
  }

  /** Calls without a reply yet. */
  get pendingCalls(): number {
    return this.#pending.size;
  }

  /**
   * Calls a method. All calls made in one turn leave in one write.
   * @throws FleetError rpc/remote: the method failed, the message is its text; gob/mismatch, gob/range, gob/text, gob/opaque:
   * the reply has another shape; gob/value: the argument cannot be sent; rpc/timeout, rpc/stalled, rpc/aborted.
   * After all these the connection is good. rpc/closed-silent, rpc/closed-mid-message, rpc/closed, rpc/undecodable,
   * rpc/closed-here: it has ended
   */
  async call<A, R>(method: MethodDef<A, R>, args: A, options: CallOptions = {}): Promise<R> {
    if (this.#end !== undefined) throw this.#end;
    if (options.signal?.aborted === true) throw aborted(method.name, options.signal.reason);
    const seq = this.#seq;
    this.#encoder.atomically(() => {
      this.#encoder.append(requestHeader, { ServiceMethod: method.name, Seq: seq });
      this.#encoder.append(method.args, args);
    });
    this.#seq += 1;
    this.#batch.schedule();
    return (await this.#reply(seq, method.name, method.reply, options)) as R;
  }

  /** As {@link RpcClient.call}, with a reply of any shape. The argument is an empty struct when not given. */
  callGeneric<A>(
    name: string,
    argument?: Argument<A>,
    options: CallOptions = {},
  ): Promise<GenericValue> {
    return argument === undefined
      ? this.call(defineMethod(name, t.empty, t.generic), {}, options)
      : this.call(defineMethod(name, argument.schema, t.generic), argument.value, options);
  }

  /** Sends waiting calls now instead of at the end of the turn. */
  flush(): void {
    this.#batch.flush();
  }

  /** Sends waiting calls and tells the peer that no more will come; replies still arrive. */
  endSending(): void {
    if (this.#end !== undefined) return;
    this.#batch.flush();
    this.#stream.end();
  }

  /** Ends the connection; calls without a reply fail with rpc/closed-here. */
  close(): void {
    this.#close(closedHere());
  }

  #reply(
    seq: number,
    method: string,
    reply: Schema<unknown>,
    options: CallOptions,
  ): Promise<unknown> {
    const timeoutMs = options.timeoutMs ?? this.#timeoutMs;
    const dueMs = timeoutMs === 0 ? Number.POSITIVE_INFINITY : this.#clock.now() + timeoutMs;
    return new Promise((resolve, reject) => {
      const release = this.#onAbort(options.signal, seq, method);
      this.#pending.set(seq, { seq, method, reply, timeoutMs, dueMs, resolve, reject, release });
      this.#deadlines.watch(dueMs);
    });
  }

  #onAbort(signal: AbortSignal | undefined, seq: number, method: string): (() => void) | undefined {
    if (signal === undefined) return undefined;
    const giveUp = (): void => this.#forget(seq)?.reject(aborted(method, signal.reason));
    return onAbort(signal, giveUp);
  }

  #forget(seq: number): Pending | undefined {
    const pending = this.#pending.get(seq);
    if (pending === undefined) return undefined;
    this.#pending.delete(seq);
    pending.release?.();
    return pending;
  }

  #received(): { bytesReceived: number; midMessage: boolean } {
    return {
      bytesReceived: this.#bytesReceived,
      midMessage: this.#header !== undefined || this.#decoder.isMidMessage,
    };
  }

  #receive(chunk: Uint8Array): void {
    if (this.#end !== undefined) return;
    this.#bytesReceived += chunk.length;
    try {
      this.#decoder.push(chunk);
      while (this.#takeReply());
      if (this.#pending.size === 0) this.#deadlines.stop();
    } catch (error) {
      if (!(error instanceof FleetError)) throw error;
      this.#close(undecodable(error));
    }
  }

  /** Takes one header and body; false when more bytes are needed. */
  #takeReply(): boolean {
    this.#header ??= this.#decoder.next(responseHeader)?.value;
    const header = this.#header;
    if (header === undefined) return false;
    const pending = this.#pending.get(header.Seq);
    if (pending === undefined || header.Error !== "") {
      if (!this.#decoder.skip()) return false;
      this.#header = undefined;
      this.#forget(header.Seq)?.reject(remoteFailure(header.Error));
      return true;
    }
    try {
      const body = this.#decoder.next(pending.reply);
      if (body === undefined) return false;
      this.#forget(header.Seq)?.resolve(body.value);
    } catch (error) {
      if (!isRecoverable(error)) throw error;
      this.#forget(header.Seq)?.reject(error);
    }
    this.#header = undefined;
    return true;
  }

  #endedByPeer(cause: Error | undefined): void {
    if (this.#end === undefined) this.#close(closedByPeer(this.#received(), cause));
  }

  #close(reason: FleetError): void {
    if (this.#end !== undefined) return;
    this.#end = reason;
    this.#batch.stop();
    this.#deadlines.stop();
    this.#stream.destroy();
    for (const seq of [...this.#pending.keys()]) this.#forget(seq)?.reject(reason);
    this.#resolveClosed(reason);
  }
}
