// Fetches everything below a Root that is not there yet.
import { byteKey, equalBytes, FleetError, sha256, toHex } from "../../core/index.ts";
import { FILL_OBJECTS_MAX, HELD_BYTES_MAX, OBJECT_READ_MAX } from "./node-limits.ts";
import type { CxoObject } from "./refs.ts";
import { checkPublishable, decodeRegistry, type CxoRegistry } from "./registry.ts";
import type { Root } from "./root.ts";
import { itemsBelow, itemsOf, type TreeItem } from "./tree-items.ts";

/**
 * Where objects are kept, by the SHA-256 of their bytes. A node puts an object only after everything
 * below it, so an object that is there is there with all it points to.
 */
export interface ObjectStore {
  /** Whether the object is there with everything below it. A damaged store may have less than it can `get`. */
  has(hash: Uint8Array): Promise<boolean>;
  get(hash: Uint8Array): Promise<Uint8Array | undefined>;
  put(object: CxoObject): Promise<void>;
}

/** How a Root's missing objects are had. */
export interface FillOptions {
  readonly store: ObjectStore;
  /** Asks a peer for an object. What it gives is checked here. */
  readonly request: (hash: Uint8Array) => Promise<Uint8Array>;
  /** Requests at a time; a Go node serves and asks one. */
  readonly inFlight?: number;
  /** Called when the registry is there and proved harmless, before the rest is asked for. */
  readonly onRegistry?: () => void;
  /** Ends the filling before its next request. */
  readonly signal?: AbortSignal;
}

/**
 * Fetches everything below a Root that the store does not have: the registry, then the objects, each
 * once. Wrong bytes, types and shapes are refused; what was complete before stays in the store.
 * @throws FleetError cxo/hash for an object with other bytes than its hash says, cxo/limit, cxo/registry,
 * cxo/schema and others for objects that are not what the Root says they are; whatever `request` throws
 */
export async function fillRoot(root: Root, options: FillOptions): Promise<void> {
  const registry = await fillRegistry(root, options);
  options.onRegistry?.();
  await new Filling(registry, options).all(itemsOf(root.refs, registry));
}

async function fillRegistry(root: Root, options: FillOptions): Promise<CxoRegistry> {
  const stored = await options.store.get(root.reg);
  const bytes = stored ?? checkObject(root.reg, await options.request(root.reg));
  const registry = decodeRegistry(bytes);
  checkPublishable(registry);
  if (stored === undefined) await options.store.put({ hash: root.reg, bytes });
  return registry;
}

class Filling {
  readonly #registry: CxoRegistry;
  readonly #options: FillOptions;
  readonly #running = new Map<string, Promise<void>>();
  readonly #waiting: (() => void)[] = [];
  readonly #batch: number;
  #free: number;
  #fetched = 0;
  #heldBytes = 0;
  #hasFailed = false;

  constructor(registry: CxoRegistry, options: FillOptions) {
    this.#registry = registry;
    this.#options = options;
    this.#free = options.inFlight ?? 1;
    this.#batch = Math.max(1, Math.floor(this.#free / 2));
  }

  async all(items: readonly TreeItem[]): Promise<void> {
    try {
      await Promise.all(items.map((item) => this.#once(item)));
    } catch (error) {
      this.#hasFailed = true;
      throw error;
    }
  }

  #once(item: TreeItem): Promise<void> {
    const key = byteKey(item.hash);
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const started = this.#one(item).finally(() => this.#running.delete(key));
    this.#running.set(key, started);
    return started;
  }

  async #one(item: TreeItem): Promise<void> {
    const { store } = this.#options;
    if (await store.has(item.hash)) return;
    const bytes = (await store.get(item.hash)) ?? (await this.#fetch(item.hash));
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > HELD_BYTES_MAX)
      throw new FleetError("cxo/limit", "the Root's objects nest too deep to be held");
    const below = itemsBelow(item, bytes, this.#registry);
    if (below.length > 0) await this.all(below);
    await store.put({ hash: item.hash, bytes });
    this.#heldBytes -= bytes.length;
  }

  async #fetch(hash: Uint8Array): Promise<Uint8Array> {
    await this.#turn();
    try {
      if (this.#hasFailed) throw new FleetError("cxo/stopped", "the filling has failed already");
      this.#options.signal?.throwIfAborted();
      this.#fetched += 1;
      if (this.#fetched > FILL_OBJECTS_MAX)
        throw new FleetError("cxo/limit", `a Root brings more than ${FILL_OBJECTS_MAX} objects`);
      return checkObject(hash, await this.#options.request(hash));
    } finally {
      this.#free += 1;
      if (this.#free >= this.#batch) this.#wake(this.#free);
    }
  }

  // Requests go out many at once, and so do their answers: each by itself would cost both ends a system call.
  // The newest waits least: a tree is walked downwards first, so little of it is held at a time.
  #wake(count: number): void {
    for (let index = 0; index < count; index += 1) this.#waiting.pop()?.();
  }

  async #turn(): Promise<void> {
    while (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#free -= 1;
  }
}

function checkObject(hash: Uint8Array, bytes: Uint8Array): Uint8Array {
  if (bytes.length > OBJECT_READ_MAX)
    throw new FleetError(
      "cxo/limit",
      `an object of ${bytes.length} bytes is over the limit of ${OBJECT_READ_MAX}`,
    );
  if (bytes.length === 0 || !equalBytes(sha256(bytes), hash))
    throw new FleetError(
      "cxo/hash",
      `object ${toHex(hash)} came with other bytes than its hash says`,
    );
  return bytes;
}
