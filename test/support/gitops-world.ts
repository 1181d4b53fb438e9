import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Forge, type Pull, type RunningFleet, startForge, startVisors } from "./forge.ts";

/** A repository with a manifest in force, visors behind a real address, and an operator beside them. */
export interface GitOpsWorld {
  readonly forge: Forge;
  readonly visors: RunningFleet;
  /** The owner's clone. */
  readonly clone: string;
  /** What a runner beside the visors has in its environment: the operator's key and the way to a visor. */
  readonly beside: Readonly<Record<string, string>>;
  /** What a runner anywhere has: nothing. */
  readonly anywhere: Readonly<Record<string, string>>;
  /** The names of the visors, the local one first. */
  readonly names: readonly string[];
  /** Commits an edited manifest on a new branch, pushes it, and opens a pull request. */
  propose(branch: string, edit: (text: string) => string, owner?: string): Promise<Pull>;
  /** Merges a pull request as one squashed commit, or with a merge commit. */
  merge(pull: Pull, how: "squash" | "merge"): Promise<string>;
  manifest(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts all of it, and applies the first manifest. */
export async function gitOpsWorld(): Promise<GitOpsWorld> {
  const forge = await startForge();
  const visors = await startVisors(join(forge.base, "visors"), 4);
  const clone = join(forge.base, "owner");
  forge.git(forge.base, "clone", "--quiet", forge.origin, clone);
  forge.git(clone, "checkout", "--quiet", "-B", "main");
  const beside = { FLEET_RPC: visors.rpc, FLEET_HOME: join(forge.base, "owner-home") };
  const anywhere = { FLEET_RPC: "127.0.0.1:1", FLEET_HOME: join(forge.base, "nobody") };
  const good = (args: readonly string[]): string => {
    const ran = forge.run("fleet", args, clone, beside);
    if (ran.code !== 0) throw new Error(`fleet ${args.join(" ")}: ${ran.out}${ran.err}`);
    return ran.out;
  };
  good(["keygen"]);
  const text = good(["embedded", "sample", "--dir", visors.folder]);
  await writeFile(join(clone, "fleet.yaml"), text);
  const names = [...text.matchAll(/^ {2}([a-z0-9-]+): \{ key:/gm)].map(([, name = ""]) => name);
  forge.git(clone, "add", "fleet.yaml");
  forge.git(clone, "commit", "--quiet", "-m", "fleet: as it is");
  forge.git(clone, "push", "--quiet", "origin", "main");
  good(["apply", "--yes", "--allow-keyset-change", "--allow-removals", "1000"]);
  return {
    forge,
    visors,
    clone,
    beside,
    anywhere,
    names,
    manifest: async () => await readFile(join(clone, "fleet.yaml"), "utf8"),
    propose: proposer({ forge, clone }),
    merge: async (pull, how) => await merge({ forge, clone }, pull, how),
    stop: async () => {
      await visors.stop();
      await forge.stop();
    },
  };
}

type Clone = Pick<GitOpsWorld, "forge" | "clone">;

function proposer({ forge, clone }: Clone): GitOpsWorld["propose"] {
  let pulls = 0;
  return async (branch, edit, owner = "owner") => {
    forge.git(clone, "checkout", "--quiet", "-B", branch, "main");
    const before = await readFile(join(clone, "fleet.yaml"), "utf8");
    await writeFile(join(clone, "fleet.yaml"), edit(before));
    forge.git(clone, "commit", "--quiet", "--all", "-m", `fleet: ${branch}`);
    const sha = forge.git(clone, "rev-parse", "HEAD");
    pulls += 1;
    const number = pulls;
    // A forge keeps the head of every pull request, a fork's too, under a name of its own.
    forge.git(clone, "push", "--quiet", "--force", "origin", `HEAD:refs/pull/${number}/head`);
    forge.git(clone, "checkout", "--quiet", "main");
    const head = { sha, label: `${owner}:${branch}` };
    const pull: Pull = { number, state: "open", head, merged_at: null, merge_commit_sha: null };
    const proposed = forge.git(clone, "show", `${sha}:fleet.yaml`);
    await forge.change((state) => {
      state.pulls.push(pull);
      state.contents[`${sha}:fleet.yaml`] = `${proposed}\n`;
    });
    return pull;
  };
}

async function merge(
  { forge, clone }: Clone,
  { number, head }: Pull,
  how: "squash" | "merge",
): Promise<string> {
  forge.git(clone, "checkout", "--quiet", "main");
  if (how === "squash") {
    forge.git(clone, "merge", "--quiet", "--squash", head.sha);
    forge.git(clone, "commit", "--quiet", "-m", `fleet: merged ${number}`);
  } else forge.git(clone, "merge", "--quiet", "--no-ff", "-m", `merge ${number}`, head.sha);
  forge.git(clone, "push", "--quiet", "origin", "main");
  const commit = forge.git(clone, "rev-parse", "HEAD");
  const merged = {
    state: "closed",
    merged_at: "2026-11-26T12:00:00Z",
    merge_commit_sha: commit,
  } as const;
  await forge.change((state) => {
    state.pulls = state.pulls.map((pull) =>
      pull.number === number ? { ...pull, ...merged } : pull,
    );
  });
  return commit;
}
