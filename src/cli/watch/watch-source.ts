import { dirname, resolve } from "node:path";
import { type Clock, FleetError } from "../../core/index.ts";
import type { GitFacts } from "../../platform/index.ts";
import type { ManifestRef } from "../../watch/index.ts";
import { readNamed } from "../manifest-source.ts";
import type { World } from "../world.ts";

/** Editors and git write a file in several steps. */
const SETTLE_MS = 250;

/** A manifest as its source has it now. */
export interface FetchedManifest {
  readonly bytes: Uint8Array;
  /** Where it was read, beside its digest. */
  readonly ref: Omit<ManifestRef, "digest">;
  /** The commit it comes from; asked of the file where not given. */
  readonly git?: GitFacts;
}

/** Where the manifest of a watch comes from. */
export interface WatchSource {
  /** A text that is the same for the same source. */
  readonly id: string;
  /** What it is called in messages, and where `file:` secrets are relative to. */
  readonly name: string;
  /** @throws FleetError when there is no manifest to be had now */
  fetch(): Promise<FetchedManifest>;
  /** Calls back when it may have changed. */
  onHint(hint: () => void): void;
  close(): Promise<void>;
}

/**
 * A manifest in a file: looked at again whenever something happens in its folder, since editors write by renaming.
 * @throws FleetError cli/usage (exit 64) for standard input
 */
export async function fileSource(name: string, world: World): Promise<WatchSource> {
  if (name === "-") {
    throw new FleetError("cli/usage", "standard input cannot be watched", {
      next: "name the file of the manifest",
      exit: 64,
    });
  }
  const path = resolve(world.folder, name);
  let hint: () => void = () => undefined;
  const settled = settling(world.clock, () => hint());
  const watching = await world.watchFolder(dirname(path), settled.touch);
  return {
    id: path,
    name,
    fetch: async () => ({ bytes: await readNamed(name, world), ref: {} }),
    onHint: (callback) => {
      hint = callback;
    },
    close: async () => {
      settled.cancel();
      await watching.close();
    },
  };
}

/** Calls back once things have been quiet for a moment. */
function settling(
  clock: Clock,
  run: () => void,
): { readonly touch: () => void; readonly cancel: () => void } {
  let cancel = (): void => undefined;
  return {
    touch: () => {
      cancel();
      cancel = clock.after(SETTLE_MS, run);
    },
    cancel: () => cancel(),
  };
}
