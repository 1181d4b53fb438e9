export { suggest } from "./did-you-mean.ts";
export { explain, type ExplainedElement, type ExplainedLeaf, type Explanation } from "./explain.ts";
export { type FirstManifest, initManifest } from "./init-manifest.ts";
export { loadManifest } from "./load-manifest.ts";
export { type Manifest, type ParsedManifest } from "./manifest.ts";
export { parseManifest } from "./parse-manifest.ts";
export { type ResolvedManifest, resolveManifest } from "./resolve-manifest.ts";
export { API_VERSION, manifestSchema } from "./schema.ts";
export {
  checkSecretFiles,
  fillSecrets,
  resolveSecrets,
  type SecretPorts,
  secretRefsOf,
  type SecretUse,
} from "./secrets.ts";
export { formatSectionsYaml } from "./sections-yaml.ts";
export { selectVisors } from "./select-visors.ts";
export { MANIFEST_BYTES_MAX } from "./source.ts";
