export { formatManifest } from "./format-manifest.ts";
export { type ListOutline, type Outline, outlineOf } from "./outline.ts";
