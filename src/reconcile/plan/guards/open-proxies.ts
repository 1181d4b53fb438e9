// The guard of web proxies: without a password, they listen where others reach them only when the manifest says so.
import type { Json } from "../../../core/index.ts";
import { isLoopbackHost, type Refusal, WEB_PROXIES } from "../../../model/index.ts";
import { foundAt } from "../../diff/index.ts";
import type { OpenListsInput } from "./open-exits.ts";

type WebProxy = (typeof WEB_PROXIES)[number];

/**
 * Refuses what would make a web proxy listen at more than its own machine: an address, since setting one also turns
 * the proxy on, and switching one on that has such an address. Switching on the .dmsg proxy starts the other as well.
 * An address that was not observed is looked at again when the plan is applied.
 */
export function checkOpenProxies(input: OpenListsInput): readonly Refusal[] {
  const refusals: Refusal[] = [];
  for (const proxy of WEB_PROXIES) {
    const path = `settings.${proxy}.proxy_addr`;
    const change = input.changes.find(
      (each) => each.path === path || startsProxy(proxy, each.path, each.after),
    );
    const host = addressAfter(input, path);
    if (change === undefined || host === undefined || isLoopbackHost(host)) continue;
    if (input.openToAnyone.includes(path)) continue;
    refusals.push({
      guard: "open-proxy",
      visor: input.visor,
      path: change.path,
      message: `the ${proxy === "dmsg_web" ? ".dmsg" : ".skynet"} proxy of ${input.name} asks for no password and would listen at ${host}, for everybody who reaches that`,
      measured: host,
      limit: "an address of the machine itself",
      place: change.reason.place,
      next: `write ${proxy}.proxy_addr: 127.0.0.1, or { host: ${host}, whitelist: anyone } if everybody there is meant`,
    });
  }
  return refusals;
}

function startsProxy(proxy: WebProxy, path: string, after: Json): boolean {
  if (after !== true) return false;
  return path === `settings.${proxy}.enable` || path === "settings.dmsg_web.enable";
}

function addressAfter(input: OpenListsInput, path: string): string | undefined {
  const change = input.changes.findLast((each) => each.path === path);
  if (change !== undefined) return textOf(change.after);
  const found = foundAt(input.seen, path);
  return found.kind === "value" ? textOf(found.raw) : undefined;
}

function textOf(value: Json): string | undefined {
  return typeof value === "string" ? value : undefined;
}
