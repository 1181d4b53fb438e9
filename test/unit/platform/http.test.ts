import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type HttpServer, servePages } from "../../../src/platform/index.ts";

let server: HttpServer;

beforeAll(async () => {
  server = await servePages(async (path) => ({ status: 200, type: "text/plain", body: path }), {
    host: "127.0.0.1",
    port: 0,
  });
});
afterAll(async () => {
  await server.close();
});

/** The status of a page that is asked for by a name. */
function statusFor(host: string): Promise<number | undefined> {
  const { port } = server.address;
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, path: "/healthz", headers: { host } }, (got) =>
      resolve(got.resume().statusCode),
    );
    asked.on("error", reject).end();
  });
}

describe("pages for this machine", () => {
  it.each([
    ["127.0.0.1:9464", 200],
    ["127.0.0.1", 200],
    ["localhost:1", 200],
    ["[::1]:9464", 200],
    ["rebound.example:9464", 403],
    ["127.0.0.1.rebound.example", 403],
  ])("asked for as %j answer with %d", async (host, status) => {
    expect(await statusFor(host)).toBe(status);
  });
});

describe("strangers that hold connections", () => {
  const held: Socket[] = [];
  afterAll(() => {
    for (const socket of held) socket.destroy();
  });

  function hold(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect(server.address.port, "127.0.0.1", () => {
        socket.write(text, () => resolve());
      });
      held.push(socket.on("error", reject).on("close", () => undefined));
      socket.removeAllListeners("error").on("error", () => resolve());
    });
  }

  it.each([
    ["that never ask", ""],
    ["that ask by halves", "GET /healthz HT"],
    ["that asked once", "GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"],
  ])("9.8: %s do not keep the checker out", async (_name, text) => {
    for (let count = 0; count < 70; count += 1) await hold(text);
    for (let count = 0; count < 3; count += 1) expect(await statusFor("127.0.0.1")).toBe(200);
  });
});
