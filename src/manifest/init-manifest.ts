import type { OperatorKey, SealKey, VisorKey } from "../core/index.ts";
import type { FeedKey, RpcRoute } from "../model/index.ts";
import { API_VERSION } from "./schema.ts";
import { NAME_PATTERN } from "./schema-parts.ts";
import { commentLines, commentText, yamlList, yamlText } from "./yaml-text.ts";

/** Why a visor could not be read, and what to do in that situation. Both are sentences without a trailing period. */
export interface Unread {
  readonly why: string;
  readonly next: string;
  /** The line to try, where `next` speaks of another RPC port. */
  readonly rpc?: RpcRoute;
}

/** What the first manifest of a fleet is made of. */
export interface FirstManifest {
  readonly fleet: string;
  /** Operators with keys on this machine; without one the lines stand there as a comment. */
  readonly operators?: readonly {
    readonly name: string;
    readonly key: OperatorKey;
    readonly seal?: SealKey;
    readonly feed?: FeedKey;
  }[];
  readonly controllers: readonly VisorKey[];
  readonly visors: readonly {
    readonly name: string;
    readonly key: VisorKey;
    /** Why the visor could not be read and what helps; absent when it was read. */
    readonly unread?: Unread;
  }[];
  /** Path or address of the schema for editors. */
  readonly schemaPath?: string;
}

const NAME_SIZE_MAX = 63;
const NAME = new RegExp(NAME_PATTERN);

/**
 * Formats the first manifest: names and keys and no owned section, so that its plan is empty on a
 * fleet as it is. Names that a manifest cannot have are changed until they fit.
 */
export function initManifest(first: FirstManifest): string {
  const taken = new Set(["all", "anyone", "closed"]);
  const named = new Map<VisorKey, string>();
  const visors = first.visors.map((visor) => {
    const name = freeName(visor.name, taken);
    named.set(visor.key, name);
    return { ...visor, name };
  });
  const controllers = first.controllers.map((key) => named.get(key) ?? key);
  return [
    `# yaml-language-server: $schema=${commentText(first.schemaPath ?? "./schemas/fleet.schema.json")}`,
    `apiVersion: ${API_VERSION}`,
    `fleet: ${freeName(first.fleet, new Set())}`,
    "",
    ...operatorLines(first),
    "",
    "# Visors we come through. Each of them always keeps its way into every visor.",
    ...(controllers.length === 0
      ? ["# controllers: [NAME]"]
      : [`controllers: ${yamlList(controllers)}`]),
    "",
    "# Nothing is owned yet: what is not named here is never touched. To see sections that could be",
    "# added to a visor, run: fleet show --live NAME --yaml",
    "# Who manages a visor stands in two lists, and a key in either has full control: own both, as in",
    `# trust: { hypervisors: [${controllers.join(", ")}], pty: [${controllers.join(", ")}] }`,
    ...(visors.length === 0 ? ["# No visor was found. Each is a name and its public key:"] : []),
    visors.length === 0 ? "# visors: { NAME: { key: … } }" : "visors:",
    ...visors.flatMap(visorLines),
    "",
  ].join("\n");
}

/** The operators of a first manifest, or how to get one. */
export function operatorLines(first: Pick<FirstManifest, "operators">): readonly string[] {
  const about = "# People and robots who sign.";
  const operators = first.operators ?? [];
  if (operators.length === 0) {
    return [
      about,
      "# This machine has no key yet: run fleet keygen, which prints the line to put here.",
      "# operators:",
      '#   NAME: { key: "ed25519:…", seal: "x25519:…", may: [plan, apply] }',
    ];
  }
  const taken = new Set<string>();
  return [
    about,
    "operators:",
    ...operators.map(({ name, key, seal, feed }) => {
      const sealed = seal === undefined ? "" : `, seal: ${yamlText(seal)}`;
      const fed = feed === undefined ? "" : `, feed: ${yamlText(feed)}`;
      return `  ${freeName(name, taken)}: { key: ${yamlText(key)}${sealed}${fed}, may: [plan, apply] }`;
    }),
  ];
}

/** The comment below a visor that could not be read. */
export function unreadLines({ why, next, rpc }: Unread): readonly string[] {
  return [
    ...commentLines(`Not read: ${why}`, "    "),
    ...commentLines(`Next: ${next}`, "    "),
    ...(rpc === undefined ? [] : [`    # rpc: { scheme: ${rpc.scheme}, port: ${rpc.port} }`]),
  ];
}

function visorLines(visor: FirstManifest["visors"][number]): readonly string[] {
  const lines = [`  ${visor.name}:`, `    key: "${visor.key}"`];
  if (visor.unread === undefined) return lines;
  return [...lines, ...unreadLines(visor.unread)];
}

/** A name near the wanted one that a manifest can have and that is not taken; it is taken then. */
export function freeName(wanted: string, taken: Set<string>): string {
  const cleaned = wanted
    .replace(/[^A-Za-z0-9_-]+/g, "-")
    .replace(/^[^A-Za-z]+/, "")
    .replace(/-+$/, "")
    .slice(0, NAME_SIZE_MAX - 6);
  const base = NAME.test(cleaned) ? cleaned : "visor";
  let name = base;
  for (let count = 2; taken.has(name); count += 1) name = `${base}-${count}`;
  taken.add(name);
  return name;
}
