import type { Diagnostic } from "../core/index.ts";
import { suggest } from "./did-you-mean.ts";
import { API_VERSION } from "./schema.ts";
import { placeAt, type Source } from "./source.ts";
import type { MapTree } from "./tree.ts";
import { THIS_RELEASE } from "./unknown-key.ts";

const RANCHER_KEYS = [
  "bundles",
  "defaultNamespace",
  "dependsOn",
  "diff",
  "helm",
  "kustomize",
  "namespace",
  "overrideTargets",
  "paths",
  "targetCustomizations",
  "targets",
];
const FLEETDM_KEYS = [
  "agent_options",
  "controls",
  "org_settings",
  "policies",
  "queries",
  "reports",
  "software",
  "team_settings",
];
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
  if (/cattle\.io/.test(written)) return RANCHER;
  return (
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

const RANCHER: Fault = {
  code: "manifest/foreign-file",
  message: "this looks like a file of Rancher Fleet, which deploys to Kubernetes",
  next: "name the manifest of your visors, or make one with fleet init",
};

const FLEETDM: Fault = {
  code: "manifest/foreign-file",
  message: "this looks like a file of FleetDM, which manages devices through osquery",
  next: "name the manifest of your visors, or make one with fleet init",
};

function foreignFile(root: MapTree): Fault | undefined {
  if (root.entries.has("visors")) return undefined;
  const version = root.entries.get("apiVersion")?.value;
  const isFleetDm = version?.kind === "scalar" && version.text === "v1" && root.entries.has("spec");
  if (isFleetDm || FLEETDM_KEYS.some((key) => root.entries.has(key))) return FLEETDM;
  return RANCHER_KEYS.some((key) => root.entries.has(key)) ? RANCHER : undefined;
}
