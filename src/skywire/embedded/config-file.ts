// A configuration as text and back, as Go's encoder writes it.
import { type Json, jsonIfAny, type JsonObject, isJsonObject } from "../../core/index.ts";
import { CONFIG_SHAPE, isList, projectShape } from "./config-shape.ts";
import type { ReleaseFacts } from "../visor/index.ts";

/** Go's `json.MarshalIndent` with one tab: how a visor writes its file and `GetRuntimeConfig` answers. */
export function formatConfig(
  config: JsonObject,
  profile: ReleaseFacts,
  options: { readonly secretKey: boolean; readonly unknown?: JsonObject },
): string {
  const shown: Record<string, Json> = {};
  for (const name of Object.keys(CONFIG_SHAPE)) {
    const member = config[name];
    if (member === undefined || (name === "sk" && !options.secretKey)) continue;
    shown[name] =
      name === "launcher" && profile.argsOnDisk.value === "text" ? withArgsAsText(member) : member;
  }
  return `${JSON.stringify({ ...shown, ...options.unknown }, undefined, "\t")}\n`;
}

/** The members of a file, at its top, that no build of ours knows. Source: preserve.go. */
export function unknownMembers(text: string): JsonObject {
  const value = jsonIfAny(text);
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter(([name]) => !Object.hasOwn(CONFIG_SHAPE, name)),
  );
}

/**
 * What a visor makes of a configuration file: members it does not know are forgotten. `undefined` for a text
 * it cannot start with.
 */
export function parseConfig(text: string): JsonObject | undefined {
  const value = jsonIfAny(text);
  if (!isJsonObject(value)) return undefined;
  const known: Record<string, Json> = {};
  for (const [name, shape] of Object.entries(CONFIG_SHAPE)) {
    const member = value[name];
    if (member === undefined) continue;
    known[name] = projectShape(shape, name === "launcher" ? withArgsAsList(member) : member);
  }
  return known;
}

/** Joins arguments as a shell would read them back. Source: visorconfig/v1.go (one shell-like text). */
function joinArgs(args: readonly string[]): string {
  return args
    .map((arg) => (/^[\w@%+=:,./*-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`))
    .join(" ");
}

/** Splits what {@link joinArgs} joined; also double quotes and backslashes, as a shell does. */
function splitArgs(text: string): readonly string[] {
  const args: string[] = [];
  let current: string | undefined;
  let quote = "";
  for (let index = 0; index < text.length; index += 1) {
    const char = text.charAt(index);
    if (quote === "" && /\s/.test(char)) {
      if (current !== undefined) args.push(current);
      current = undefined;
    } else if (quote === "" && (char === "'" || char === '"')) {
      quote = char;
      current ??= "";
    } else if (char === quote) {
      quote = "";
    } else if (char === "\\" && quote !== "'") {
      index += 1;
      current = (current ?? "") + text.charAt(index);
    } else {
      current = (current ?? "") + char;
    }
  }
  return current === undefined ? args : [...args, current];
}

function withArgsAsText(launcher: Json): Json {
  return mapApps(launcher, (app) => {
    const args = app["args"];
    return isList(args)
      ? { ...app, args: joinArgs(args.filter((arg) => typeof arg === "string")) }
      : app;
  });
}

function withArgsAsList(launcher: Json): Json {
  return mapApps(launcher, (app) => {
    const args = app["args"];
    return typeof args === "string" ? { ...app, args: splitArgs(args) } : app;
  });
}

function mapApps(launcher: Json, change: (app: JsonObject) => JsonObject): Json {
  if (!isJsonObject(launcher) || !isList(launcher["apps"])) return launcher;
  return {
    ...launcher,
    apps: launcher["apps"].map((app) => (isJsonObject(app) ? change(app) : app)),
  };
}
