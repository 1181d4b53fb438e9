import type { Diagnostic, Json, Place, VisorKey } from "../core/index.ts";
import type {
  DesiredElement,
  DesiredFleet,
  DesiredLeaf,
  DesiredVisor,
  Origin,
} from "../model/index.ts";
import { suggestion } from "./did-you-mean.ts";

/** Where the values at a path come from. Plain data, so that it can be printed as JSON. */
export interface Explanation {
  readonly visor: string;
  readonly key: VisorKey;
  readonly place: Place;
  /** All roles in the order in which they are joined. */
  readonly roles: readonly string[];
  readonly path: string;
  /** False when the manifest says nothing there: then the value on the visor is left alone. */
  readonly owned: boolean;
  readonly leaves: readonly ExplainedLeaf[];
}

/** One owned leaf, explained. */
export type ExplainedLeaf =
  | {
      readonly kind: "value";
      readonly path: string;
      /** Secrets stand in it as `{ secret: reference }`. */
      readonly value: Json;
      readonly origin: Origin;
    }
  | {
      readonly kind: "set";
      readonly path: string;
      readonly exact: boolean;
      readonly anyone?: true;
      readonly members: readonly ExplainedElement[];
      readonly removed: readonly ExplainedElement[];
      readonly origin: Origin;
    };

/** One member of a list, explained. */
export interface ExplainedElement {
  readonly value: string;
  /** The key's name in the manifest, when it has one. */
  readonly name?: string;
  readonly origin: Origin;
}

const PATH_FORM = "visors.NAME, or a section below it such as visors.NAME.apps.skysocks";

/**
 * Explains the values at `visors.NAME` or below: what they are, which line and role they come from,
 * and what they won over. NAME may be the visor's key.
 */
export function explain(
  desired: DesiredFleet,
  path: string,
): { readonly explanation?: Explanation; readonly diagnostics: readonly Diagnostic[] } {
  const [, name, rest = ""] = /^visors\.([^.]+)(?:\.([^]*))?$/.exec(path) ?? [];
  if (name === undefined) {
    return refuse(path, "this is no path to a visor's values", `write ${PATH_FORM}`);
  }
  const visor = desired.visors.find((one) => one.name === name || one.key === name.toLowerCase());
  if (visor === undefined) {
    const names = desired.visors.map((one) => one.name);
    return refuse(
      path,
      `no visor is named ${JSON.stringify(name)}`,
      suggestion(name, names, "fleet status lists the visors"),
    );
  }
  const leaves = leavesBelow(visor, rest);
  if (
    leaves.length === 0 &&
    rest !== "" &&
    !/^(trust|apps|ports|settings|survey|reward_address)($|\.)/.test(rest)
  ) {
    return refuse(
      path,
      `a visor owns nothing that is called ${JSON.stringify(rest)}`,
      `sections are trust, apps, ports, settings, survey and reward_address`,
    );
  }
  const explanation: Explanation = {
    visor: visor.name,
    key: visor.key,
    place: visor.place,
    roles: visor.roles,
    path,
    owned: leaves.length > 0,
    leaves: leaves.map((leaf) => explainLeaf(leaf, desired.keyNames)),
  };
  return { explanation, diagnostics: [] };
}

function leavesBelow(visor: DesiredVisor, rest: string): readonly DesiredLeaf[] {
  const all = [...visor.leaves.values()];
  return rest === ""
    ? all
    : all.filter((leaf) => leaf.path === rest || leaf.path.startsWith(`${rest}.`));
}

function explainLeaf(leaf: DesiredLeaf, names: ReadonlyMap<string, string>): ExplainedLeaf {
  if (leaf.kind === "value") {
    return { kind: "value", path: leaf.path, value: leaf.value, origin: leaf.origin };
  }
  const element = ({ value, origin }: DesiredElement): ExplainedElement => {
    const name = names.get(value);
    return { value, ...(name === undefined ? {} : { name }), origin };
  };
  return {
    kind: "set",
    path: leaf.path,
    exact: leaf.exact,
    ...(leaf.anyone === true ? { anyone: true } : {}),
    members: leaf.members.map(element),
    removed: leaf.removed.map(element),
    origin: leaf.origin,
  };
}

function refuse(
  path: string,
  message: string,
  next: string,
): { readonly diagnostics: readonly Diagnostic[] } {
  const diagnostic: Diagnostic = {
    code: "manifest/explain",
    severity: "error",
    message,
    text: path.slice(0, 200),
    next,
  };
  return { diagnostics: [diagnostic] };
}
