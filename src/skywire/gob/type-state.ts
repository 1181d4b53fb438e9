// The types a stream has defined so far, with the readers made for them; streams that define alike share them.
import { equalBytes } from "../../core/index.ts";
import { malformed } from "./gob-error.ts";
import { type GobLimits, LIMITS } from "./limits.ts";
import { TypedReaders } from "./typed-reader.ts";
import type { ValueReader } from "./value-reader.ts";
import { WireTypes } from "./wire-types.ts";

/** Shared states in all: programs of one release define the same types in the same few orders. */
const SHARED_MAX = 256;
/** A longer definition is kept by the stream that got it alone: what strangers send must not stay with us. */
const SHARED_BYTES_MAX = 16 * 1024;

let shared = 0;

/** Thrown, and caught by the decoder only: a value defines types itself, so its stream needs types of its own. */
export const NEED_OWN_TYPES: Error = new Error("the stream needs types of its own");

/** A definition, and the state behind it. */
interface Following {
  readonly id: number;
  readonly definition: Uint8Array;
  readonly state: TypeState;
}

/**
 * What one stream knows of its sender's types. A shared state never changes: each definition leads to another one,
 * found by the definition's very bytes, so that of a thousand connections to one release only the first pays for
 * reading the definitions and making readers.
 */
export class TypeState {
  readonly types: WireTypes;
  readonly readers: TypedReaders;
  readonly isShared: boolean;
  readonly #limits: GobLimits;
  readonly #next: Following[] = [];

  private constructor(types: WireTypes, limits: GobLimits, isShared: boolean) {
    this.types = types;
    this.readers = new TypedReaders(types);
    this.isShared = isShared;
    this.#limits = limits;
  }

  /** The state of a stream that has defined nothing; shared where it has the usual limits. */
  static first(limits: Partial<GobLimits>): TypeState {
    if (Object.keys(limits).length === 0) return TypeState.#usual;
    const own = { ...LIMITS, ...limits };
    return new TypeState(new WireTypes(own), own, false);
  }

  static readonly #usual = new TypeState(new WireTypes(LIMITS), LIMITS, true);

  /** The same types, of this stream alone. */
  own(): TypeState {
    return new TypeState(this.types.copy(), this.#limits, false);
  }

  /**
   * The state after a definition of `id` that fills the rest of the reader's message.
   * @throws FleetError gob/malformed, gob/limit
   */
  define(reader: ValueReader, id: number): TypeState {
    const { bytes, pos, end } = reader;
    if (!this.isShared) {
      this.#read(reader, id);
      return this;
    }
    const definition = bytes.subarray(pos, end);
    const known = this.#next.find(
      (each) => each.id === id && equalBytes(each.definition, definition),
    );
    if (known !== undefined) return known.state;
    const isRoom = shared < SHARED_MAX && definition.length <= SHARED_BYTES_MAX;
    const state = new TypeState(this.types.copy(), this.#limits, isRoom);
    state.#read(reader, id);
    if (isRoom) {
      shared += 1;
      this.#next.push({ id, definition: definition.slice(), state });
    }
    return state;
  }

  #read(reader: ValueReader, id: number): void {
    this.types.define(reader, id);
    if (reader.left > 0) throw malformed("bytes after a type definition");
  }
}
