// What a file is: a manifest of this release, of another one, or something else.
import { type Diagnostic, suggest } from "../core/index.ts";
import { foreignFile, foreignText, foreignVersion } from "./foreign-files.ts";
import { API_VERSION } from "./schema.ts";
import { type MapTree, placeAt, type Source } from "./source.ts";
import { THIS_RELEASE } from "./unknown-key.ts";

const VERSION_FORM = /^fleet\.skywire\/v([0-9]+)$/;

/** Says what a file is before anything in it is judged: the format must be one this release reads. */
export function identify(root: MapTree, source: Source): Diagnostic | undefined {
  const entry = root.entries.get("apiVersion");
  if (entry?.value.kind === "scalar") {
    const written = entry.value.text;
    if (written === API_VERSION) return undefined;
    const at = placeAt(source, entry.value.offset);
    return { ...versionFault(written, root), severity: "error", at, text: written.slice(0, 80) };
  }
  const at = placeAt(source, entry?.offset ?? root.offset);
  const foreign = foreignFile(root);
  if (foreign !== undefined) return { ...foreign, severity: "error", at };
  return {
    code: "manifest/api-version",
    severity: "error",
    message: "the line that says which format this file has is missing",
    at,
    next: `begin the file with apiVersion: ${API_VERSION}`,
  };
}

/** The same of a text that could not be read as YAML, as far as its left edge tells. */
export function identifyText(source: Source): Diagnostic | undefined {
  const foreign = foreignText(source.text);
  if (foreign === undefined) return undefined;
  return { ...foreign, severity: "error", at: { file: source.file, line: 1, column: 1 } };
}

type Fault = Pick<Diagnostic, "code" | "message" | "next">;

function versionFault(written: string, root: MapTree): Fault {
  const version = VERSION_FORM.exec(written)?.[1];
  if (version !== undefined && Number(version) > 1) {
    return {
      code: "manifest/newer-version",
      message: `${written} is newer than ${THIS_RELEASE}, which reads ${API_VERSION}`,
      next: `use a release of fleet that reads ${written}`,
    };
  }
  return (
    foreignVersion(written) ??
    foreignFile(root) ?? {
      code: "manifest/api-version",
      message: `this is no format that ${THIS_RELEASE} reads`,
      next:
        suggest(written, [API_VERSION]) === undefined
          ? `a manifest of this program begins with apiVersion: ${API_VERSION}`
          : `did you mean ${JSON.stringify(API_VERSION)}?`,
    }
  );
}
