// Takes named values out of JSON text without ever making a value, or a string, of anything else. The text may
// hold a secret key, so nothing that is not asked for leaves this file, least of all in an error.
import { FleetError, type Json, utf8 } from "../../core/index.ts";

/** One member that may be taken, or whose own members may. */
export interface AllowNode {
  readonly path: string;
  /** The member's name as the bytes it has between its quotes. */
  readonly name: Uint8Array;
  /** Undefined: the whole value is taken. */
  readonly members: readonly AllowNode[] | undefined;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const SPACE = 0x20;
const DEPTH_MAX = 64;
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Compiles dotted paths into what {@link projectJson} may take; names have no character that JSON escapes. */
export function compileAllowList(paths: readonly string[], prefix = ""): readonly AllowNode[] {
  const inner = new Map<string, string[]>();
  for (const path of paths) {
    const dot = path.indexOf(".");
    const name = dot < 0 ? path : path.slice(0, dot);
    const rests = inner.get(name) ?? [];
    if (dot >= 0) rests.push(path.slice(dot + 1));
    inner.set(name, rests);
  }
  return [...inner].map(([name, rests]) => ({
    path: prefix + name,
    name: utf8(name),
    members: rests.length === 0 ? undefined : compileAllowList(rests, `${prefix}${name}.`),
  }));
}

/**
 * The allowed values in a JSON object, by dotted path. An object whose members are allowed stands there as `{}`.
 * @throws FleetError visor/config-json when the bytes are no JSON object; it tells nothing about them
 */
export function projectJson(
  bytes: Uint8Array,
  allowed: readonly AllowNode[],
): ReadonlyMap<string, Json> {
  const projection = new Projection(bytes);
  try {
    projection.document(allowed);
  } catch {
    // The cause may quote the text: it ends here.
    throw new FleetError("visor/config-json", "the configuration is no complete JSON object", {
      next: "try again, the visor may have been rewriting its configuration",
    });
  }
  return projection.found;
}

/** One pass over the text: checks all of it, keeps only what is allowed. */
class Projection {
  readonly found = new Map<string, Json>();
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  document(allowed: readonly AllowNode[]): void {
    this.#space();
    this.#object(allowed, 0);
    this.#space();
    if (this.#at !== this.#bytes.length) throw new SyntaxError("text after the end");
  }

  #object(allowed: readonly AllowNode[], depth: number): void {
    this.#expect(OPEN_OBJECT);
    this.#space();
    if (this.#take(CLOSE_OBJECT)) return;
    do {
      this.#space();
      const nameStart = this.#at + 1;
      this.#string();
      const node = allowed.length === 0 ? undefined : this.#match(allowed, nameStart, this.#at - 1);
      this.#space();
      this.#expect(COLON);
      this.#space();
      if (node === undefined) this.#skip(depth + 1);
      else this.#allowed(node, depth + 1);
      this.#space();
    } while (this.#take(COMMA));
    this.#expect(CLOSE_OBJECT);
  }

  #allowed(node: AllowNode, depth: number): void {
    if (node.members === undefined) {
      const start = this.#at;
      this.#skip(depth);
      this.found.set(node.path, parseJson(this.#bytes.subarray(start, this.#at)));
    } else if (this.#bytes[this.#at] === OPEN_OBJECT) {
      this.found.set(node.path, {});
      this.#object(node.members, depth);
    } else {
      this.#skip(depth);
    }
  }

  #skip(depth: number): void {
    if (depth > DEPTH_MAX) throw new RangeError("nested too deeply");
    switch (this.#bytes[this.#at]) {
      case QUOTE:
        return this.#string();
      case OPEN_OBJECT:
        return this.#object([], depth);
      case OPEN_LIST:
        return this.#list(depth);
      default:
        return this.#scalar();
    }
  }

  #list(depth: number): void {
    this.#expect(OPEN_LIST);
    this.#space();
    if (this.#take(CLOSE_LIST)) return;
    do {
      this.#space();
      this.#skip(depth + 1);
      this.#space();
    } while (this.#take(COMMA));
    this.#expect(CLOSE_LIST);
  }

  #string(): void {
    this.#expect(QUOTE);
    const bytes = this.#bytes;
    let at = this.#at;
    for (;;) {
      const byte = bytes[at];
      if (byte === QUOTE) break;
      if (byte === undefined || byte < SPACE) throw new SyntaxError("unfinished string");
      at += byte === BACKSLASH ? 2 : 1;
    }
    this.#at = at + 1;
  }

  /** A number or a word: its characters are checked only where the value is taken. */
  #scalar(): void {
    const start = this.#at;
    while (isScalarByte(this.#bytes[this.#at])) this.#at += 1;
    if (this.#at === start) throw new SyntaxError("no value");
  }

  #match(allowed: readonly AllowNode[], start: number, end: number): AllowNode | undefined {
    const size = end - start;
    return allowed.find((node) => {
      if (node.name.length !== size) return false;
      for (let index = 0; index < size; index += 1) {
        if (node.name[index] !== this.#bytes[start + index]) return false;
      }
      return true;
    });
  }

  #space(): void {
    const bytes = this.#bytes;
    let at = this.#at;
    for (
      let byte = bytes[at];
      byte === SPACE || byte === 0x0a || byte === 0x09 || byte === 0x0d;
      byte = bytes[at]
    ) {
      at += 1;
    }
    this.#at = at;
  }

  #take(byte: number): boolean {
    if (this.#bytes[this.#at] !== byte) return false;
    this.#at += 1;
    return true;
  }

  #expect(byte: number): void {
    if (!this.#take(byte)) throw new SyntaxError("another character expected");
  }
}

function isScalarByte(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const isDigit = byte >= 0x30 && byte <= 0x39;
  const isLetter = (byte >= 0x61 && byte <= 0x7a) || byte === 0x45;
  return isDigit || isLetter || byte === 0x2b || byte === 0x2d || byte === 0x2e;
}

function parseJson(slice: Uint8Array): Json {
  return JSON.parse(decoder.decode(slice)) as Json;
}
