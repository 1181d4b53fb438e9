// Whether `fleet adopt` would take a value over: the edit is made as it would be, and thrown away.
import { fromUtf8, hasCode, utf8 } from "../../core/index.ts";
import type { EditInput, EditedManifest, ManifestEdit } from "../../manifest/index.ts";
import { type LiveField, liveEdits } from "../manifest/live-value.ts";

/** One value of one visor, without a wish to open anything. */
export type FieldToKeep = Omit<LiveField, "open">;

/** Edits of different shape that are tried; what is beyond them goes by what the value itself tells. */
const TRIED_MAX = 64;

/** Answers for many values of one manifest. */
export class Adoptable {
  readonly #bytes: Uint8Array;
  readonly #editManifest: (input: EditInput) => EditedManifest;
  readonly #tried = new Map<string, boolean>();

  constructor(bytes: Uint8Array, editManifest: (input: EditInput) => EditedManifest) {
    this.#bytes = bytes;
    this.#editManifest = editManifest;
  }

  /** True where the manifest can say what the visor shows. Visors of the same roles with the same edit are alike. */
  has(field: FieldToKeep): boolean {
    const edits = unlessRefused(() => liveEdits({ ...field, open: false }));
    if (edits === undefined) return false;
    const { desired, path } = field;
    const shape = JSON.stringify([edits, desired.roles, desired.leaves.get(path)?.origin.place]);
    const known = this.#tried.get(shape);
    if (known !== undefined) return known;
    if (this.#tried.size >= TRIED_MAX) return true;
    // What differs all the same is not cured by a text that stays.
    const text = unlessRefused(() => this.#tryOut(field, edits));
    const fits = text !== undefined && text !== fromUtf8(this.#bytes);
    this.#tried.set(shape, fits);
    return fits;
  }

  #tryOut({ desired }: FieldToKeep, edits: readonly ManifestEdit[]): string {
    let text = fromUtf8(this.#bytes);
    for (const edit of edits) {
      const input = { bytes: utf8(text), file: "fleet.yaml", visors: [desired.key], edit };
      text = this.#editManifest(input).text;
    }
    return text;
  }
}

/** What a step comes to; `undefined` where adopting would be refused. */
function unlessRefused<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    if (hasCode(error, "cli/adopt-field") || hasCode(error, "manifest/edit")) return undefined;
    throw error;
  }
}
