import { equalBytes, FleetError, sha256, toHex } from "../../src/core/index.ts";
import {
  checkPublishable,
  type Connection,
  decodeRegistry,
  decodeRoot,
  fetchFrom,
  itemsBelow,
  itemsOf,
  type CxoRegistry,
  type SentRoot,
  type TreeItem,
} from "../../src/skywire/cxo/index.ts";
import type { MemoryObjects } from "./memory-objects.ts";

const OBJECT_SIZE_MAX = 16 * 1024 * 1024;

/** What a filling needs of its relay. */
export interface GoFillingOptions {
  readonly store: MemoryObjects;
  /** Hex keys of the objects that belong to a Root that was full. */
  readonly whole: ReadonlySet<string>;
  /** Which of the objects that wait is asked for next, by their hex keys. */
  readonly choose: (waiting: readonly string[]) => number;
  /** Told of every object that is asked for. Throws where the process dies of it. */
  readonly asking: (key: string) => void;
  /** Whether the process dies when a registry comes at last that a lost connection was asked for. */
  readonly diesOfLateRegistry: () => boolean;
  /** Whether the process dies of a connection that is lost before the registry came. */
  readonly diesOfLostRegistry: () => boolean;
}

/** How a filling ends: everything is there as far as it looked; nobody is left to ask; the process dies. */
export type GoFillingEnd = "full" | "broken" | { readonly dies: string };

interface Waiting {
  readonly hash: Uint8Array;
  readonly got: (bytes: Uint8Array) => void;
}

/**
 * Fills one Root as the recorded node does. One object is asked for at a time: the registry, what the Root points
 * to, the top of a list, its nodes one after the other, and then what is below them. What came stays when the
 * filling breaks. The next filling skips a node of a list that it has, with all below it, and any other object that
 * belongs to a Root that was full. Without a connection a filling breaks; only while it waits for its
 * registry it goes on waiting, for ever, and blocks its head.
 */
export class GoFilling {
  readonly sent: SentRoot;
  /** Keys of the objects that were looked at. */
  readonly seen = new Set<string>();
  readonly #options: GoFillingOptions;
  readonly #connections = new Set<Connection>();
  readonly #waiting: Waiting[] = [];
  readonly #fresh = new Set<string>();
  #isAsking = false;
  #lacksRegistry = true;
  #wasLeft = false;
  #over: (end: GoFillingEnd) => void = () => undefined;

  constructor(sent: SentRoot, options: GoFillingOptions) {
    this.sent = sent;
    this.#options = options;
  }

  /** True while it waits for a registry that nobody is left to give. */
  get isStuck(): boolean {
    return this.#lacksRegistry && this.#connections.size === 0;
  }

  /** Another connection brought the Root too: it is asked from now on. */
  join(connection: Connection): void {
    this.#connections.add(connection);
    this.#askNext();
  }

  /** Fills the Root; a filling that waits for ever never settles. */
  run(connection: Connection): Promise<GoFillingEnd> {
    this.#connections.add(connection);
    return new Promise((resolve) => {
      this.#over = resolve;
      this.#fill().then(resolve, (error: unknown) => resolve({ dies: String(error) }));
    });
  }

  async #fill(): Promise<GoFillingEnd> {
    const root = decodeRoot(this.sent.value);
    const registry = await this.#registry(root.reg);
    const tops = itemsOf(root.refs, registry);
    if (this.#wasLeft) {
      // Its failure is only heard now; whether it still asks for one thing before that is chance.
      if (!this.#options.diesOfLateRegistry()) return "broken";
      await Promise.all(tops.map((item) => this.#object(item)));
      throw new Error("nil list after a failed filling");
    }
    await Promise.all(tops.map((item) => this.#visit(item, registry)));
    return "full";
  }

  async #registry(hash: Uint8Array): Promise<CxoRegistry> {
    const bytes = (await this.#options.store.get(hash)) ?? (await this.#ask(hash));
    this.#lacksRegistry = false;
    const registry = decodeRegistry(bytes);
    checkPublishable(registry);
    return registry;
  }

  async #visit(item: TreeItem, registry: CxoRegistry): Promise<void> {
    const bytes = await this.#object(item);
    if (bytes !== undefined) await this.#below(item, bytes, registry);
  }

  async #below(item: TreeItem, bytes: Uint8Array, registry: CxoRegistry): Promise<void> {
    const items = itemsBelow(item, bytes, registry);
    if (items[0]?.kind !== "list-node") {
      await Promise.all(items.map((each) => this.#visit(each, registry)));
      return;
    }
    const come: { readonly node: TreeItem; readonly bytes: Uint8Array }[] = [];
    for (const node of items) {
      const nodeBytes = await this.#object(node);
      if (nodeBytes !== undefined) come.push({ node, bytes: nodeBytes });
    }
    await Promise.all(come.map((each) => this.#below(each.node, each.bytes, registry)));
  }

  /** The bytes of an object that has to be looked into, `undefined` for one that is skipped. */
  async #object(item: TreeItem): Promise<Uint8Array | undefined> {
    const key = toHex(item.hash);
    if (this.#fresh.has(key)) throw new Error("Finc to negative");
    this.seen.add(key);
    const stored = this.#options.store.byHash.get(key);
    if (stored === undefined) {
      this.#fresh.add(key);
      return this.#ask(item.hash);
    }
    return item.kind !== "value" || this.#options.whole.has(key) ? undefined : stored;
  }

  #ask(hash: Uint8Array): Promise<Uint8Array> {
    return new Promise((got) => {
      this.#waiting.push({ hash, got });
      // What else becomes known at this moment waits with it.
      setImmediate(() => this.#askNext());
    });
  }

  #askNext(): void {
    if (this.#isAsking || this.#waiting.length === 0) return;
    const [connection] = this.#connections;
    if (connection === undefined) return this.#left();
    const at = this.#options.choose(this.#waiting.map(({ hash }) => toHex(hash)));
    const [next] = this.#waiting.splice(at, 1);
    if (next === undefined) throw new Error("one of those that wait is chosen");
    this.#isAsking = true;
    this.#request(connection, next).catch((error: unknown) => this.#over({ dies: String(error) }));
  }

  async #request(connection: Connection, next: Waiting): Promise<void> {
    this.#options.asking(toHex(next.hash));
    const bytes = await fetchFrom(connection, next.hash).catch(() => undefined);
    this.#isAsking = false;
    if (bytes === undefined || !equalBytes(sha256(bytes), next.hash)) {
      this.#connections.delete(connection);
      connection.close(new FleetError("cxo/answer", "invalid response"));
      this.#waiting.unshift(next);
    } else {
      if (bytes.length > OBJECT_SIZE_MAX) throw new Error("object is too large");
      this.#options.store.add(bytes);
      next.got(bytes);
    }
    setImmediate(() => this.#askNext());
  }

  #left(): void {
    if (!this.#lacksRegistry) return this.#over("broken");
    if (this.#options.diesOfLostRegistry()) return this.#over({ dies: "left without a registry" });
    this.#wasLeft = true;
  }
}
