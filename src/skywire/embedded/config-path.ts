// A path of a configuration, taken apart.
import { assert, type Json, type JsonObject, isJsonObject } from "../../core/index.ts";
import { CONFIG_SHAPE, isList, type ConfigShape } from "./config-shape.ts";

/** One step into a configuration: a member, an app by its name, or an entry of a map. */
export type PathStep =
  | { readonly kind: "member"; readonly name: string }
  | { readonly kind: "app"; readonly name: string }
  | { readonly kind: "entry"; readonly name: string };

/** A place in a configuration that exists by its type. */
export interface ConfigPath {
  readonly steps: readonly PathStep[];
  readonly shape: ConfigShape;
}

/** A path's element: a name, and what stands in brackets behind it. */
interface Element {
  readonly name: string;
  readonly index: string | undefined;
}

/**
 * Splits a path into its elements. A text when it is none.
 * Source: parseConfigPath in api_config_fields.go, for the texts too.
 */
function elementsOf(path: string): readonly Element[] | string {
  if (path.trim() === "") return "empty config path";
  const malformed = `malformed config path ${JSON.stringify(path)}: `;
  const elements: Element[] = [];
  for (const part of path.split(".")) {
    if (part === "") return `${malformed}empty path element`;
    const open = part.indexOf("[");
    if (open >= 0 && !part.endsWith("]"))
      return `${malformed}unterminated '[' in ${JSON.stringify(part)}`;
    const name = open < 0 ? part : part.slice(0, open);
    const index = open < 0 ? undefined : part.slice(open + 1, -1);
    if (name === "" || index === "")
      return `${malformed}empty name or index in ${JSON.stringify(part)}`;
    elements.push({ name, index });
  }
  return elements;
}

/** Members that a visor shows and takes from elsewhere. */
const READ_ONLY: ReadonlySet<string> = new Set(["dmsg.sessions_count"]);

/**
 * Parses a path as `SetConfigFields` takes it: JSON names joined by dots, `launcher.apps[NAME].…` for an app,
 * `routing.router_settings[NAME]` for an entry of a map, only at the end. A text when it leads to no field, or, where
 * a configuration is given, to one in a block that is not set.
 * Source: resolveConfigTarget in api_config_fields.go, for the texts and the order of the checks too.
 */
export function parseConfigPath(path: string, config?: JsonObject): ConfigPath | string {
  const elements = elementsOf(path);
  if (typeof elements === "string") return elements;
  const steps: PathStep[] = [];
  let shape: ConfigShape = { kind: "object", fields: CONFIG_SHAPE };
  for (const [at, { name, index }] of elements.entries()) {
    if (isSecretName(name))
      return `${path} is not editable: visor identity and secret keys are refused`;
    if (config !== undefined && isUnset(config, steps))
      return `${path}: ${formatSteps(steps)} is not set; set the whole block first`;
    if (shape.kind !== "object")
      return `${path}: ${JSON.stringify(formatSteps(steps))} is not a config block`;
    const member: ConfigShape | undefined = Object.hasOwn(shape.fields, name)
      ? shape.fields[name]
      : undefined;
    if (member === undefined)
      return `unknown config path ${JSON.stringify(path)} (no field ${JSON.stringify(name)})`;
    steps.push({ kind: "member", name });
    if (config !== undefined && READ_ONLY.has(path) && at === elements.length - 1)
      return `${path} is a read-only mirror of state held elsewhere in the config and cannot be set by path`;
    shape = member;
    if (index === undefined) continue;
    if (shape.kind !== "list" && shape.kind !== "map") return `${path}: ${name} is not indexable`;
    if (shape.kind === "map" && at !== elements.length - 1)
      return `${path}: a map index must be the last path element`;
    steps.push({ kind: shape.kind === "list" ? "app" : "entry", name: index });
    if (config !== undefined && shape.kind === "list" && valueAt(config, steps) === undefined)
      return `${path}: no entry named ${JSON.stringify(index)} in ${name}`;
    shape = shape.of;
  }
  return { steps, shape };
}

/** True for names of secrets and of the visor's identity. */
function isSecretName(name: string): boolean {
  return name === "sk" || name === "pk" || name.endsWith("_sk") || name.includes("secret_key");
}

/** A block that is a pointer in Go and not there. A map is made by its first entry. */
function isUnset(config: JsonObject, steps: readonly PathStep[]): boolean {
  if (steps.length === 0) return false;
  const value = valueAt(config, steps);
  return value === undefined || value === null;
}

function formatSteps(steps: readonly PathStep[]): string {
  return steps
    .map((step, index) => (step.kind === "member" ? (index === 0 ? "" : ".") + step.name : "[*]"))
    .join("");
}

/** The value at a path, or `undefined` when a block on the way, or the value, is not set. */
export function valueAt(config: JsonObject, steps: readonly PathStep[]): Json | undefined {
  let value: Json | undefined = config;
  for (const step of steps) {
    value = step.kind === "app" ? appNamed(value, step.name) : memberOf(value, step.name);
  }
  return value;
}

/** The configuration with another value at a path; blocks that do not change are shared. */
export function withValue(
  config: JsonObject,
  steps: readonly PathStep[],
  value: Json | undefined,
): JsonObject {
  const changed = replaceAt(config, steps, 0, value);
  assert(isJsonObject(changed), "a configuration is an object");
  return changed;
}

/** As {@link withValue}, by the text of a path that is known to exist. */
export function withField(config: JsonObject, path: string, value: Json | undefined): JsonObject {
  const parsed = parseConfigPath(path);
  assert(typeof parsed !== "string", `no configuration field ${path}`);
  return withValue(config, parsed.steps, value);
}

function replaceAt(
  current: Json | undefined,
  steps: readonly PathStep[],
  at: number,
  value: Json | undefined,
): Json | undefined {
  const step = steps[at];
  if (step === undefined) return value;
  if (step.kind === "app") {
    assert(isList(current), "an app is looked for in a list");
    return current.map((item) =>
      isJsonObject(item) && item["name"] === step.name
        ? (replaceAt(item, steps, at + 1, value) ?? null)
        : item,
    );
  }
  const block = isJsonObject(current) ? current : {};
  return { ...block, [step.name]: replaceAt(block[step.name], steps, at + 1, value) };
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function appNamed(value: Json | undefined, name: string): Json | undefined {
  return isList(value)
    ? value.find((item) => isJsonObject(item) && item["name"] === name)
    : undefined;
}
