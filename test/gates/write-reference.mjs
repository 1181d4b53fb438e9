// Writes schemas/fleet.schema.json and docs/manifest.md from the built program. Run it after a build.
import { mkdirSync, writeFileSync } from "node:fs";
import { manifestSchema } from "../../dist/manifest/index.js";
import { manifestReference } from "./manifest-reference.mjs";

const root = new URL("../../", import.meta.url);
for (const folder of ["schemas", "docs"]) mkdirSync(new URL(folder, root), { recursive: true });
writeFileSync(
  new URL("schemas/fleet.schema.json", root),
  `${JSON.stringify(manifestSchema, null, 2)}\n`,
);
writeFileSync(new URL("docs/manifest.md", root), manifestReference(manifestSchema));
