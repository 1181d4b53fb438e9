// What one command line can want of a manifest.
import { defined, type Json } from "../../core/index.ts";
import { yamlText } from "../yaml-text.ts";
import { type FieldTree, treeOf } from "./fields-text.ts";
import { wordText } from "./list-words.ts";

/** What one command line wants of the visors that it selects. */
export type ManifestEdit =
  /** Fields of apps, as they are written in a manifest. */
  | {
      readonly kind: "app";
      readonly apps: readonly string[];
      readonly fields: Readonly<Record<string, Json>>;
    }
  /** A key in a list; `list` is a field path such as `trust.pty` or `apps.skysocks.whitelist`. */
  | {
      readonly kind: "member";
      readonly action: "add" | "remove";
      readonly list: string;
      /** The name of a visor or of an entry of `keys`, or a visor key. */
      readonly member: string;
    }
  /** Fields of a served port; without `whitelist` the port must be served already. */
  | {
      readonly kind: "port";
      readonly port: number;
      readonly fields: Readonly<Record<string, Json>>;
    }
  | { readonly kind: "close-port"; readonly port: number }
  /** A value of the visor's configuration, by its path. */
  | { readonly kind: "setting"; readonly setting: string; readonly value: Json }
  | { readonly kind: "reward-address"; readonly address: string }
  /** Whether those in `trust.pty` may run programs from afar. */
  | { readonly kind: "rpc-exec"; readonly allowed: boolean }
  /** A field that is left alone until a time, as `until:` is written; without one it no longer is. */
  | {
      readonly kind: "ignore";
      readonly path: string;
      readonly until?: string;
      readonly because?: string;
    }
  | { readonly kind: "tag"; readonly action: "add" | "remove"; readonly name: string }
  | { readonly kind: "role"; readonly action: "add" | "remove"; readonly name: string };

/** The edits that say something of values on visors, which a role may say as well. */
export type OwnedFieldEdit = Exclude<ManifestEdit, { readonly kind: "tag" | "role" | "ignore" }>;

/** The edits that give values as a body of a manifest has them. */
export type ValueEdit = Exclude<OwnedFieldEdit, { readonly kind: "member" }>;

/** True for an edit that a role may carry for its visors. */
export function isOwnedFieldEdit(edit: ManifestEdit): edit is OwnedFieldEdit {
  return edit.kind !== "tag" && edit.kind !== "role" && edit.kind !== "ignore";
}

/** What an edit writes into the body of a role or a visor. */
export function treeOfEdit(edit: ValueEdit): FieldTree {
  switch (edit.kind) {
    case "app": {
      const fields = fieldTree(edit.fields);
      return new Map([["apps", new Map(edit.apps.map((app) => [app, fields]))]]);
    }
    case "port":
      return treeOf(["ports", String(edit.port)], fieldTree(edit.fields));
    case "close-port":
      return treeOf(["ports", String(edit.port)], "closed");
    case "setting":
      return treeOf(["settings", edit.setting], flowText(edit.value));
    case "reward-address":
      return treeOf(["reward_address"], flowText(edit.address));
    case "rpc-exec":
      return treeOf(["trust", "allow_rpc_exec"], flowText(edit.allowed));
  }
}

/** What is written below the path of an ignored field. */
export function ignoreFields(until: string, because: string | undefined): FieldTree {
  return fieldTree({ until, ...defined({ because }) });
}

function fieldTree(fields: Readonly<Record<string, Json>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(fields).map(([name, value]) => [name, flowText(value)]));
}

/** A value as YAML on one line. */
function flowText(value: Json | undefined): string {
  if (typeof value === "string") return wordText(value);
  if (Array.isArray(value)) return `[${value.map(flowText).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const entries = Object.entries(value).map(
    ([key, inner]) => `${yamlText(key)}: ${flowText(inner)}`,
  );
  return `{ ${entries.join(", ")} }`;
}
