// The resolving proxies of one run of a visor: which of the two listens, and where.
import { type Json, type JsonObject, isJsonObject } from "../../core/index.ts";

/** The blocks of a configuration that are web proxies. */
const WEB_PROXIES = ["dmsg_web", "skynet_web"] as const;
/** One of {@link WEB_PROXIES}. */
export type WebProxy = (typeof WEB_PROXIES)[number];

const LOOPBACK = "127.0.0.1";
/** Where the .dmsg proxy goes with everything else when nothing is said: to the .skynet one. */
const CHAINED_UPSTREAM = "127.0.0.1:4446";
const PORTS: Readonly<Record<WebProxy, number>> = { dmsg_web: 4445, skynet_web: 4446 };
const NAMES: Readonly<Record<WebProxy, string>> = { dmsg_web: "dmsgweb", skynet_web: "skynetweb" };

/**
 * What runs of the web proxies. A block that the visor did not start with has no proxy until it is enabled.
 * Source: embedded_dmsgweb.go (SetBind, SetUpstream), api_proxies.go (Enabled, Upstream), api_config_fields.go;
 * PRs #3572 and #3579 (setting the address enables).
 */
export class WebProxies {
  readonly #made = new Set<WebProxy>();
  readonly #running = new Set<WebProxy>();

  /** @param config what the visor starts with */
  constructor(config: JsonObject) {
    for (const proxy of WEB_PROXIES) {
      const block = config[proxy];
      if (!isJsonObject(block)) continue;
      this.#made.add(proxy);
      if (block["enable"] === true) this.#running.add(proxy);
    }
  }

  /** Starts or stops one; the .dmsg proxy takes the .skynet one with it when it starts. */
  enable(proxy: WebProxy, isOn: boolean): void {
    if (!isOn) {
      this.#running.delete(proxy);
      return;
    }
    for (const each of proxy === "dmsg_web" ? WEB_PROXIES : [proxy]) {
      this.#made.add(each);
      this.#running.add(each);
    }
  }

  /** Throws the text of a visor whose proxy was never made. */
  setUpstream(proxy: WebProxy): void {
    if (!this.#made.has(proxy)) throw new Error(`${NAMES[proxy]} resolver not initialized`);
  }

  /** `host:port` where a proxy listens, `null` where it does not or the host cannot be listened at. */
  listening(proxy: WebProxy, config: JsonObject): string | null {
    const block = config[proxy];
    if (!this.#running.has(proxy)) return null;
    const host = (isJsonObject(block) ? block["proxy_addr"] : undefined) ?? "";
    if (typeof host !== "string" || host.includes(":")) return null;
    return `${host === "" ? LOOPBACK : host}:${PORTS[proxy]}`;
  }
}

/** The configuration as a starting visor holds it: a .dmsg proxy without an upstream is chained to the .skynet one. */
export function withChainedProxy(config: JsonObject): JsonObject {
  const block: Json | undefined = config["dmsg_web"];
  const isChained =
    isJsonObject(block) &&
    block["enable"] === true &&
    (block["upstream_socks"] ?? "") === "" &&
    isJsonObject(config["skynet_web"]) &&
    config["skynet_web"]["enable"] === true;
  return isChained
    ? { ...config, dmsg_web: { ...block, upstream_socks: CHAINED_UPSTREAM } }
    : config;
}

/** The web proxy that a path is in, and the field. */
export function webProxyField(path: string): { proxy: WebProxy; field: string } | undefined {
  const [, proxy, field] = /^(dmsg_web|skynet_web)\.(\w+)$/.exec(path) ?? [];
  return proxy === undefined || field === undefined
    ? undefined
    : { proxy: proxy as WebProxy, field };
}
