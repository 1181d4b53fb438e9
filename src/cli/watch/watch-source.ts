// Where a watch takes its manifest from: a file, or a branch of a git remote whose work tree it never touches.
import { usage } from "../shell/usage.ts";
import { dirname, resolve } from "node:path";
import { type Clock, defined, FleetError } from "../../core/index.ts";
import {
  fetchBranch,
  isRefName,
  readAncestry,
  readFileAt,
  readFileHistory,
  type RemoteBranch,
  trackingRef,
} from "../../platform/index.ts";
import type { ManifestRef } from "../../watch/index.ts";
import { readNamed, STANDARD_INPUT } from "../manifest/manifest-source.ts";
import type { World } from "../shell/world.ts";

/** Editors and git write a file in several steps. */
const SETTLE_MS = 250;

/** A manifest as its source has it now. */
export interface FetchedManifest {
  readonly bytes: Uint8Array;
  /** Where it was read, beside its digest. */
  readonly ref: Omit<ManifestRef, "digest">;
}

/** Where the manifest of a watch comes from. */
export interface WatchSource {
  /** A text that is the same for the same source. */
  readonly id: string;
  /** What it is called in messages, and where `file:` secrets are relative to. */
  readonly name: string;
  /**
   * @param before the commit that it was read at last, where it comes from git
   * @throws FleetError when there is no manifest to be had now
   */
  fetch(before?: string): Promise<FetchedManifest>;
  /** Calls back when it may have changed. */
  onHint(hint: () => void): void;
  close(): Promise<void>;
}

/**
 * A manifest in a file: looked at again whenever something happens in its folder, since editors write by renaming.
 * @throws FleetError cli/usage (exit 64) for standard input
 */
export async function fileSource(name: string, world: World): Promise<WatchSource> {
  if (name === STANDARD_INPUT) {
    throw usage("standard input cannot be watched", "name the file of the manifest");
  }
  const path = resolve(world.folder, name);
  let hint: () => void = () => undefined;
  let last: { readonly identity: string; readonly bytes: Uint8Array } | undefined;
  const settled = settling(world.clock, () => hint());
  const watching = await world.watchFolder(dirname(path), settled.touch);
  return {
    id: path,
    name,
    fetch: async () => {
      const before = await world.files.stat(path);
      const known = before?.identity === last?.identity ? last?.bytes : undefined;
      const bytes = known ?? (await readNamed(name, world, "manifest"));
      const facts = await world.files.stat(path);
      if (facts?.isNameless === true) throw replacedBehindMount(name);
      // What changed while it was read is read again next time.
      const isWhole = before !== undefined && before.identity === facts?.identity;
      last = isWhole ? { identity: before.identity, bytes } : undefined;
      return { bytes, ref: {} };
    },
    onHint: (callback) => {
      hint = callback;
    },
    close: async () => {
      settled.cancel();
      await watching.close();
    },
  };
}

/** A file that is mounted by itself stays what it was when its name outside is given to another. */
function replacedBehindMount(name: string): FleetError {
  return new FleetError(
    "watch/replaced",
    `${name} is mounted by itself, and outside another file has taken its place: edits are not seen here`,
    { next: "mount the folder that it is in instead, and start the watch again" },
  );
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

/**
 * A manifest on a branch of a git remote: the branch is fetched into the ref that tracks it, and the file is read at
 * its commit. The work tree stays as it is.
 * @throws FleetError cli/usage (exit 64)
 */
export function gitSource(name: string, from: RemoteBranch, world: World): WatchSource {
  for (const option of ["remote", "branch"] as const) {
    const text = from[option];
    if (isRefName(text)) continue;
    throw usage(
      `--${option} ${JSON.stringify(text)} is no name`,
      "give the name that `git remote` or `git branch` shows",
    );
  }
  const path = resolve(world.folder, name);
  const folder = dirname(path);
  return {
    id: `${path} ${from.remote} ${from.branch}`,
    name,
    fetch: async (before) => {
      const fault = await fetchBranch(folder, from);
      if (fault !== undefined)
        throw new FleetError("watch/fetch", `${from.remote} was not fetched: ${fault}`);
      const found = await readFileAt(path, trackingRef(from));
      if (found.kind !== "file")
        throw new FleetError("watch/fetch", `${from.remote}/${from.branch} has no ${name}`);
      const { bytes, commit } = found;
      const { commits, isCutOff } = await readFileHistory(path, { until: commit, countMax: 1 });
      const changedBy = commits[0]?.commit;
      if (changedBy === undefined && isCutOff)
        throw new FleetError("watch/fetch", `git cannot say which commit changed ${name} last`, {
          next: "watch in a clone with the whole history",
        });
      return {
        bytes,
        ref: {
          commit,
          ...defined({ changedBy }),
          ...((await isRewritten(folder, before, commit)) ? { isRewritten: true as const } : {}),
        },
      };
    },
    onHint: () => undefined,
    close: async () => undefined,
  };
}

/** What came before is not among what the branch goes back to now, or has been thrown away. */
async function isRewritten(
  folder: string,
  before: string | undefined,
  commit: string,
): Promise<boolean> {
  if (before === undefined || before === commit) return false;
  return (await readAncestry(folder, { since: before, until: commit })) !== "follows";
}
