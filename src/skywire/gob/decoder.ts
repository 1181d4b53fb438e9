// Reads one direction of a gob connection: messages, type definitions, values.
import { FleetError } from "../../core/index.ts";
import { type GobFrame, FrameBuffer } from "./message-bytes.ts";
import type { GenericValue } from "./generic-value.ts";
import { isRecoverable, malformed, overLimit } from "./gob-error.ts";
import { type GobLimits, LIMITS } from "./limits.ts";
import { readGenericTop, skipTop } from "./read-generic.ts";
import type { Schema, SchemaNode } from "./schema-node.ts";
import { NEED_OWN_TYPES, TypeState } from "./type-state.ts";
import { NEED_MORE, type Read, type StreamSource, ValueReader } from "./value-reader.ts";

/** One decoded value. It is wrapped because a value may be `undefined` itself. */
export interface Decoded<T> {
  readonly value: T;
}

/** A value that did not fit its schema, with what came instead where that is known. */
export interface Refused {
  readonly error: FleetError;
  readonly received: GenericValue;
}

/** What to do with a value whose type does not fit. */
type Misfit = "skip" | "keep";

/** How far a split value had got when its next message was missing. */
interface Waiting {
  /** Where the missing message begins, relative to the value's first message. */
  readonly offset: number;
}

/**
 * Reads one direction of a gob connection for its whole life: type definitions add up, so a decoder is never
 * renewed for a message. Feed it with {@link Decoder.push} and take values with {@link Decoder.next}.
 */
export class Decoder {
  readonly #limits: GobLimits;
  readonly #frames: FrameBuffer;
  #state: TypeState;
  readonly #reader: ValueReader;
  #failure: FleetError | undefined;
  #waiting: Waiting | undefined;
  #repeatedBytes = 0;
  #messages = 0;
  #valueBytes = 0;

