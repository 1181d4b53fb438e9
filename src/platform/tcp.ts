// TCP connections and servers, as the ports Dial and Listen.
import { connect, createServer, isIP, type Socket } from "node:net";
import process from "node:process";
import {
  type ByteStream,
  type ByteStreamListener,
  type Dial,
  FleetError,
  onAbort,
  type StreamAddress,
} from "../core/index.ts";
import { runAfter } from "./this-process.ts";

const LOOPBACK = "127.0.0.1";
/** Connections a server lets wait; a whole fleet may dial one bridge at once. */
const ACCEPT_BACKLOG = 1024;

/** A TCP server that accepts streams until it is closed. */
export interface TcpServer {
  /** Where it listens, with the port the system chose when 0 was asked for. */
  readonly address: StreamAddress;
  /** Accepts no more, ends every open stream at once, and resolves when the port is free again. */
  close(): Promise<void>;
}

/**
 * Opens a TCP stream to a literal IP address; the resolver is never asked.
 * @throws FleetError net/refused (nobody listens), net/timeout, net/files-open (this process may open no more), net/failed
 *   (anything else, no literal IP included)
 */
export const dialTcp: Dial = (address, options) =>
  new Promise((resolve, reject) => {
    if (isIP(address.host) === 0) {
      reject(
        new FleetError("net/failed", `${address.host} is not an IP address`, {
          next: "write the address as numbers, such as 127.0.0.1:3435",
          exit: 64,
        }),
      );
      return;
    }
    const { signal } = options;
    const socket = connect({ host: address.host, port: address.port, noDelay: true });
    const cancel = runAfter(options.timeoutMs, () => {
      socket.destroy();
      reject(
        new FleetError(
          "net/timeout",
          `no connection to ${formatAddress(address)} within ${options.timeoutMs} ms`,
        ),
      );
    });
    const onError = (cause: NodeJS.ErrnoException): void => {
      cancel();
      socket.destroy();
      reject(dialError(address, cause));
    };
    socket.once("error", onError);
    if (signal !== undefined) {
      const forget = onAbort(signal, () => socket.destroy(signal.reason as Error));
      socket.once("close", forget);
    }
    socket.once("connect", () => {
      cancel();
      const stream = streamOf(socket);
      socket.removeListener("error", onError);
      resolve(stream);
    });
  });

/**
 * Listens for TCP streams. Port 0 lets the system choose; the host is a literal IP address,
 * this machine alone (127.0.0.1) when it is not given.
 * @throws FleetError net/failed when the address cannot be had
 */
export function listenTcp(
  onStream: (stream: ByteStream) => void,
  options: { readonly host?: string; readonly port?: number } = {},
): Promise<TcpServer> {
  const host = options.host ?? LOOPBACK;
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    onStream(streamOf(socket));
  });
  return new Promise((resolve, reject) => {
    const onError = (cause: Error): void => {
      reject(
        new FleetError("net/failed", `cannot listen on ${host}:${options.port ?? 0}`, { cause }),
      );
    };
    server.once("error", onError);
    server.listen({ host, port: options.port ?? 0, backlog: ACCEPT_BACKLOG }, () => {
      server.removeListener("error", onError);
      const bound = server.address();
      const port = bound === null || typeof bound === "string" ? 0 : bound.port;
      resolve({
        address: { host, port },
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            for (const socket of sockets) socket.destroy();
          }),
      });
    });
  });
}

/** A Node socket as a {@link ByteStream}. What arrives, ends or fails before `listen` is kept for it. */
function streamOf(socket: Socket): ByteStream {
  let failure: Error | undefined;
  let isClosed = false;
  let listener: ByteStreamListener | undefined;
  let isGathering = false;
  // Writes of one turn leave together: what answers many requests at once would cost a system call each.
  const release = (): void => {
    if (!isGathering) return;
    isGathering = false;
    socket.uncork();
  };
  socket.on("error", (error) => {
    failure = error;
  });
  socket.once("close", () => {
    isClosed = true;
    listener?.closed(failure);
  });
  return {
    listen(newListener) {
      listener = newListener;
      socket.on("data", (chunk) => newListener.data(chunk));
      socket.once("end", () => newListener.end());
      if (isClosed) queueMicrotask(() => newListener.closed(failure));
    },
    write(chunk) {
      if (socket.destroyed || socket.writableEnded) return;
      if (!isGathering) {
        isGathering = true;
        socket.cork();
        process.nextTick(release);
      }
      socket.write(chunk);
    },
    end() {
      release();
      socket.end();
    },
    destroy() {
      release();
      socket.destroy();
    },
    pause() {
      socket.pause();
    },
    resume() {
      socket.resume();
    },
    get backlogBytes() {
      return socket.writableLength;
    },
  };
}

function dialError(address: StreamAddress, cause: NodeJS.ErrnoException): FleetError {
  const where = formatAddress(address);
  if (cause.code === "ECONNREFUSED")
    return new FleetError("net/refused", `nobody listens on ${where}`, { cause });
  if (cause.code === "ETIMEDOUT")
    return new FleetError("net/timeout", `no connection to ${where}`, { cause });
  if (cause.code === "EMFILE" || cause.code === "ENFILE") {
    return new FleetError("net/files-open", "this process may open no more files and connections", {
      cause,
      next: "raise its limit of open files (ulimit -n), or give a smaller --dials",
    });
  }
  return new FleetError("net/failed", `cannot connect to ${where}`, { cause });
}

function formatAddress(address: StreamAddress): string {
  return address.host.includes(":")
    ? `[${address.host}]:${address.port}`
    : `${address.host}:${address.port}`;
}
