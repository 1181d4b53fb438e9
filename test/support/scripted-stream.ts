import type { ByteStream, ByteStreamListener } from "../../src/core/index.ts";

/** A stream whose peer is the test: what arrives, arrives at once. */
export interface ScriptedStream extends ByteStream {
  arrive(bytes: Uint8Array): void;
  /** The peer sends no more. */
  hangUp(): void;
  readonly written: readonly Uint8Array[];
  readonly isDestroyed: boolean;
  readonly isEnded: boolean;
  readonly isPaused: boolean;
}

/** A stream in memory without a far end. */
export function scriptedStream(): ScriptedStream {
  const written: Uint8Array[] = [];
  const state = { isDestroyed: false, isEnded: false, isPaused: false };
  let listener: ByteStreamListener | undefined;
  return {
    listen: (given) => {
      listener = given;
    },
    write: (chunk) => {
      written.push(chunk);
    },
    end: () => {
      state.isEnded = true;
    },
    destroy: () => {
      state.isDestroyed = true;
    },
    pause: () => {
      state.isPaused = true;
    },
    resume: () => {
      state.isPaused = false;
    },
    backlogBytes: 0,
    arrive: (bytes) => {
      if (!state.isDestroyed) listener?.data(bytes);
    },
    hangUp: () => listener?.end(),
    written,
    get isDestroyed() {
      return state.isDestroyed;
    },
    get isEnded() {
      return state.isEnded;
    },
    get isPaused() {
      return state.isPaused;
    },
  };
}
