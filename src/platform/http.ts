// A small HTTP server for the pages of a watch.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { isIP, type Socket } from "node:net";
import { FleetError, type StreamAddress } from "../core/index.ts";

/** What a page answers with. */
export interface HttpAnswer {
  readonly status: 200 | 403 | 404 | 405 | 500 | 503;
  readonly type: string;
  readonly body: string;
}

/** Answers a GET of a path, such as `/healthz`. */
export type HttpPages = (path: string) => Promise<HttpAnswer>;

/** A server of pages. */
export interface HttpServer {
  /** Where it listens, with the port the system chose when 0 was asked for. */
  readonly address: StreamAddress;
  close(): Promise<void>;
}

const TEXT = "text/plain; charset=utf-8";
/** A page is a few lines: whoever takes longer to ask holds a connection for nothing. */
const REQUEST_MS_MAX = 5_000;
/** Connections held at a time: whoever comes next takes the place of the one that did nothing for longest. */
const CONNECTIONS_MAX = 32;

/** True for an address that only this machine reaches: 127.0.0.0/8 and ::1. */
export function isLoopback(host: string): boolean {
  return (isIP(host) === 4 && host.startsWith("127.")) || host === "::1";
}

/**
 * Serves pages to this machine alone.
 * @throws FleetError net/not-loopback (exit 64), net/failed when the address cannot be had
 */
export function servePages(pages: HttpPages, { host, port }: StreamAddress): Promise<HttpServer> {
  if (!isLoopback(host)) {
    throw new FleetError("net/not-loopback", `${host} can be reached from other machines`, {
      next: "listen on 127.0.0.1 or [::1], and let a proxy with a password stand before it",
      exit: 64,
    });
  }
  const server = createServer(
    { requestTimeout: REQUEST_MS_MAX, headersTimeout: REQUEST_MS_MAX, maxHeaderSize: 8_192 },
    (request, response) => void answer(pages, request, response),
  );
  // A limit that refuses newcomers would let whoever holds connections keep the checker out.
  const held = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    hold(held, socket);
  });
  return new Promise((resolve, reject) => {
    // Later ones have nobody to tell, and must not end the program.
    server.on("error", (cause) =>
      reject(new FleetError("net/failed", `cannot listen on ${host}:${port}`, { cause })),
    );
    server.listen({ host, port }, () => {
      const bound = server.address();
      resolve({
        address: { host, port: bound === null || typeof bound === "string" ? port : bound.port },
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
          }),
      });
    });
  });
}

/** Takes a connection in, and ends the oldest where there are too many: what asks at once is answered at once. */
function hold(held: Set<Socket>, socket: Socket): void {
  held.add(socket);
  socket.once("close", () => held.delete(socket));
  // Whoever does not read what was asked for holds it for nothing, too.
  socket.setTimeout(REQUEST_MS_MAX, () => socket.destroy());
  const [oldest] = held;
  if (held.size > CONNECTIONS_MAX && oldest !== undefined) {
    held.delete(oldest);
    oldest.destroy();
  }
}

async function answer(
  pages: HttpPages,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  request.resume();
  const { method = "", url = "/" } = request;
  const isAsked = method === "GET" || method === "HEAD";
  const { status, type, body } = !isOwnName(request.headers.host)
    ? { status: 403, type: TEXT, body: "ask by the address that is listened on\n" }
    : isAsked
      ? await pageOf(pages, url.split("?", 1)[0] ?? "/")
      : { status: 405, type: TEXT, body: "only GET and HEAD\n" };
  response.writeHead(status, {
    "content-type": type,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(method === "HEAD" ? undefined : body);
}

/** A page of another site whose name was bound to this machine sends that name. */
function isOwnName(host = ""): boolean {
  const [, name = ""] = /^(\[[^\]]*\]|[^:]*)(?::\d+)?$/.exec(host) ?? [];
  return name === "localhost" || isLoopback(name.replace(/^\[(.*)\]$/, "$1"));
}

async function pageOf(pages: HttpPages, path: string): Promise<HttpAnswer> {
  try {
    return await pages(path);
  } catch {
    return { status: 500, type: TEXT, body: "this page could not be made\n" };
  }
}
