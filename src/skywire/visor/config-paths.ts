// Which paths of a configuration may be written at all.
import { assert } from "../../core/index.ts";
import { WHOLE_BLOCKS } from "./blocks.ts";
import { SETTING_PATHS } from "./safe-config.ts";

const LISTS = [
  "hypervisors",
  "pty.whitelist",
  "dmsgscp.whitelist",
  "survey_whitelist",
  "reward_address",
  "pty.allow_rpc_exec",
];
const WRITABLE: ReadonlySet<string> = new Set([...LISTS, ...WHOLE_BLOCKS, ...SETTING_PATHS]);
/** A bracketed app name ends at the first bracket, so a name with one could reach another field. */
const APP_FIELD = /^launcher\.apps\[[^[\]]+\]\.(?:args|env|auto_start|launcher_mode|binary)$/;

/** True for a configuration path that may be written; no path of a key, an address of the RPC or a service is. */
export function isWritablePath(path: string): boolean {
  return WRITABLE.has(path) || APP_FIELD.test(path);
}

/** Refuses, as a bug of ours, to write any other path. */
export function assertWritablePaths(paths: Iterable<string>): void {
  for (const path of paths)
    assert(isWritablePath(path), `the configuration path ${path} must not be written`);
}
