import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { TlogVectors } from "./tlog-vectors.ts";

const COMMITTED = fileURLToPath(new URL("../vectors", import.meta.url));

/** A JSON value as the vector files hold it. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

export interface ValueVector {
  readonly name: string;
  readonly goType: string | readonly string[];
  readonly value: Json;
  readonly hex: string;
  readonly hexGo1_19?: string;
  readonly stream?: boolean;
  readonly byteExact?: boolean;
}

export interface RpcCallVector {
  readonly method: string;
  readonly argsGoType: string;
  readonly args: Json;
  readonly replyGoType: string;
  readonly reply?: Json;
  readonly error?: string;
  readonly isServerError?: boolean;
  readonly c2s: string;
  readonly s2c: string;
}

export interface RpcSessionVector {
  readonly name: string;
  readonly calls: readonly RpcCallVector[];
}

/** Bytes with the type they are decoded into and Go's verdict on each value. */
export interface VerdictVector {
  readonly name: string;
  readonly hex: string;
  readonly into: string;
  readonly goResult: string;
}

export interface GobVectors {
  readonly meta: {
    readonly goTypes: string;
    readonly registered?: string;
    readonly extraTypes?: string;
  };
  readonly values: readonly ValueVector[];
  readonly rpc: readonly RpcSessionVector[];
  readonly compat: readonly VerdictVector[];
  readonly malformed: readonly VerdictVector[];
}

export interface VisorCallVector {
  readonly seq: number;
  readonly method: string;
  readonly argsType?: string;
  readonly args: Json;
  readonly replyType?: string;
  readonly reply?: Json;
  readonly error?: string;
  readonly noReply?: boolean;
  readonly replyOrder?: number;
  readonly note?: string;
}

export interface VisorSessionVector {
  readonly name: string;
  readonly exchanges: readonly { readonly dir: "c2s" | "s2c"; readonly hex: string }[];
  readonly calls?: readonly VisorCallVector[];
}

export interface VisorVectors {
  readonly sessions: readonly VisorSessionVector[];
}

/** The folder the recorded vectors are read from: FLEET_VECTORS, or the committed ones. */
export function vectorsFolder(): string {
  return path.resolve(process.env["FLEET_VECTORS"] ?? COMMITTED);
}

function readVectors<T>(name: string): T {
  const own = path.join(vectorsFolder(), name);
  // A set may hold some of the files only.
  return JSON.parse(readFileSync(existsSync(own) ? own : path.join(COMMITTED, name), "utf8")) as T;
}

/** Go values with their bytes, RPC sessions, and bytes that do not fit or are broken. */
export function gobVectors(): GobVectors {
  return readVectors<GobVectors>("gob-vectors.json");
}

/** Recorded sessions of a real visor. */
export function visorVectors(): VisorVectors {
  return readVectors<VisorVectors>("visor-v1.3.28.json");
}

/** What published Go modules make of trees, signed notes and proofs of transparency logs. */
export function tlogVectors(): TlogVectors {
  return readVectors<TlogVectors>("tlog.json");
}
