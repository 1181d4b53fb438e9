// Health and metrics of a watch over HTTP, on loopback only.
import { usage } from "../shell/usage.ts";
import type { StreamAddress } from "../../core/index.ts";
import { checkRelayAddress } from "../../model/index.ts";
import { type HttpAnswer, type HttpServer, isLoopback, servePages } from "../../platform/index.ts";
import { healthOf, type WatchState } from "../../watch/index.ts";
import type { World } from "../shell/world.ts";
import type { WatchMetrics } from "./metrics.ts";

const NEXT = "listen on 127.0.0.1:PORT or [::1]:PORT, and let a proxy stand before it for others";

const TEXT = "text/plain; charset=utf-8";

/**
 * The address of `--listen`; port 0 lets the system choose.
 * @throws FleetError cli/usage (exit 64) for what is no address of this machine alone
 */
export function listenAddress(text: string): StreamAddress {
  const anyPort = /^(.*):0$/.exec(text)?.[1];
  const checked = checkRelayAddress(anyPort === undefined ? text : `${anyPort}:1`);
  if ("fault" in checked) throw usage(`--listen ${text}: ${checked.fault}`, NEXT);
  const { host, port } = checked;
  if (!isLoopback(host)) throw usage(`--listen ${text}: other machines reach this address`, NEXT);
  return { host, port: anyPort === undefined ? port : 0 };
}

/** Serves health and metrics on loopback: what they say of the fleet is not for everybody. */
export async function serveWatch(
  address: StreamAddress,
  input: { readonly state: () => WatchState; readonly metrics: WatchMetrics },
  world: World,
): Promise<HttpServer> {
  return await servePages(async (path): Promise<HttpAnswer> => {
    if (path === "/healthz") {
      const now = { wallMs: world.clock.now(), monoMs: world.monoMs() };
      const { kind, message } = healthOf(input.state(), now);
      return { status: kind === "ok" ? 200 : 503, type: TEXT, body: `${kind}: ${message}\n` };
    }
    if (path === "/metrics")
      return {
        status: 200,
        type: input.metrics.type,
        body: await input.metrics.page(input.state()),
      };
    return { status: 404, type: TEXT, body: "pages here are /healthz and /metrics\n" };
  }, address);
}