  /** @param limits replaces single entries of {@link LIMITS} */
  constructor(limits: Partial<GobLimits> = {}) {
    this.#limits = { ...LIMITS, ...limits };
    this.#frames = new FrameBuffer(this.#limits);
    this.#state = TypeState.first(limits);
    const source: StreamSource = {
      nextMessage: (reader) => this.#enterNextMessage(reader),
      define: (reader, id) => {
        if (this.#state.isShared) throw NEED_OWN_TYPES;
        this.#state.types.define(reader, id);
      },
    };
    this.#reader = new ValueReader(source, this.#limits);
  }

  /** Adds bytes. The chunk may be kept until its messages are read; it must not be changed afterwards. */
  push(chunk: Uint8Array): void {
    if (this.#failure === undefined) this.#frames.push(chunk);
  }

  /** True when bytes wait that are not a whole value yet: a stream that ends here was cut. */
  get isMidMessage(): boolean {
    return this.#frames.size > 0;
  }

  /**
   * Says that no more bytes will come.
   * @throws FleetError gob/malformed when the stream was cut inside a message or value
   */
  end(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.isMidMessage) {
      this.#failure = malformed("the stream ends inside a message");
      throw this.#failure;
    }
  }

  /** Why the stream is unusable, if it is. */
  get failure(): FleetError | undefined {
    return this.#failure;
  }

  /**
   * The next value, or `undefined` when more bytes are needed.
   * @throws FleetError gob/mismatch, gob/range, gob/text, gob/opaque: the value does not fit and was passed over, the
   * stream goes on; gob/malformed, gob/limit: the stream is unusable, and every further call throws the same
   */
  next<T>(schema: Schema<T>): Decoded<T> | undefined {
    const result = this.#decode(schema.node, "skip");
    if (result === undefined) return undefined;
    if ("error" in result) throw result.error;
    return result as Decoded<T>;
  }

  /**
   * As {@link Decoder.next}, but a value whose type does not fit is handed over as what it is.
   * @throws FleetError gob/malformed, gob/limit
   */
  nextOrRefused<T>(schema: Schema<T>): Decoded<T> | Refused | undefined {
    return this.#decode(schema.node, "keep") as Decoded<T> | Refused | undefined;
  }

  /**
   * Passes over the next value; false when more bytes are needed.
   * @throws FleetError gob/malformed, gob/limit
   */
  skip(): boolean {
    return this.#decode(undefined, "skip") !== undefined;
  }

  #decode(schema: SchemaNode | undefined, misfit: Misfit): Decoded<unknown> | Refused | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      return this.#attempt(schema, misfit);
    } catch (error) {
      const failure = error instanceof FleetError ? error : toFailure(error);
      if (!isRecoverable(failure)) this.#failure = failure;
      throw failure;
    }
  }

  #attempt(schema: SchemaNode | undefined, misfit: Misfit): Decoded<unknown> | Refused | undefined {
    const frames = this.#frames;
    if (
      this.#waiting !== undefined &&
      frames.frameAt(frames.start + this.#waiting.offset) === undefined
    ) {
      return undefined;
    }
    for (;;) {
      const frame = frames.frameAt(frames.start);
      if (frame === undefined) return undefined;
      const reader = this.#reader;
      reader.begin();
      reader.enter(frames.bytes, frame.from, frame.end);
      const id = reader.id();
      if (id >= 0) return this.#readValue(frame, id, schema, misfit);
      this.#state = this.#state.define(reader, -id);
      frames.consume(frame.end);
    }
  }

  #readValue(
    frame: GobFrame,
    id: number,
    schema: SchemaNode | undefined,
    misfit: Misfit,
  ): Decoded<unknown> | Refused | undefined {
    const reader = this.#reader;
    const knownTypes = this.#state.types.size;
    this.#messages = 1;
    this.#valueBytes = frame.end - frame.from;
    let result: Decoded<unknown> | Refused;
    try {
      result = this.#project(reader, id, schema, misfit);
    } catch (signal) {
      if (signal === NEED_OWN_TYPES) return this.#readAgain(frame, schema, misfit);
      if (signal !== NEED_MORE) throw signal;
      this.#rewind(knownTypes, reader.end);
      return undefined;
    }
    if (reader.left > 0) throw malformed("bytes after a value");
    this.#waiting = undefined;
    this.#repeatedBytes = 0;
    this.#frames.consume(reader.end);
    return reader.fault === undefined ? result : { error: reader.fault, received: undefined };
  }

  /** Reads a value from its beginning once more, with types that it may add to. */
  #readAgain(
    frame: GobFrame,
    schema: SchemaNode | undefined,
    misfit: Misfit,
  ): Decoded<unknown> | Refused | undefined {
    this.#state = this.#state.own();
    const reader = this.#reader;
    reader.begin();
    reader.enter(this.#frames.bytes, frame.from, frame.end);
    return this.#readValue(frame, reader.id(), schema, misfit);
  }

  #project(
    reader: ValueReader,
    id: number,
    schema: SchemaNode | undefined,
    misfit: Misfit,
  ): Decoded<unknown> | Refused {
    const { types, readers } = this.#state;
    if (schema === undefined) {
      skipTop(reader, types, id);
      return { value: undefined };
    }
    if (schema.kind === "generic") return { value: readGenericTop(reader, types, id) };
    let read: Read;
    try {
      read = readers.top(id, schema);
    } catch (error) {
      if (!isRecoverable(error)) throw error;
      if (misfit === "keep") return { error, received: readGenericTop(reader, types, id) };
      skipTop(reader, types, id);
      return { error, received: undefined };
    }
    return { value: read(reader) };
  }

  /** Forgets a half-read value; it will be read again from its first message once the next one is here. */
  #rewind(knownTypes: number, reached: number): void {
    if (!this.#state.isShared) {
      this.#state.types.rollBack(knownTypes);
      this.#state.readers.clear();
    }
    this.#repeatedBytes += this.#valueBytes;
    if (this.#repeatedBytes > this.#limits.repeatedBytes)
      throw overLimit("a value split into too many messages");
    this.#waiting = { offset: reached - this.#frames.start };
  }

  #enterNextMessage(reader: ValueReader): void {
    const frame = this.#frames.frameAt(reader.end);
    if (frame === undefined) throw NEED_MORE;
    this.#messages += 1;
    this.#valueBytes += frame.end - frame.from;
    if (this.#messages > this.#limits.messagesPerValue) {
      throw overLimit(`a value in more than ${this.#limits.messagesPerValue} messages`);
    }
    if (this.#valueBytes > this.#limits.messageBytes) {
      throw overLimit(`a value of more than ${this.#limits.messageBytes} bytes`);
    }
    reader.enter(this.#frames.bytes, frame.from, frame.end);
  }
}

/** The engine's own stack or memory refusals count as limits; anything else is our mistake and passes. */
function toFailure(error: unknown): FleetError {
  if (error instanceof RangeError)
    return overLimit("a value too deep or too large for this machine");
  throw error;
}
