// One visor read as it is now, so that what is recorded of it can be compared; its secrets only by their digests.
import type { AccessRequest } from "../shell/access-request.ts";
import { canonicalJson, hasCode, type VisorKey } from "../../core/index.ts";
import {
  isOpaque,
  type FieldPlace,
  type LiveVisor,
  type OperatorKeys,
} from "../../ledger/index.ts";
import type { DesiredVisor, SeenVisor } from "../../model/index.ts";
import { CLOSING, observedFieldAt, wantsOf } from "../../reconcile/index.ts";
import { wayInOf } from "../shell/way-in.ts";
import { readOneVisor } from "./read-one-visor.ts";
import type { World } from "../shell/world.ts";

/** The visor to look at, and what for. */
export interface LiveWanted {
  readonly key: VisorKey;
  readonly desired: DesiredVisor | undefined;
  readonly paths: readonly string[];
  /** Compare secrets with the digests that these keys made. */
  readonly keys: Pick<OperatorKeys, "operator" | "secretHmac">;
}

/** A visor as it is now, or why it could not be read. */
export type LiveReading =
  | { readonly kind: "live"; readonly live: LiveVisor }
  | { readonly kind: "unread"; readonly why: string };

/** Reads a visor, directly when it is the local one, else through the bridge. That it cannot be read is an answer. */
export async function readLiveVisor(
  wanted: LiveWanted,
  access: AccessRequest,
  world: World,
): Promise<LiveReading> {
  try {
    const observed = await readOneVisor(
      { ...wanted.desired, key: wanted.key },
      wantsOf(wanted.paths),
      wayInOf(access, world),
      world,
    );
    return observed.kind === "seen"
      ? { kind: "live", live: liveVisor(observed, wanted.keys) }
      : { kind: "unread", why: observed.detail };
  } catch (error) {
    if (!hasCode(error, "visor/no-local") && !hasCode(error, "net/")) throw error;
    return { kind: "unread", why: error.message };
  }
}

/** What a visor that was read shows, for those who ask who set it. */
export function liveVisor(seen: SeenVisor, keys: LiveWanted["keys"]): LiveVisor {
  return {
    readMs: seen.atMs,
    startedAtMs: seen.startedAtMs,
    elements: (path) => {
      const found = observedFieldAt(seen, path);
      return found.kind === "set" ? found.elements : undefined;
    },
    look: ({ path, element }) => {
      const found = observedFieldAt(seen, path);
      if (found.kind === "unsupported") return { kind: "hidden", why: found.why };
      if (found.kind === "missing-app") return { kind: "shown", value: null };
      if (found.kind === "value") return { kind: "shown", value: found.shown };
      const value = element === undefined ? [...found.elements] : found.elements.includes(element);
      return { kind: "shown", value };
    },
    matches: (field, recorded) => matches(seen, keys, field, recorded),
  };
}

/** A secret is compared by its keyed digest, which only the operator who wrote it can make. */
function matches(
  seen: SeenVisor,
  keys: LiveWanted["keys"],
  { path, element }: FieldPlace,
  recorded: Parameters<LiveVisor["matches"]>[1],
): boolean | undefined {
  const found = observedFieldAt(seen, path);
  if (found.kind === "unsupported") return undefined;
  if (found.kind === "missing-app") return recorded.value === false || recorded.value === null;
  if (found.kind === "set") {
    return element === undefined
      ? undefined
      : found.elements.includes(element) === (recorded.value === true);
  }
  // Shut, with a record that stays until the visor has restarted: that is what closing it was.
  if (found.raw === CLOSING && recorded.value === false) return true;
  if (!isOpaque(recorded.value)) {
    return canonicalJson(found.raw) === canonicalJson(recorded.value);
  }
  if (recorded.secret === undefined || recorded.at.operator !== keys.operator) return undefined;
  return keys.secretHmac(canonicalJson(found.raw)) === recorded.secret.hmac;
}
