// Keys that a ledger once trusted, where they had trust, and those that receipts took out of trust lists.
import type { VisorKey } from "../../core/index.ts";
import type { KeysetPayload, KnownFields } from "../../ledger/index.ts";
import { type DesiredFleet, TRUST_PATHS, type TrustPath } from "../../model/index.ts";

/** What a ledger tells of keys that had trust at some time. */
export interface OnceTrusted {
  /** Every controller of every keyset that was in force, sorted. */
  readonly controllers: readonly VisorKey[];
  /** Every operator of those keysets: the name, and the keys it was known by. */
  readonly operators: readonly { readonly name: string; readonly keys: readonly string[] }[];
  /** Elements that a receipt took out of a trust list of a visor, and that none put back. */
  readonly takenOut: readonly TrustReceipt[];
  /** Elements that a receipt put into one, and that none took out. */
  readonly putIn: readonly TrustReceipt[];
}

/** One element of a trust list, and the receipt that wrote it last. */
interface TrustReceipt {
  readonly visor: VisorKey;
  readonly path: TrustPath;
  readonly key: string;
  /** The entry of the receipt. */
  readonly entry: number;
}

/** What is gathered of keysets, as it is kept. */
export interface OnceTrustedState {
  readonly controllers: Set<VisorKey>;
  readonly operators: Map<string, Set<string>>;
}

/** Gathers who had trust from the keysets that were accepted. */
export class OnceTrustedFold {
  readonly #controllers: Set<VisorKey>;
  readonly #operators: Map<string, Set<string>>;

  /** @param state what {@link state} gave, to go on from there */
  constructor(state: OnceTrustedState = { controllers: new Set(), operators: new Map() }) {
    this.#controllers = state.controllers;
    this.#operators = state.operators;
  }

  /** All that it holds, shared with it. */
  state(): OnceTrustedState {
    return { controllers: this.#controllers, operators: this.#operators };
  }

  /** Takes the next accepted keyset. */
  next({ controllers, operators }: Pick<KeysetPayload, "controllers" | "operators">): void {
    for (const key of controllers) this.#controllers.add(key);
    for (const [name, { key, feed }] of Object.entries(operators)) {
      const keys = this.#operators.get(name) ?? new Set();
      this.#operators.set(name, keys.add(key));
      if (feed !== undefined) keys.add(feed);
    }
  }

  /** What was taken so far, and what receipts did to trust lists last. */
  result(fields: Pick<KnownFields, "visors" | "writtenOf">): OnceTrusted {
    const takenOut: TrustReceipt[] = [];
    const putIn: TrustReceipt[] = [];
    for (const visor of fields.visors()) {
      for (const { path, element, value, at } of fields.writtenOf(visor)) {
        const list = TRUST_PATHS.find((each) => each === path);
        if (list === undefined || element === undefined) continue;
        const receipt = { visor, path: list, key: element, entry: at.index };
        (value === true ? putIn : takenOut).push(receipt);
      }
    }
    return {
      controllers: [...this.#controllers].sort(),
      operators: [...this.#operators].map(([name, keys]) => ({ name, keys: [...keys] })),
      takenOut,
      putIn,
    };
  }
}

// Where keys had trust: the visors by key, and what is said of the first.

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
