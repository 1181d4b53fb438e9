// Where keys had trust: the visors by key, and what is said of the first.
import type { VisorKey } from "../../core/index.ts";
import type { DesiredFleet, TrustPath } from "../../model/index.ts";

/** Visors by the key that had a way into them, with what is said of the first. */
export class TrustedPlaces {
  readonly #names: ReadonlyMap<VisorKey, string>;
  readonly #found = new Map<string, { readonly why: string; readonly held: Set<VisorKey> }>();

  constructor({ visors }: Pick<DesiredFleet, "visors">) {
    this.#names = new Map(visors.map(({ key, name }) => [key, name]));
  }

  put(
    {
      key,
      visor,
      path,
    }: { readonly key: string; readonly visor: VisorKey; readonly path: TrustPath },
    says: (where: string) => string,
  ): void {
    const known = this.#found.get(key);
    if (known !== undefined) known.held.add(visor);
    else {
      const why = says(`${path} of ${this.#names.get(visor) ?? visor}`);
      this.#found.set(key, { why, held: new Set([visor]) });
    }
  }

  get all(): readonly (readonly [
    string,
    { readonly why: string; readonly held: ReadonlySet<VisorKey> },
  ])[] {
    return [...this.#found];
  }
}
