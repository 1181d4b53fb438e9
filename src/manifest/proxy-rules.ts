// What only the joined settings of one visor show: whether a web proxy is turned on without a word.
import type { Diagnostic } from "../core/index.ts";
import { type DesiredLeaf, WEB_PROXIES } from "../model/index.ts";

/** Refuses the address of a web proxy where nothing says whether it runs: a visor that is given one turns it on. */
export function checkProxies(
  leaves: ReadonlyMap<string, DesiredLeaf>,
  report: (diagnostic: Diagnostic) => void,
): void {
  for (const proxy of WEB_PROXIES) {
    const address = leaves.get(`settings.${proxy}.proxy_addr`);
    if (address === undefined || leaves.has(`settings.${proxy}.enable`)) continue;
    report({
      code: "manifest/turns-on",
      severity: "error",
      message: `${proxy}.proxy_addr turns the proxy on when it is set, and nothing says whether it shall run`,
      at: address.origin.place,
      text: `${proxy}.proxy_addr`,
      next: `write ${proxy}.enable: true or ${proxy}.enable: false beside it`,
    });
  }
}
