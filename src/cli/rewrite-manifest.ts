import { resolve } from "node:path";
import { equalBytes, FleetError, fromUtf8, sha256, toHex, utf8 } from "../core/index.ts";
import type { DesiredFleet } from "../model/index.ts";
import { readManifest, readNamed } from "./manifest-source.ts";
import type { World } from "./world.ts";

/** A good manifest as it was read. */
export interface ReadText {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly desired: DesiredFleet;
}

/**
 * Reads a manifest that must be good, with its text.
 * @throws FleetError cli/invalid-manifest (exit 64), cli/changed (exit 5) when it changes while it is read
 */
export async function readText(name: string, world: World): Promise<ReadText> {
  const { desired } = await readManifest(name, world);
  const bytes = await readNamed(name, world);
  if (`sha256:${toHex(sha256(bytes))}` !== desired.manifestDigest) throw changedMeanwhile(name);
  return { name, bytes, text: fromUtf8(bytes), desired };
}

/**
 * Checks that a new text of a manifest wants exactly what the old one wants.
 * @throws FleetError cli/would-change (exit 4) when it does not; that is our mistake, and nothing is written
 */
export async function verifySame({ name, desired }: ReadText, text: string): Promise<void> {
  const { isSameFleet, loadManifest } = await import("./manifest-room.ts");
  const after = loadManifest(utf8(text), name).desired;
  if (after !== undefined && isSameFleet(desired, after)) return;
  throw new FleetError("cli/would-change", `the new text of ${name} would want something else`, {
    next: "nothing was written; please report this with the manifest",
    exit: 4,
  });
}

/**
 * Writes a new text of a manifest in one step, through links and with the permissions it has.
 * @throws FleetError cli/would-change (exit 4), cli/changed (exit 5) when somebody changed the file meanwhile
 */
export async function rewriteManifest(read: ReadText, text: string, world: World): Promise<void> {
  await verifySame(read, text);
  const named = resolve(world.folder, read.name);
  const path = (await world.files.realPath(named)) ?? named;
  const now = await world.files.read(path);
  if (now === undefined || !equalBytes(now, read.bytes)) throw changedMeanwhile(read.name);
  const mode = (await world.files.stat(path))?.mode;
  await world.files.replace(path, utf8(text), mode === undefined ? {} : { mode: mode & 0o777 });
}

function changedMeanwhile(name: string): FleetError {
  return new FleetError("cli/changed", `${name} was changed meanwhile`, {
    next: "nothing was written; run the command again",
    exit: 5,
  });
}
