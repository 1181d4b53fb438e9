// Where each value of a resolved manifest comes from.
import {
  defined,
  type Diagnostic,
  type Json,
  type Place,
  type VisorKey,
  suggestion,
} from "../core/index.ts";
import type {
  DesiredElement,
  DesiredFleet,
  DesiredField,
  DesiredVisor,
  Origin,
} from "../model/index.ts";
import { writtenOpen } from "./reading.ts";

/** Where the values at a path come from. Plain data, so that it can be printed as JSON. */
export type Explanation = VisorExplanation | RulesExplanation;

/** Values of one visor, explained. */
interface VisorExplanation {
  readonly kind: "visor";
  readonly visor: string;
  readonly key: VisorKey;
  readonly place: Place;
  /** All roles in the order in which they are joined. */
  readonly roles: readonly string[];
  readonly path: string;
  /** False when the manifest says nothing there: then the value on the visor is left alone. */
  readonly owned: boolean;
  readonly leaves: readonly ExplainedField[];
}

/** What holds for the whole fleet, explained: operators, policy, watch, ledger and revoked keys. */
interface RulesExplanation {
  readonly kind: "rules";
  readonly path: string;
  readonly leaves: readonly ExplainedField[];
}

/** One owned field, explained. */
type ExplainedField = ExplainedValue & {
  /** It is left alone until then, a time in UTC, whatever it is on the visor. */
  readonly ignored?: { readonly until: string; readonly because?: string; readonly place: Place };
};

type ExplainedValue =
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
interface ExplainedElement {
  readonly value: string;
  /** The key's name in the manifest, when it has one. */
  readonly name?: string;
  readonly origin: Origin;
}

const PATH_FORM =
  "visors.NAME, a section below it such as visors.NAME.apps.skysocks, or policy, watch, ledger, operators, keys or expect";

/**
 * Explains the values at `visors.NAME` or below, which may be written NAME/PATH as well: what they are, which line and role they come from,
 * and what they won over. NAME may be the visor's key. The same for `policy`, `watch`, `ledger`, `operators` and those
 * of `keys` that are revoked, which hold for the whole fleet.
 */
export function explain(
  desired: DesiredFleet,
  path: string,
): { readonly explanation?: Explanation; readonly diagnostics: readonly Diagnostic[] } {
  if (/^(policy|watch|ledger|operators|keys|expect)($|\.)/.test(path))
    return explainRules(desired, byName(desired, path));
  const [, name, rest = ""] =
    /^visors\.([^.]+)(?:\.([^]*))?$/.exec(path) ?? /^([^./]+)\/([^]+)$/.exec(path) ?? [];
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
  const fields = fieldsBelow(visor, rest);
  if (
    fields.length === 0 &&
    rest !== "" &&
    !/^(trust|apps|ports|settings|survey|reward_address)($|\.)/.test(rest)
  ) {
    return refuse(
      path,
      `a visor owns nothing that is called ${JSON.stringify(rest)}`,
      `sections are trust, apps, ports, settings, survey and reward_address`,
    );
  }
  const explanation: VisorExplanation = {
    kind: "visor",
    visor: visor.name,
    key: visor.key,
    place: visor.place,
    roles: visor.roles,
    path,
    owned: fields.length > 0,
    leaves: fields.map((field) => ({
      ...explainField(field, desired.keyNames),
      ...ignoredOf(visor, field.path),
    })),
  };
  return { explanation, diagnostics: [] };
}

/** The path of a key by its name, where it is written by the key itself. */
function byName({ keyNames }: DesiredFleet, path: string): string {
  const key = /^keys\.(0[23][0-9a-fA-F]{64})$/.exec(path)?.[1]?.toLowerCase() ?? "";
  const name = keyNames.get(key);
  return name === undefined ? path : `keys.${name}`;
}

function ignoredOf({ ignores = [] }: DesiredVisor, path: string): Pick<ExplainedField, "ignored"> {
  const found = ignores.find((each) => each.path === path);
  if (found === undefined) return {};
  const { untilMs, because, place } = found;
  const until = new Date(untilMs).toISOString();
  return { ignored: { until, ...defined({ because }), place } };
}

function explainRules(
  desired: DesiredFleet,
  path: string,
): { readonly explanation?: Explanation; readonly diagnostics: readonly Diagnostic[] } {
  const fields = desired.rules.filter(
    (one) => one.path === path || one.path.startsWith(`${path}.`),
  );
  if (fields.length === 0) {
    const section = path.split(".", 1)[0] ?? "";
    const known = desired.rules
      .map((one) => one.path)
      .filter((one) => one.startsWith(`${section}.`));
    return refuse(
      path,
      "the manifest says nothing there, and it has no default",
      known.length === 0
        ? `write a section ${section} first`
        : suggestion(path, known, `paths there are ${known.slice(0, 12).join(", ")}`),
    );
  }
  const explained = fields.map((field) => explainField(field, desired.keyNames));
  return { explanation: { kind: "rules", path, leaves: explained }, diagnostics: [] };
}

function fieldsBelow(visor: DesiredVisor, rest: string): readonly DesiredField[] {
  const all = [...visor.leaves.values()];
  return rest === ""
    ? all
    : all.filter((field) => field.path === rest || field.path.startsWith(`${rest}.`));
}

function explainField(field: DesiredField, names: ReadonlyMap<string, string>): ExplainedField {
  if (field.kind === "value") {
    return { kind: "value", path: field.path, value: writtenOpen(field), origin: field.origin };
  }
  const element = ({ value, origin }: DesiredElement): ExplainedElement => {
    const name = names.get(value);
    return { value, ...defined({ name }), origin };
  };
  return {
    kind: "set",
    path: field.path,
    exact: field.exact,
    ...(field.anyone === true ? { anyone: true } : {}),
    members: field.members.map(element),
    removed: field.removed.map(element),
    origin: field.origin,
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
