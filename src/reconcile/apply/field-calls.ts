// In which calls of SetConfigFields fields go, so that what one of them does besides does not undo another.
import type { Json } from "../../core/index.ts";
import { WEB_PROXIES } from "../../model/index.ts";

/** Fields by configuration path. */
export type Fields = ReadonlyMap<string, Json>;

/** What decides about calls beside the fields themselves. */
export interface CallFacts {
  /** What the visor shows of settings now, by configuration path. */
  readonly shown: Readonly<Record<string, Json>>;
  /** Configuration paths of settings that the manifest owns. */
  readonly owned: ReadonlySet<string>;
}

/**
 * Splits fields into the calls that set them, in order. Setting the address of a web proxy turns it on, and turning
 * on the .dmsg proxy starts the .skynet one whatever its own setting says: what shall be off is said off afterwards.
 */
export function callsOf(fields: Fields, { shown, owned }: CallFacts): readonly Fields[] {
  const first = new Map(fields);
  const after = new Map<string, Json>();
  for (const proxy of WEB_PROXIES) {
    const enable = `${proxy}.enable`;
    const isOff = (fields.get(enable) ?? shown[enable]) === false;
    if (!isOff || !(fields.has(`${proxy}.proxy_addr`) || isStarted(proxy, fields, owned))) continue;
    first.delete(enable);
    after.set(enable, false);
  }
  return [first, after].filter((call) => call.size > 0);
}

/** True for the .skynet proxy where the call starts it beside the other one and its own setting is ours. */
function isStarted(proxy: string, fields: Fields, owned: ReadonlySet<string>): boolean {
  return proxy === "skynet_web" && owned.has("skynet_web.enable") && startsSkynet(fields);
}

/** True for fields that start the .skynet proxy without naming it. */
export function startsSkynet(fields: Fields): boolean {
  return fields.get("dmsg_web.enable") === true;
}
