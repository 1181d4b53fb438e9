export { formatManifest } from "./format-manifest.ts";
