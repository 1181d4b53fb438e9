// Serves methods on streams.
import type { ByteStream } from "../../core/index.ts";
import type { GobLimits } from "../gob/index.ts";
import { ServedConnection } from "./served-connection.ts";
import type { ServedMethod, ServerConnection } from "./served-method.ts";
import { type RequestEvent, type ServerSettings, serviceOf } from "./server-settings.ts";

/** Go has no bound; beyond this many unanswered calls we stop reading. */
const DEFAULT_MAX_IN_FLIGHT = 256;

export interface RpcServerOptions {
  readonly methods: readonly ServedMethod[];
  /** Sees every request before its handler runs, also those that are refused. */
  readonly observe?: (event: RequestEvent) => void;
  readonly limits?: Partial<GobLimits>;
  readonly maxInFlight?: number;
  /** The first gob type id to use; 65 when not given. */
  readonly firstId?: number;
}

/** The server end of Go's net/rpc: the same bytes and error texts, for any number of connections. */
export class RpcServer {
  readonly #settings: ServerSettings;

  constructor(options: RpcServerOptions) {
    const { methods, observe, limits = {}, maxInFlight = DEFAULT_MAX_IN_FLIGHT, firstId } = options;
    this.#settings = {
      methods: new Map(methods.map((method) => [method.name, method])),
      services: new Set(methods.map((method) => serviceOf(method.name))),
      observe,
      limits,
      maxInFlight,
      firstId,
    };
  }

  /** Serves one connection until its peer closes it or breaks the protocol. */
  serve(stream: ByteStream): ServerConnection {
    return new ServedConnection(stream, this.#settings);
  }
}
