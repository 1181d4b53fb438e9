import {
  type ByteStream,
  type ByteStreamListener,
  type Dial,
  FleetError,
  toHex,
  type VisorKey,
} from "../../src/core/index.ts";
import { type MemoryEnd, memoryPair } from "./memory-pair.ts";
import type { ScriptedVisor } from "./scripted-visor.ts";

/** What a far visor, or the way to it, may be beside a scripted visor: something done with the raw stream. */
export type FarEnd = ScriptedVisor | ((stream: ByteStream) => void);

/** A local visor and those it carries connections to. */
export interface VisorWorld {
  readonly dial: Dial;
  /** The client's end of every connection, in the order of dialling. */
  readonly connections: readonly MemoryEnd[];
}

const MAGIC_HEX = toHex(new TextEncoder().encode("SKYBRI"));
/** A scheme, a key and a port, as a bridge reads them. */
const PREAMBLE_SIZE_BYTES = 42;
const KEY_START = 7;
const KEY_END = 40;
/** A gob message that begins with `S` has 83 bytes; a release without the bridge waits for them. */
const OLD_VISOR_WAITS_FOR_BYTES = 84;

/** A local visor (or none), and far visors by key. Others are refused as a real bridge refuses: end, no bytes. */
export function visorWorld(
  local: FarEnd | undefined,
  far: ReadonlyMap<VisorKey, FarEnd> = new Map(),
  options: { readonly hasBridge?: boolean; readonly keepsConnections?: boolean } = {},
): VisorWorld {
  const connections: MemoryEnd[] = [];
  const dial: Dial = async () => {
    if (local === undefined) throw new FleetError("net/refused", "nobody listens");
    const [near, end] = memoryPair();
    if (options.keepsConnections !== false) connections.push(near);
    accept(end, (preamble, stream) => {
      if (preamble === undefined) return serve(local, stream);
      if (options.hasBridge === false) return ignorantOfBridge(preamble, stream);
      const target = far.get(keyOf(preamble));
      return target === undefined ? stream.destroy() : serve(target, stream);
    });
    return near;
  };
  return { dial, connections };
}

function serve(end: FarEnd, stream: ByteStream): void {
  if (typeof end === "function") end(stream);
  else end.server.serve(stream);
}

function keyOf(preamble: Uint8Array): VisorKey {
  return toHex(preamble.subarray(KEY_START, KEY_END)) as VisorKey;
}

/** What v1.3.28 does with a preamble: it is the begin of a gob message of 83 bytes, which is then refused. */
function ignorantOfBridge(preamble: Uint8Array, stream: ByteStream): void {
  let seenBytes = preamble.length;
  stream.listen({
    data: (chunk) => {
      seenBytes += chunk.length;
      if (seenBytes >= OLD_VISOR_WAITS_FOR_BYTES) stream.destroy();
    },
    end: () => stream.destroy(),
    closed: () => undefined,
  });
}

/** Waits for the first bytes, takes a preamble off, and hands on the rest of the stream. */
function accept(
  end: ByteStream,
  onStream: (preamble: Uint8Array | undefined, stream: ByteStream) => void,
): void {
  let listener: ByteStreamListener | undefined;
  const stream: ByteStream = {
    listen: (inner) => {
      listener = inner;
    },
    write: (chunk) => end.write(chunk),
    end: () => end.end(),
    destroy: () => end.destroy(),
    pause: () => end.pause(),
    resume: () => end.resume(),
    get backlogBytes() {
      return end.backlogBytes;
    },
  };
  let isFirst = true;
  end.listen({
    data: (chunk) => {
      let rest = chunk;
      if (isFirst) {
        isFirst = false;
        const hasPreamble = toHex(chunk.subarray(0, MAGIC_HEX.length / 2)) === MAGIC_HEX;
        onStream(hasPreamble ? chunk.subarray(0, PREAMBLE_SIZE_BYTES) : undefined, stream);
        rest = hasPreamble ? chunk.subarray(PREAMBLE_SIZE_BYTES) : chunk;
      }
      if (rest.length > 0) listener?.data(rest);
    },
    end: () => listener?.end(),
    closed: (error) => listener?.closed(error),
  });
}
