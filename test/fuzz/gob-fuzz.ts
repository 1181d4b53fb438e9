import { FleetError, fromHex } from "../../src/core/index.ts";
import { Decoder, type Schema, t } from "../../src/skywire/gob/index.ts";
import { RpcClient, RpcServer, served, defineMethod } from "../../src/skywire/rpc/index.ts";
import { GoShapes } from "../support/go-shapes.ts";
import { UnknownGoType } from "../support/go-source.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { mutate } from "../support/mutate.ts";
import { scriptedStream } from "../support/scripted-stream.ts";
import { type SeededRandom, seededRandom } from "../support/seeded-random.ts";
import { gobVectors, visorVectors } from "../support/vectors.ts";

/** What a run came to. A run that meets any other error throws it. */
export interface FuzzReport {
  readonly mutations: number;
  /** Streams that were refused, by code. */
  readonly refusals: ReadonlyMap<string, number>;
  /** Streams that still gave values. */
  readonly accepted: number;
  readonly slowestMs: number;
}

interface Seed {
  readonly bytes: Uint8Array;
  readonly schemas: readonly Schema<unknown>[];
}

/** Every recorded stream: values, what does not fit, what is broken, both directions of all sessions. */
function seeds(): readonly Seed[] {
  const vectors = gobVectors();
  const shapes = new GoShapes(vectors.meta);
  const known = (goTypes: readonly string[]): readonly Schema<unknown>[] => {
    try {
      return goTypes.map((text) => shapes.of(text).schema);
    } catch (error) {
      if (error instanceof UnknownGoType) return [];
      throw error;
    }
  };
  const values = vectors.values.map(({ goType, hex }) => ({
    bytes: fromHex(hex),
    schemas: known(typeof goType === "string" ? [goType] : goType),
  }));
  const verdicts = [...vectors.compat, ...vectors.malformed].map(({ hex }) => ({
    bytes: fromHex(hex),
    schemas: [],
  }));
  const streams = [
    ...vectors.rpc.flatMap(({ calls }) => [
      calls.map((call) => call.c2s).join(""),
      calls.map((call) => call.s2c).join(""),
    ]),
    ...visorVectors().sessions.flatMap(({ exchanges }) =>
      (["c2s", "s2c"] as const).map((dir) =>
        exchanges
          .filter((exchange) => exchange.dir === dir)
          .map((exchange) => exchange.hex)
          .join(""),
      ),
    ),
  ];
  const sessions = streams.map((hex) => ({ bytes: fromHex(hex), schemas: [] }));
  return [...values, ...verdicts, ...sessions].filter((seed) => seed.bytes.length > 0);
}

/** Reads until the bytes end or are refused; pieces and schemas are random too. */
function decode(
  bytes: Uint8Array,
  schemas: readonly Schema<unknown>[],
  random: SeededRandom,
): void {
  const decoder = new Decoder();
  const pieces = 1 + random.next(3);
  const size = Math.max(1, Math.ceil(bytes.length / pieces));
  const way = random.next(4);
  let index = 0;
  for (let from = 0; from < bytes.length; from += size) {
    decoder.push(bytes.slice(from, from + size));
    for (;;) {
      if (way === 0) {
        if (!decoder.skip()) break;
      } else {
        const schema = way === 1 ? undefined : schemas[Math.min(index, schemas.length - 1)];
        if (decoder.nextOrRefused(schema ?? t.generic) === undefined) break;
      }
      index += 1;
    }
  }
  decoder.end();
}

const anything = defineMethod("app-visor.Any", t.generic, t.empty);
const double = defineMethod("Svc.Double", t.int, t.int);

/** Hands the bytes to both ends of net/rpc as what their peer sends. */
function talk(bytes: Uint8Array): void {
  const toClient = scriptedStream();
  const client = new RpcClient(toClient, { clock: new ManualClock() });
  for (let call = 0; call < 3; call += 1) client.call(double, call).catch(expectCoded);
  client.callGeneric("app-visor.Summary").catch(expectCoded);
  toClient.arrive(bytes);
  client.close();
  const toServer = scriptedStream();
  const methods = [served(anything, () => ({})), served(double, (value) => 2 * value)];
  new RpcServer({ methods, observe: () => undefined }).serve(toServer);
  toServer.arrive(bytes);
  toServer.hangUp();
}

let stray: unknown;

function expectCoded(error: unknown): void {
  if (!isCoded(error)) stray = error;
}

function isCoded(error: unknown): error is FleetError {
  return error instanceof FleetError && /^(?:gob|rpc)\//.test(error.code);
}

/**
 * Feeds `mutations` changed streams to the codec and both ends of net/rpc. Only errors coded gob/ or rpc/ may
 * come out; anything else is thrown on, with the seed and the bytes.
 */
export function fuzzGob(mutations: number, seed: number): FuzzReport {
  const all = seeds();
  const random = seededRandom(seed);
  const refusals = new Map<string, number>();
  let accepted = 0;
  let slowestMs = 0;
  for (let count = 0; count < mutations; count += 1) {
    const origin = all[random.next(all.length)];
    if (origin === undefined) continue;
    const bytes = mutate(origin.bytes, random);
    const start = performance.now();
    try {
      decode(bytes, origin.schemas, random);
      if (count % 8 === 0) talk(bytes);
      accepted += 1;
    } catch (error) {
      if (!isCoded(error)) throw describe(error, seed, count, bytes);
      refusals.set(error.code, (refusals.get(error.code) ?? 0) + 1);
    }
    if (stray !== undefined) throw describe(stray, seed, count, bytes);
    slowestMs = Math.max(slowestMs, performance.now() - start);
  }
  return { mutations, refusals, accepted, slowestMs };
}

function describe(error: unknown, seed: number, count: number, bytes: Uint8Array): Error {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return new Error(`seed ${seed}, mutation ${count}, bytes ${hex}`, { cause: error });
}
