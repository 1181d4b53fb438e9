// The server's side of one connection.
import { type ByteStream, FleetError } from "../../core/index.ts";
import { Decoder, Encoder, type GenericValue, type Schema, t } from "../gob/index.ts";
import { type RequestHeader, requestHeader, responseHeader, WriteBatch } from "./calls.ts";
import { PartialReply } from "./partial-reply.ts";
import type { ServedMethod, ServerConnection } from "./served-method.ts";
import { lookUpFault, type ServerSettings } from "./server-settings.ts";

const NO_TEXT = "error without a text";

/** One connection of a server. */
export class ServedConnection implements ServerConnection {
  readonly closed: Promise<void>;
  readonly #stream: ByteStream;
  readonly #settings: ServerSettings;
  readonly #encoder: Encoder;
  readonly #decoder: Decoder;
  readonly #batch: WriteBatch;
  #request: RequestHeader | undefined;
  #inFlight = 0;
  #isOpen = true;
  #isPaused = false;
  #isReading = true;
  #isSilent = false;
  #peerEnded = false;
  #resolveClosed: () => void = () => undefined;

  constructor(stream: ByteStream, settings: ServerSettings) {
    this.#stream = stream;
    this.#settings = settings;
    this.#encoder = new Encoder(
      settings.firstId === undefined ? {} : { firstId: settings.firstId },
    );
    this.#decoder = new Decoder(settings.limits);
    this.#batch = new WriteBatch(stream, this.#encoder);
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    stream.listen({
      data: (chunk) => {
        this.#decoder.push(chunk);
        this.#read();
      },
      end: () => {
        this.#peerEnded = true;
        this.#read();
      },
      closed: () => this.#ended(),
    });
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  destroy(): void {
    this.#stream.destroy();
    this.#ended();
  }

  #ended(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#isReading = false;
    this.#batch.stop();
    this.#resolveClosed();
  }

  #read(): void {
    try {
      while (this.#isReading && !this.#isPaused && this.#takeRequest()) this.#pauseWhenFull();
    } catch (error) {
      if (!(error instanceof FleetError)) throw error;
      // As Go: a header was read, so its call gets the reason; then nothing more can be understood.
      if (this.#request !== undefined) this.#sendError(this.#request, error.message);
      this.#stopReading();
    }
    if (this.#peerEnded && this.#isReading && !this.#isPaused) this.#endOfRequests();
  }

  #pauseWhenFull(): void {
    if (this.#inFlight < this.#settings.maxInFlight) return;
    this.#isPaused = true;
    this.#stream.pause();
  }

  #takeRequest(): boolean {
    this.#request ??= this.#decoder.next(requestHeader)?.value;
    const request = this.#request;
    if (request === undefined) return false;
    const method = this.#settings.methods.get(request.ServiceMethod);
    return method === undefined ? this.#takeUnknown(request) : this.#takeKnown(request, method);
  }

  #takeUnknown(request: RequestHeader): boolean {
    let args: GenericValue;
    if (this.#settings.observe === undefined) {
      if (!this.#decoder.skip()) return false;
    } else {
      const body = this.#decoder.next(t.generic);
      if (body === undefined) return false;
      args = body.value;
    }
    this.#refuse(
      request,
      "unknown",
      args,
      lookUpFault(this.#settings, request.ServiceMethod) ?? NO_TEXT,
    );
    return true;
  }

  #takeKnown(request: RequestHeader, method: ServedMethod): boolean {
    const body = this.#decoder.nextOrRefused(method.args);
    if (body === undefined) return false;
    if ("error" in body) {
      this.#refuse(request, "refused", body.received, body.error.message);
      return true;
    }
    this.#request = undefined;
    this.#settings.observe?.({
      seq: request.Seq,
      method: request.ServiceMethod,
      outcome: "called",
      args: body.value,
      error: undefined,
    });
    this.#run(request, method, body.value);
    return true;
  }

  #refuse(
    request: RequestHeader,
    outcome: "refused" | "unknown",
    args: GenericValue,
    error: string,
  ): void {
    this.#request = undefined;
    this.#settings.observe?.({
      seq: request.Seq,
      method: request.ServiceMethod,
      outcome,
      args,
      error,
    });
    this.#sendError(request, error);
  }

  #run(request: RequestHeader, method: ServedMethod, args: unknown): void {
    this.#inFlight += 1;
    let result: unknown;
    try {
      result = method.run(args, {
        method: request.ServiceMethod,
        seq: request.Seq,
        connection: this,
      });
    } catch (error) {
      this.#finish(() => this.#sendError(request, textOf(error)));
      return;
    }
    if (!(result instanceof Promise)) {
      this.#finish(() => this.#sendResult(request, method, result));
      return;
    }
    result.then(
      (value: unknown) => this.#finish(() => this.#sendResult(request, method, value)),
      (error: unknown) => this.#finish(() => this.#sendError(request, textOf(error))),
    );
  }

  #finish(send: () => void): void {
    this.#inFlight -= 1;
    if (this.#isOpen) send();
    if (this.#isPaused && this.#isOpen) {
      this.#isPaused = false;
      this.#stream.resume();
      this.#read();
    }
    this.#closeWhenDone();
  }

  #sendResult(request: RequestHeader, method: ServedMethod, result: unknown): void {
    if (result instanceof PartialReply) {
      this.#sendPart(request, method, result);
      return;
    }
    try {
      this.#send(request, "", method.reply, result);
    } catch (error) {
      if (!(error instanceof FleetError)) throw error;
      // As Go: the header leaves alone, and the connection ends because its client waits for a body.
      this.#encoder.append(responseHeader, {
        ServiceMethod: request.ServiceMethod,
        Seq: request.Seq,
        Error: "",
      });
      this.#batch.flush();
      this.#stream.end();
      this.#isReading = false;
      this.#isSilent = true;
    }
  }

  #sendError(request: RequestHeader, text: string): void {
    this.#send(request, text === "" ? NO_TEXT : text, t.empty, {});
  }

  #send<T>(request: RequestHeader, error: string, schema: Schema<T>, body: T): void {
    if (this.#isSilent || !this.#isOpen) return;
    this.#encoder.atomically(() => {
      this.#encoder.append(responseHeader, {
        ServiceMethod: request.ServiceMethod,
        Seq: request.Seq,
        Error: error,
      });
      this.#encoder.append(schema, body);
    });
    this.#batch.schedule();
  }

  #sendPart(request: RequestHeader, method: ServedMethod, part: PartialReply<unknown>): void {
    this.#batch.flush();
    this.#send(request, "", method.reply, part.value);
    if (this.#isSilent || !this.#isOpen) return;
    this.#stream.write(this.#encoder.take().slice(0, part.bytes));
    this.#isSilent = true;
    if (part.then === "destroy") this.destroy();
  }

  /** The peer sends no more: a header without its body gets an error as from Go. */
  #endOfRequests(): void {
    if (this.#request !== undefined) {
      this.#sendError(this.#request, this.#decoder.isMidMessage ? "unexpected EOF" : "EOF");
    }
    this.#stopReading();
  }

  #stopReading(): void {
    this.#request = undefined;
    this.#isReading = false;
    this.#closeWhenDone();
  }

  /** As Go: running calls are answered before the connection is closed. */
  #closeWhenDone(): void {
    if (this.#isReading || !this.#isOpen || this.#inFlight > 0) return;
    this.#batch.flush();
    this.#stream.end();
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
