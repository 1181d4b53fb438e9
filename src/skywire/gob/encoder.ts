// Writes one direction of a gob connection; of a value that cannot be sent not a byte remains.
import { ByteWriter } from "./message-bytes.ts";
import { unencodable } from "./gob-error.ts";
import { bareName } from "./text.ts";
import { baseOf, type BaseNode, isPointer, type Schema, type SchemaNode } from "./schema-node.ts";
import { isBuiltin, TypeIds, writeDefinition } from "./type-ids.ts";
import { type EncodeStream, typedWriter } from "./typed-writer.ts";

/** Go's first id since 1.23; every release takes any id from 64 up. */
const DEFAULT_FIRST_ID = 65;

export interface EncoderOptions {
  /** The id of the first type defined, 64 or more; 65 when not given. */
  readonly firstId?: number;
}

/**
 * Writes one direction of a gob connection for its whole life. A value is written completely or not at all:
 * after a failure neither bytes nor definitions of it remain.
 */
export class Encoder {
  readonly #out = new ByteWriter();
  readonly #ids: TypeIds;
  readonly #sent = new Set<BaseNode | number>();
  /** Ids of types whose definitions have all been sent. */
  readonly #topIds = new Map<SchemaNode, number>();
  readonly #stream: EncodeStream;
  #sentNow: (BaseNode | number)[] = [];
  #chunk = 0;
  #depth = 0;

  constructor(options: EncoderOptions = {}) {
    this.#ids = new TypeIds(options.firstId ?? DEFAULT_FIRST_ID);
    this.#stream = {
      out: this.#out,
      interfaceValue: (node, write) => this.#interfaceValue(node, write),
    };
  }

  /** Bytes that wait for {@link Encoder.take}. */
  get pendingBytes(): number {
    return this.#out.size;
  }

  /**
   * The bytes of one value, definitions that the stream lacks in front.
   * @throws FleetError gob/value
   */
  encode<T>(schema: Schema<T>, value: T): Uint8Array {
    const start = this.#out.size;
    this.append(schema, value);
    return this.#out.take(start);
  }

  /**
   * Adds one value to the bytes that {@link Encoder.take} returns.
   * @throws FleetError gob/value
   */
  append<T>(schema: Schema<T>, value: T): void {
    this.atomically(() => {
      const { node } = schema;
      this.#chunk = this.#out.open();
      let id = this.#topIds.get(node);
      if (id === undefined) {
        this.#define(node, topName(node));
        id = this.#ids.idOf(node, topName(node));
        this.#topIds.set(node, id);
      }
      this.#out.int(id);
      typedWriter(node).top(this.#stream, value);
      this.#out.close(this.#chunk);
    });
  }

  /** Runs `add`; when it throws, nothing that it appended or defined remains. */
  atomically(add: () => void): void {
    if (this.#depth > 0) {
      add();
      return;
    }
    const start = this.#out.size;
    this.#ids.begin();
    this.#sentNow = [];
    this.#depth += 1;
    try {
      add();
    } catch (error) {
      this.#out.truncate(start);
      for (const base of this.#sentNow) this.#sent.delete(base);
      this.#ids.rollBack();
      this.#topIds.clear();
      throw error instanceof RangeError ? unencodable("a value", "it is nested too deeply") : error;
    } finally {
      this.#depth -= 1;
    }
  }

  /** All bytes since the last call, fresh. */
  take(): Uint8Array {
    return this.#out.take(0);
  }

  /** Sends the definitions a type still needs, outer ones first, each in its own message or chunk. */
  #define(node: SchemaNode, name: string): void {
    const base = baseOf(node);
    if (isBuiltin(base)) {
      this.#ids.idOf(base, "");
      return;
    }
    if (this.#sent.has(base)) return;
    const id = this.#ids.idOf(base, name);
    this.#markSent(base);
    // Another schema of the same unnamed type may have been sent.
    if (!this.#sent.has(id)) {
      this.#markSent(id);
      this.#out.int(-id);
      const quirk = base.kind === "opaque" && isPointer(node);
      writeDefinition(
        this.#out,
        this.#ids,
        base,
        quirk ? this.#ids.innerId(base) : id,
        quirk ? "" : this.#ids.nameOf(id),
      );
      this.#out.close(this.#chunk);
      this.#chunk = this.#out.open();
    }
    for (const inner of innerTypes(base)) this.#define(inner, topName(inner));
  }

  #markSent(type: BaseNode | number): void {
    this.#sent.add(type);
    this.#sentNow.push(type);
  }

  /** Writes type and value of what is inside an interface; a new type's definition splits the chunk under way. */
  #interfaceValue(node: SchemaNode, write: () => void): void {
    this.#define(node, topName(node));
    this.#out.int(this.#ids.idOf(node, topName(node)));
    const outer = this.#chunk;
    this.#chunk = this.#out.open();
    write();
    this.#out.close(this.#chunk);
    this.#chunk = outer;
  }
}

/** The name Go gives the type of a whole value: none when a pointer leads to a marshaler. */
function topName(node: SchemaNode): string {
  return baseOf(node).kind === "opaque" && isPointer(node) ? "" : bareName(node);
}

function innerTypes(base: BaseNode): readonly SchemaNode[] {
  switch (base.kind) {
    case "struct":
      return base.fields.map((field) => field.node);
    case "list":
    case "array":
      return [base.element];
    case "map":
      return [base.key, base.value];
    case "opaque":
      return (base.codec.fields ?? []).map((schema) => schema.node);
    default:
      return [];
  }
}
