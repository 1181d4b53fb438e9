import { afterEach, describe, expect, it } from "vitest";
import { type ByteStream, fromUtf8, utf8 } from "../../../src/core/index.ts";
import { dialTcp, listenTcp, type TcpServer } from "../../../src/platform/index.ts";

const servers: TcpServer[] = [];

async function serve(onStream: (stream: ByteStream) => void): Promise<TcpServer> {
  const server = await listenTcp(onStream);
  servers.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** Collects what a stream gives until it is closed. */
function drain(stream: ByteStream): Promise<{ text: string; events: readonly string[] }> {
  return new Promise((resolve) => {
    let text = "";
    const events: string[] = [];
    stream.listen({
      data: (chunk) => {
        text += fromUtf8(chunk);
      },
      end: () => events.push("end"),
      closed: (error) =>
        resolve({ text, events: [...events, error === undefined ? "closed" : "failed"] }),
    });
  });
}

describe("a TCP stream", () => {
  it("carries bytes both ways; a half close is answered", async () => {
    const server = await serve((stream) => {
      stream.listen({
        data: (chunk) => stream.write(chunk),
        end: () => stream.end(),
        closed: () => undefined,
      });
    });
    const stream = await dialTcp(server.address, { timeoutMs: 1_000 });
    stream.write(utf8("one "));
    stream.write(utf8("two"));
    stream.end();
    expect(await drain(stream)).toEqual({ text: "one two", events: ["end", "closed"] });
  });

  it("keeps what arrives before anybody listens", async () => {
    const server = await serve((stream) => {
      stream.write(utf8("early"));
      stream.end();
    });
    const stream = await dialTcp(server.address, { timeoutMs: 1_000 });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect((await drain(stream)).text).toBe("early");
  });

  it("that was cut while nobody listened says so to who comes", async () => {
    const server = await serve((stream) => stream.destroy());
    const stream = await dialTcp(server.address, { timeoutMs: 1_000 });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect((await drain(stream)).events.at(-1)).toMatch(/closed|failed/);
  });

  it("ends when its server closes", async () => {
    const server = await serve((stream) => {
      stream.listen({ data: () => undefined, end: () => undefined, closed: () => undefined });
    });
    const stream = await dialTcp(server.address, { timeoutMs: 1_000 });
    const drained = drain(stream);
    await server.close();
    expect((await drained).text).toBe("");
  });
});

describe("dialling", () => {
  it("tells that nobody listens", async () => {
    const server = await listenTcp(() => undefined);
    await server.close();
    await expect(dialTcp(server.address, { timeoutMs: 1_000 })).rejects.toMatchObject({
      code: "net/refused",
    });
  });

  it.each(["localhost", "visor.example", ""])("never asks a resolver for %j", async (host) => {
    await expect(dialTcp({ host, port: 1 }, { timeoutMs: 1_000 })).rejects.toMatchObject({
      code: "net/failed",
      exit: 64,
    });
  });

  it("gives up in time", async () => {
    // Reserved for documentation: where such packets go nowhere this times out, elsewhere there is no route.
    await expect(dialTcp({ host: "192.0.2.1", port: 9 }, { timeoutMs: 80 })).rejects.toMatchObject({
      code: expect.stringMatching(/^net\/(?:timeout|failed|refused)$/) as string,
    });
  });

  it("does not reach an IPv4 server under ::1", async () => {
    const server = await serve((stream) => stream.destroy());
    await expect(
      dialTcp({ host: "::1", port: server.address.port }, { timeoutMs: 1_000 }),
    ).rejects.toMatchObject({
      code: expect.stringMatching(/^net\/(?:refused|failed)$/) as string,
    });
  });
});

describe("listening", () => {
  it("on an address that is taken fails", async () => {
    const server = await serve((stream) => stream.destroy());
    await expect(listenTcp(() => undefined, server.address)).rejects.toMatchObject({
      code: "net/failed",
    });
  });
});
