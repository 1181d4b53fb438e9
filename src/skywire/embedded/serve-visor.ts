// Serves the methods of a release on a stream, as net/rpc of that release does.
import { assert, type ByteStream, concatBytes } from "../../core/index.ts";
import { RpcServer, type ServedMethod, type ServerConnection } from "../rpc/index.ts";
import type { CallCounters } from "./counters.ts";
import type { ReleaseName } from "../visor/index.ts";
import { RELEASE_METHODS } from "./releases.ts";
import { Session } from "./session.ts";
import type { VisorInstance } from "./visor-instance.ts";

/** Go's first free id of the process that was recorded. */
const FIRST_TYPE_ID = 64;
/** Go waits for a message of nearly any announced length. Source: session raw-huge-length. */
const GO_MESSAGE_BYTES = 2 ** 33;
/** gob's length of a message of 1 GiB. */
const GIGABYTE_PREFIX = new Uint8Array([0xfc, 0x40, 0, 0, 0]);
const OVERSIZED_SAMPLE_BYTES = 262_144;

/** Serves the RPC of embedded visors. */
export class VisorServer {
  readonly #counters: CallCounters;
  readonly #sessions = new WeakMap<ServerConnection, Session>();
  readonly #methods = new Map<ReleaseName, readonly ServedMethod[]>();

  constructor(counters: CallCounters) {
    this.#counters = counters;
  }

  /** Serves one connection by one run of a visor until either ends. */
  serve(instance: VisorInstance, stream: ByteStream): void {
    const { visor } = instance;
    this.#counters.recordConnection(visor.name);
    const server = new RpcServer({
      methods: this.#methodsOf(visor.profile.name),
      firstId: FIRST_TYPE_ID,
      limits: { messageBytes: GO_MESSAGE_BYTES },
      observe: ({ method, outcome }) => {
        this.#counters.record(visor.name, method, outcome);
        if (outcome !== "called") session.refused();
      },
    });
    const connection = server.serve(misbehaving(instance, stream));
    const session: Session = new Session(instance, {
      cut: () => connection.destroy(),
      died: (method) => this.#counters.recordDeath(visor.name, method),
    });
    this.#sessions.set(connection, session);
    visor.connections.add(session);
    void connection.closed.then(() => visor.connections.delete(session));
  }

  #methodsOf(profile: ReleaseName): readonly ServedMethod[] {
    let methods = this.#methods.get(profile);
    if (methods === undefined) {
      methods = RELEASE_METHODS[profile].map((each) =>
        each.serve((connection) => this.#sessionOf(connection)),
      );
      this.#methods.set(profile, methods);
    }
    return methods;
  }

  #sessionOf(connection: ServerConnection): Session {
    const session = this.#sessions.get(connection);
    assert(session !== undefined, "every served connection has a session");
    return session;
  }
}

/** Replies that are cut or blown up, as far as the visor was made so by the time it answers. */
function misbehaving(instance: VisorInstance, stream: ByteStream): ByteStream {
  const write = (chunk: Uint8Array): void => {
    const { state } = instance.visor;
    if (state === "dying") {
      stream.write(chunk.subarray(0, chunk.length >> 1));
      stream.end();
    } else if (state === "oversized") {
      stream.write(concatBytes(GIGABYTE_PREFIX, new Uint8Array(OVERSIZED_SAMPLE_BYTES)));
    } else {
      stream.write(chunk);
    }
  };
  return {
    listen: (listener) => stream.listen(listener),
    write,
    end: () => stream.end(),
    destroy: () => stream.destroy(),
    pause: () => stream.pause(),
    resume: () => stream.resume(),
    get backlogBytes() {
      return stream.backlogBytes;
    },
  };
}
