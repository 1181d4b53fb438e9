// The roles that exactly the meant visors have, in the order in which one would be chosen.
import type { VisorKey } from "../../core/index.ts";
import type { ExistingManifest } from "../existing-manifest.ts";
import type { WrittenRole } from "../manifest.ts";
import type { OwnedFieldEdit } from "./manifest-edit.ts";

/**
 * The roles that exactly these visors have, those that speak of the same thing first: a reader looks for a value
 * where its neighbours stand.
 */
export function fittingRoles(
  { manifest, desired }: ExistingManifest,
  visors: ReadonlySet<VisorKey>,
  edit: OwnedFieldEdit,
): readonly string[] {
  const fitting = [...manifest.roles.values()].filter(({ name }) => {
    const having = desired.visors.filter(({ roles }) => roles.includes(name));
    return having.length === visors.size && having.every(({ key }) => visors.has(key));
  });
  return fitting
    .map((role) => ({ name: role.name, near: nearness(role, edit) }))
    .toSorted((a, b) => b.near - a.near)
    .map(({ name }) => name);
}

/** 2 for a role that says this very thing, 1 for one that says something of the same app, port or section. */
function nearness({ body }: WrittenRole, edit: OwnedFieldEdit): 0 | 1 | 2 {
  const says = (prefix: string): boolean =>
    [...body.written.keys()].some((path) => path === prefix || path.startsWith(`${prefix}.`));
  switch (edit.kind) {
    case "app": {
      const fields = Object.keys(edit.fields);
      if (edit.apps.some((app) => fields.some((field) => says(`apps.${app}.${field}`)))) return 2;
      return edit.apps.some((app) => body.apps.has(app)) ? 1 : 0;
    }
    case "member":
      if (says(edit.list)) return 2;
      return says(edit.list.slice(0, Math.max(0, edit.list.lastIndexOf(".")))) ? 1 : 0;
    case "port":
    case "close-port":
      if (body.ports.has(String(edit.port))) return 2;
      return body.ports.size > 0 ? 1 : 0;
    case "setting":
      if (says(`settings.${edit.setting}`)) return 2;
      return says("settings") ? 1 : 0;
    case "reward-address":
      return says("reward_address") ? 2 : 0;
    case "rpc-exec":
      if (says("trust.allow_rpc_exec")) return 2;
      return says("trust") ? 1 : 0;
  }
}
