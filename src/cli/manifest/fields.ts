// Words such as `desk/trust.pty`, which name one value on some visors; what the manifest does not own is refused.
import { FleetError, suggest } from "../../core/index.ts";
import type { DesiredFleet, DesiredVisor, FieldAddress } from "../../model/index.ts";
import { isFieldPath } from "../../reconcile/index.ts";

/** Parts a selection of visors from a path; neither holds it. */
const SLASH = "/";

/** A field of visors, as a command line names it: `desk/apps.skychat.running`. */
export interface Field {
  readonly visors: readonly DesiredVisor[];
  readonly path: string;
}

/** True for a word that names a field; names and keys of visors have no slash. */
export function isFieldWord(word: string): boolean {
  return word.includes(SLASH);
}

/** How a field is written, ready to be pasted into a shell. */
export function fieldWord(visor: string, path: string): string {
  return `${visor}${SLASH}${path}`;
}

/**
 * Reads words such as `desk/trust.pty` or `role:exit/apps.skysocks.running`: a name, a key or a selection, then a path
 * as `fleet blame` and plans show it. Only visors whose manifest owns the field are meant.
 * @throws FleetError cli/field (exit 64) for what is no such word, names nobody, or names what nobody owns
 */
export async function fieldsOf(
  words: readonly string[],
  desired: DesiredFleet,
): Promise<readonly Field[]> {
  const { selectVisors } = await import("./manifest-room.ts");
  return words.map((word) => {
    const at = word.indexOf(SLASH);
    const [who, path] = [word.slice(0, at), word.slice(at + 1)];
    if (at < 1 || path === "") {
      throw wrongField(
        `${JSON.stringify(word)} names no field`,
        "write VISOR/PATH, such as desk/apps.skychat.running; `fleet drift` prints them",
      );
    }
    const byKey = desired.visors.filter(
      ({ key, name }) => name === who || key === who.toLowerCase(),
    );
    const { visors, diagnostics } =
      byKey.length > 0 ? { visors: byKey, diagnostics: [] } : selectVisors(who, desired, "FIELD");
    const [fault] = diagnostics;
    if (fault !== undefined) {
      throw wrongField(
        `${word}: ${fault.message}`,
        fault.next ?? "`fleet status` lists the visors",
      );
    }
    const owning = visors.filter(({ leaves: fields }) => fields.has(path));
    if (owning.length > 0) return { visors: owning, path };
    const near = suggest(
      path,
      visors.flatMap(({ leaves: fields }) => [...fields.keys()]),
    );
    const meant = near === undefined ? undefined : `did you mean ${fieldWord(who, near)}?`;
    throw isFieldPath(path)
      ? wrongField(
          `${word}: the manifest says nothing of ${path} there, so it neither drifts nor is it set`,
          meant ?? "`fleet explain visors.NAME` lists what the manifest owns",
        )
      : wrongField(
          `${word}: ${path} is no path of a value`,
          meant ?? "`fleet blame VISOR` lists the paths of a visor",
        );
  });
}

/** Fields as plans are narrowed to them, each once. */
export function addressesOf(fields: readonly Field[]): readonly FieldAddress[] {
  const addresses = new Map<string, FieldAddress>();
  for (const { visors, path } of fields) {
    for (const { key } of visors) addresses.set(`${key} ${path}`, { visor: key, path });
  }
  return [...addresses.values()];
}

function wrongField(message: string, next: string): FleetError {
  return new FleetError("cli/field", message, { next, exit: 64 });
}
