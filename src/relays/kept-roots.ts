// The newest Roots that a relay's store holds, of each feed and sequence.
import { toHex } from "../core/index.ts";
import type { SentRoot } from "../skywire/cxo/index.ts";
import type { KeptRoot } from "./relay-store.ts";

/** The newest Roots of each feed and sequence: the newest that is whole, and a newer one that may not be. */
export class KeptRoots {
  readonly #proven = new Map<string, SentRoot>();
  readonly #unproven = new Map<string, SentRoot>();

  add(sent: SentRoot, isProven: boolean): void {
    const roots = isProven ? this.#proven : this.#unproven;
    const name = `${toHex(sent.feed)} ${sent.nonce}`;
    const known = roots.get(name);
    if (known === undefined || known.seq < sent.seq) roots.set(name, sent);
  }

  newest(): readonly KeptRoot[] {
    const proven = [...this.#proven.values()].map((sent) => ({ sent, isProven: true }));
    const newer = [...this.#unproven].flatMap(([name, sent]) => {
      const known = this.#proven.get(name);
      return known === undefined || known.seq < sent.seq ? [{ sent, isProven: false }] : [];
    });
    return [...proven, ...newer];
  }
}
