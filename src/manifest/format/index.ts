// The door of formatting.
export { formatManifest, type KeptForm, keptForm } from "./format-manifest.ts";
export { bodyKeyOrder, inKeyOrder, type KeyOrder } from "./key-order.ts";
export { type ListOutline, type Outline, outlineOf } from "./outline.ts";
