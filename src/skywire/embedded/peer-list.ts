// Who is let in by one running visor.
import type { VisorKey } from "../../core/index.ts";

/**
 * Who is let in by one running visor: its own key, the configured lists as far as they are in force, and keys
 * added in memory.
 * Source: peer_whitelist.go; PRs #2940, #4732 and #4733.
 */
export class PeerList {
  readonly #own: VisorKey;
  #configured: ReadonlySet<string>;
  readonly #added = new Set<string>();

  constructor(own: VisorKey, configured: Iterable<string>) {
    this.#own = own;
    this.#configured = new Set(configured);
  }

  has(key: string): boolean {
    return key === this.#own || this.#configured.has(key) || this.#added.has(key);
  }

  /** The configured lists came into force: keys that are on neither are out, those added in memory as well. */
  configure(keys: Iterable<string>): void {
    const next = new Set(keys);
    for (const key of this.#configured) if (!next.has(key)) this.#added.delete(key);
    this.#configured = next;
  }

  /** Lets keys in until the visor restarts. */
  add(keys: Iterable<string>): void {
    for (const key of keys) this.#added.add(key);
  }

  /** Everybody who is let in, own key first. */
  keys(): readonly string[] {
    return [...new Set([this.#own, ...this.#configured, ...this.#added])];
  }
}
