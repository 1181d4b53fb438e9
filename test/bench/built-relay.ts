import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { toHex } from "../../src/core/index.ts";

/** The built program's relay, in a process of its own as it would be. */
export async function startBuiltRelay(
  program: string,
  folder: string,
  feed: Uint8Array,
): Promise<{ readonly port: number; readonly stop: () => Promise<void> }> {
  const args = [
    "ledger",
    "serve",
    "--listen",
    "127.0.0.1:0",
    "--dir",
    folder,
    "--feed",
    toHex(feed),
  ];
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = once(child, "close");
  let text = "";
  for await (const chunk of child.stdout.setEncoding("utf8")) {
    text += String(chunk);
    const port = /^Ready: .* at \S+:(\d+), /m.exec(text)?.[1];
    if (port === undefined) continue;
    const stop = async (): Promise<void> => {
      child.kill("SIGTERM");
      await ended;
    };
    return { port: Number(port), stop };
  }
  throw new Error(`the relay did not start: ${text}`);
}
