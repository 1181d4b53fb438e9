// What `init` and `adopt` write alike: operators, visors that could not be read, and names that a manifest can have.
import type { OperatorKey, SealKey } from "../core/index.ts";
import type { FeedKey, RpcRoute } from "../model/index.ts";
import { NAME_PATTERN } from "./schema-parts.ts";
import { commentLines, yamlText } from "./yaml-text.ts";

/** Why a visor could not be read, and what to do in that situation. Both are sentences without a trailing period. */
export interface Unread {
  readonly why: string;
  readonly next: string;
  /** The line to try, where `next` speaks of another RPC port. */
  readonly rpc?: RpcRoute;
}

/** An operator with a key on this machine, as the first manifest of a fleet names it. */
export interface FirstOperator {
  readonly name: string;
  readonly key: OperatorKey;
  readonly seal?: SealKey;
  readonly feed?: FeedKey;
}

const NAME_SIZE_MAX = 63;
const NAME = new RegExp(NAME_PATTERN);

/** The operators of a first manifest, or how to get one. */
export function operatorLines(operators: readonly FirstOperator[]): readonly string[] {
  const about = "# People and robots who sign.";
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
