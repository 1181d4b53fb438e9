// Files that are named in place of a manifest by mistake, told by their keys.
import type { Diagnostic } from "../core/index.ts";
import type { MapTree } from "./source.ts";

/** The code of a file that is another tool's: what else is wrong with it says nothing. */
export const FOREIGN = "manifest/foreign-file";

type Fault = Pick<Diagnostic, "code" | "message" | "next">;

/** How one's own manifest is named where another file lies under the usual name. */
const NAME_OURS =
  "name your own manifest, as in `fleet plan OTHER.yaml`, or set FLEET_MANIFEST=OTHER.yaml for all commands; `fleet init OTHER.yaml` makes one";

/** What files of one kind are called, and the keys at their left edge; any of `some`, all of `all`. */
interface Kind {
  readonly is: string;
  readonly some?: readonly string[];
  readonly all?: readonly string[];
}

/** Other tools' files. The first that fits is named, so what is told by several keys stands first. */
const KINDS: readonly Kind[] = [
  { is: "the configuration of one visor (skywire-config.json)", all: ["sk"] },
  { is: "the configuration of one visor (skywire-config.json)", all: ["dmsg", "launcher"] },
  // Source: the file reference of Rancher Fleet (fleet.yaml, and the kinds of its cattle.io API).
  {
    is: "a file of Rancher Fleet, which deploys to Kubernetes",
    some: [
      "bundles",
      "correctDrift",
      "defaultNamespace",
      "deleteCRDResources",
      "deleteNamespace",
      "dependsOn",
      "diff",
      "helm",
      "imageScans",
      "keepResources",
      "kustomize",
      "namespace",
      "namespaceAnnotations",
      "namespaceLabels",
      "overrideTargets",
      "paths",
      "rolloutStrategy",
      "serviceAccount",
      "targetCustomizations",
      "targetRestrictions",
      "targets",
    ],
  },
  {
    is: "a file of FleetDM, which manages devices through osquery",
    some: [
      "agent_options",
      "controls",
      "org_settings",
      "policies",
      "queries",
      "reports",
      "software",
      "team_settings",
    ],
  },
  { is: "a compose file of containers", some: ["services"] },
  { is: "a playbook or an inventory of Ansible", some: ["hosts", "all"] },
  { is: "a Kubernetes object", all: ["kind", "metadata"] },
];

/** Our own documents, by the word in their format. */
const OURS: Readonly<Record<string, string>> = {
  plan: "a plan, which `fleet apply FILE` and `fleet show FILE` take",
  observation: "an observation, which `fleet plan --from-observation FILE` takes",
  "keyset-change": "a change of operators, which `fleet operator approve FILE` takes",
  "ledger-evidence": "evidence, which `fleet ledger evidence FILE` takes",
};

/** What a file is when it is none of ours; `undefined` when nothing tells. */
export function foreignFile(root: MapTree): Fault | undefined {
  const format = root.entries.get("format")?.value;
  const version = root.entries.get("apiVersion")?.value;
  const text = (tree: typeof format): string => (tree?.kind === "scalar" ? tree.text : "");
  if (root.entries.has("visors") && text(format) === "") return undefined;
  if (text(version) === "v1" && root.entries.has("spec") && !root.entries.has("metadata")) {
    return foreign("a file of FleetDM, which manages devices through osquery");
  }
  return (
    foreignVersion(text(version)) ?? ownDocument(text(format)) ?? byKeys([...root.entries.keys()])
  );
}

/** The same of a text that is no YAML, such as a template of another tool: only its left edge is looked at. */
export function foreignText(text: string): Fault | undefined {
  const keys = [...text.matchAll(/^["']?([\w.-]{1,64})["']?[ ]*:(?=\s)/gm)].map(
    ([, key = ""]) => key,
  );
  const isOurs =
    keys.includes("visors") || keys.includes("fleet") || /fleet\.skywire\/v/.test(text);
  return isOurs ? undefined : byKeys(keys);
}

/** What another tool's `apiVersion` tells. */
export function foreignVersion(written: string): Fault | undefined {
  return /cattle\.io/.test(written)
    ? foreign("a file of Rancher Fleet, which deploys to Kubernetes")
    : undefined;
}

function ownDocument(format: string): Fault | undefined {
  const word = /^fleet\.skywire\/([a-z-]{1,40})\/v[0-9]+$/.exec(format)?.[1];
  if (word === undefined) return undefined;
  return foreign(OURS[word] ?? `a document of fleet's own (${word})`);
}

function byKeys(keys: readonly string[]): Fault | undefined {
  const written = new Set(keys);
  const kind = KINDS.find(
    ({ some, all }) =>
      some?.some((key) => written.has(key)) ?? all?.every((key) => written.has(key)) ?? false,
  );
  return kind === undefined ? undefined : foreign(kind.is);
}

function foreign(is: string): Fault {
  return {
    code: FOREIGN,
    message: `this is no manifest of this program: it looks like ${is}`,
    next: NAME_OURS,
  };
}
