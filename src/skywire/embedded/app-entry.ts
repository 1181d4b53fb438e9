// The launcher's entries of a configuration.
import { type Json, type JsonObject, isJsonObject } from "../../core/index.ts";
import { isList } from "./config-shape.ts";

/** One app as the launcher's configuration has it. */
export interface AppEntry {
  readonly name: string;
  readonly binary: string;
  readonly args: readonly string[];
  readonly autoStart: boolean;
  readonly port: number;
  readonly env: readonly string[];
  readonly launcherMode: string;
  readonly restartPolicy: string;
}

/** The apps of a configuration. */
export function appEntriesOf(config: JsonObject): readonly AppEntry[] {
  const launcher = config["launcher"];
  const apps = isJsonObject(launcher) ? launcher["apps"] : undefined;
  return isList(apps) ? apps.filter(isJsonObject).map(appEntry) : [];
}

function appEntry(app: JsonObject): AppEntry {
  const text = (name: string): string => (typeof app[name] === "string" ? app[name] : "");
  return {
    name: text("name"),
    binary: text("binary"),
    args: textsOf(app["args"]),
    autoStart: app["auto_start"] === true,
    port: typeof app["port"] === "number" ? app["port"] : 0,
    env: textsOf(app["env"]),
    launcherMode: text("launcher_mode"),
    restartPolicy: text("restart_policy"),
  };
}

/** The texts of a list; nothing where there is no list. */
export function textsOf(value: Json | undefined): readonly string[] {
  return isList(value) ? value.filter((item) => typeof item === "string") : [];
}
