// Where the files are that are published with the program, such as its schemas.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the program's package.json, however the code that runs was joined into files. */
const PACKAGE_FOLDER = folderWithPackage(dirname(fileURLToPath(import.meta.url)));

/** The whole path of a file of the package, such as `schemas/plan.schema.json`. */
export function packageFile(path: string): string {
  return join(PACKAGE_FOLDER, path);
}

function folderWithPackage(folder: string): string {
  const parent = dirname(folder);
  if (parent === folder || existsSync(join(folder, "package.json"))) return folder;
  return folderWithPackage(parent);
}
