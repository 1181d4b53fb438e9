// In which folders this program keeps its key, its ledger and its state.
import { homedir } from "node:os";
import { join } from "node:path";
import process from "node:process";

/** Where this program keeps things: the secret in `config`, the ledger and its pins in `state`. */
export interface HomeFolders {
  readonly config: string;
  readonly state: string;
}

/**
 * The folders of this user: below FLEET_HOME when that is set, else the platform's usual places.
 * Nothing is made.
 */
export function homeFolders(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): HomeFolders {
  const home = env["FLEET_HOME"];
  if (home !== undefined && home !== "") {
    return { config: join(home, "config"), state: join(home, "state") };
  }
  const user = env["HOME"] ?? homedir();
  if (platform === "win32") {
    const roaming = env["APPDATA"] ?? join(user, "AppData", "Roaming");
    const local = env["LOCALAPPDATA"] ?? join(user, "AppData", "Local");
    return { config: join(roaming, "skywire-fleet"), state: join(local, "skywire-fleet") };
  }
  if (platform === "darwin") {
    const support = join(user, "Library", "Application Support", "skywire-fleet");
    return { config: join(support, "config"), state: join(support, "state") };
  }
  return {
    config: join(absolute(env["XDG_CONFIG_HOME"]) ?? join(user, ".config"), "skywire-fleet"),
    state: join(absolute(env["XDG_STATE_HOME"]) ?? join(user, ".local", "state"), "skywire-fleet"),
  };
}

/** The XDG rules say that a relative path is to be ignored. */
function absolute(path: string | undefined): string | undefined {
  return path?.startsWith("/") === true ? path : undefined;
}
