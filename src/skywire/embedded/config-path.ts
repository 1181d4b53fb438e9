import { assert, type Json, type JsonObject } from "../../core/index.ts";
import { CONFIG_SHAPE, isList, isObject, type Shape } from "./config-shape.ts";

/** One step into a configuration: a member, an app by its name, or an entry of a map. */
export type PathStep =
  | { readonly kind: "member"; readonly name: string }
  | { readonly kind: "app"; readonly name: string }
  | { readonly kind: "entry"; readonly name: string };

/** A place in a configuration that exists by its type. */
export interface ConfigPath {
  readonly steps: readonly PathStep[];
  readonly shape: Shape;
}

const ELEMENT = /^([^.[\]]+)(?:\[([^\]]*)\])?(?:\.|$)/;

/**
 * Parses a path as `SetConfigFields` takes it: JSON names joined by dots, `launcher.apps[NAME].…` for an app,
 * `routing.router_settings[NAME]` for an entry of a map, only at the end. A text when no such field exists.
 * Source: api_config_fields.go.
 */
export function parseConfigPath(path: string): ConfigPath | string {
  const unknown = `unknown config field ${JSON.stringify(path)}`;
  const steps: PathStep[] = [];
  let shape: Shape = { kind: "object", fields: CONFIG_SHAPE };
  let rest = path;
  while (rest !== "") {
    const match = ELEMENT.exec(rest);
    const name = match?.[1];
    if (match === null || name === undefined || shape.kind !== "object") return unknown;
    const member: Shape | undefined = Object.hasOwn(shape.fields, name)
      ? shape.fields[name]
      : undefined;
    if (member === undefined) return unknown;
    steps.push({ kind: "member", name });
    shape = member;
    const inner = match[2];
    if (inner !== undefined) {
      if (shape.kind !== "list" && shape.kind !== "map") return unknown;
      steps.push({ kind: shape.kind === "list" ? "app" : "entry", name: inner });
      shape = shape.of;
    }
    rest = rest.slice(match[0].length);
  }
  return steps.length === 0 ? unknown : { steps, shape };
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
  assert(isObject(changed), "a configuration is an object");
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
      isObject(item) && item["name"] === step.name
        ? (replaceAt(item, steps, at + 1, value) ?? null)
        : item,
    );
  }
  const block = isObject(current) ? current : {};
  return { ...block, [step.name]: replaceAt(block[step.name], steps, at + 1, value) };
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function appNamed(value: Json | undefined, name: string): Json | undefined {
  return isList(value) ? value.find((item) => isObject(item) && item["name"] === name) : undefined;
}
