// What only the joined settings of one visor show: whether a web proxy is turned on without a word.
import type { Diagnostic } from "../core/index.ts";
import { type DesiredLeaf, WEB_PROXIES } from "../model/index.ts";

/** Web proxies are apps of the launcher too, by these names. */
const APPS = { dmsg_web: "dmsgweb", skynet_web: "skynetweb" } as const;

/** Refuses the address of a web proxy where nothing says whether it runs: a visor that is given one turns it on. */
export function checkProxies(
  leaves: ReadonlyMap<string, DesiredLeaf>,
  report: (diagnostic: Diagnostic) => void,
): void {
  for (const proxy of WEB_PROXIES) {
    checkApp(proxy, leaves, report);
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

/** Refuses a proxy that its setting wants and its app does not, or the other way round: one would undo the other. */
function checkApp(
  proxy: (typeof WEB_PROXIES)[number],
  leaves: ReadonlyMap<string, DesiredLeaf>,
  report: (diagnostic: Diagnostic) => void,
): void {
  const path = `apps.${APPS[proxy]}.running`;
  const running = leaves.get(path);
  const enable = leaves.get(`settings.${proxy}.enable`);
  if (running?.kind !== "value" || enable?.kind !== "value" || running.value === enable.value)
    return;
  report({
    code: "manifest/contradiction",
    severity: "error",
    message: `${path} and ${proxy}.enable are one proxy, and say opposite things of it`,
    at: enable.origin.place,
    text: `${proxy}.enable`,
    next: `keep ${proxy}.enable and remove ${path}`,
    related: [{ message: `${path} is written here`, at: running.origin.place }],
  });
}
