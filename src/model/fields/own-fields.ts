// What a visor has once, but settings, apps and ports: who is trusted, who sees the survey, where rewards go; and who has a way in.
import type { DesiredField, DesiredVisor } from "../desired.ts";
import type { FieldRow } from "./field-row.ts";

// Who has a way into a visor by what a manifest says of its trust lists.

/** The fields whose members have a way into a visor. */
export const TRUST_PATHS = ["trust.hypervisors", "trust.pty"] as const;

/** One of {@link TRUST_PATHS}. */
export type TrustPath = (typeof TRUST_PATHS)[number];

/** The fields whose members reach into a visor: besides {@link TRUST_PATHS} who may copy files to it and from it. */
export const ACCESS_PATHS = ["trust.hypervisors", "trust.pty", "trust.dmsgscp"] as const;

/** One of {@link ACCESS_PATHS}. */
export type AccessPath = (typeof ACCESS_PATHS)[number];

/** True for every field of the `trust` section: who may manage a visor, copy files, or run commands by its RPC. */
export function isTrustField(path: string): boolean {
  return path.startsWith("trust.");
}

/** True when a list of a manifest says that a key must not be in it: an exact list of others, or one that removes it. */
export function takesOut(field: DesiredField | undefined, key: string): boolean {
  if (field?.kind !== "set") return false;
  const has = (elements: readonly { readonly value: string }[]): boolean =>
    elements.some(({ value }) => value === key);
  return field.exact ? field.anyone !== true && !has(field.members) : has(field.removed);
}

/** True when a manifest wants a key in any trust list of a visor. */
export function letsIn({ leaves: fields }: Pick<DesiredVisor, "leaves">, key: string): boolean {
  return TRUST_PATHS.some((path) => {
    const field = fields.get(path);
    return field?.kind === "set" && field.members.some(({ value }) => value === key);
  });
}

// What a visor has once, but settings, apps and ports: who is trusted, who sees the survey, where rewards go.

/** Something that every visor has once. */
export interface OwnFieldRow extends FieldRow {
  readonly type: "keys" | "flag" | "text";
  /** The member that shows it, of what was seen of a visor and of its configuration as it is read. */
  readonly seen: string;
  /** Where it stands in the configuration, as `SetConfigFields` names it. */
  readonly config: string;
  /** The setters of releases without `SetConfigFields`: for adding or setting, and for taking away. */
  readonly setters: readonly string[];
  /** Keys in the list come into the visor: lock-out goes by these. */
  readonly isWayIn?: true;
  /** Copied into /etc/skywire.conf by visors that manage one. */
  readonly mirrored: boolean;
  /** Said where a release does not show it, a clause. */
  readonly unseen: string;
}

/** By the path that a manifest and a plan write. Source: skywire-rpc 4.3 to 4.5. */
export const OWN_FIELDS = {
  "trust.hypervisors": {
    type: "keys",
    risk: "trust",
    seen: "hypervisors",
    config: "hypervisors",
    setters: ["AddHypervisor", "RemoveHypervisor"],
    isWayIn: true,
    mirrored: true,
    unseen: "this release does not show its configured trust",
    about: "The hypervisors the visor connects to. Each of them has full control.",
  },
  "trust.pty": {
    type: "keys",
    risk: "trust",
    seen: "pty",
    config: "pty.whitelist",
    setters: [],
    isWayIn: true,
    mirrored: true,
    unseen: "this release does not show its configured trust",
    about: "Keys that may open a terminal and call the RPC. Each of them has full control.",
  },
  "trust.dmsgscp": {
    type: "keys",
    risk: "trust",
    seen: "dmsgscp",
    config: "dmsgscp.whitelist",
    setters: [],
    mirrored: false,
    unseen: "this release does not show its configured trust",
    about:
      "Keys that may copy files to and from the visor. In force: after a restart. No way in by itself.",
  },
  "trust.allow_rpc_exec": {
    type: "flag",
    risk: "trust",
    seen: "allowRpcExec",
    config: "pty.allow_rpc_exec",
    setters: [],
    mirrored: false,
    unseen: "this release does not show whether commands may be run by RPC",
    about:
      "Whether clients of the visor's own RPC may run commands on it. In force: after a restart. `true` turns trust in that RPC into running code.",
  },
  survey: {
    type: "keys",
    risk: "reachability",
    seen: "survey",
    config: "survey_whitelist",
    setters: [],
    mirrored: false,
    unseen: "this release does not show its survey whitelist",
    about: "Keys that may read the survey.",
  },
  reward_address: {
    type: "text",
    risk: "app",
    seen: "rewardAddress",
    config: "reward_address",
    setters: ["SetRewardAddress", "DeleteRewardAddress"],
    mirrored: true,
    unseen: "this release does not show its reward address",
    about: "The address rewards are paid to.",
  },
} as const;

type Rows = typeof OWN_FIELDS;

/** The path of something that a visor has once. */
export type OwnPath = keyof Rows;

const BY_PATH: Readonly<Record<string, OwnFieldRow>> = OWN_FIELDS;

/** True for a path of the table. */
export function isOwnPath(path: string): path is OwnPath {
  return Object.hasOwn(BY_PATH, path);
}

/** The row of a path. */
export function ownFieldRow(path: OwnPath): OwnFieldRow {
  return OWN_FIELDS[path];
}

/** The paths of lists of keys, in the table's order. */
export const OWN_LISTS: readonly OwnListPath[] = (Object.keys(OWN_FIELDS) as OwnPath[]).filter(
  (path): path is OwnListPath => OWN_FIELDS[path].type === "keys",
);

/** The path of a list of keys. */
export type OwnListPath = {
  [Path in OwnPath]: Rows[Path]["type"] extends "keys" ? Path : never;
}[OwnPath];

interface Values {
  readonly keys: readonly string[];
  readonly flag: boolean;
  readonly text: string;
}

/** What a visor shows of the table, by the row's member; absent where its release, or the visor, shows none. */
export type ObservedOwn = {
  readonly [Path in OwnPath as Rows[Path]["seen"]]?: Values[Rows[Path]["type"]];
};
