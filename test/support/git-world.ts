import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { assert, checkGitKey, type GitKey } from "../../src/core/index.ts";

/** Who signs a commit, as options of git. */
export interface CommitSigner {
  readonly options: readonly string[];
  readonly key: GitKey;
}

/** A folder of its own with repositories by the git, ssh-keygen and gpg of this machine; its settings are nobody's. */
export interface GitWorld {
  readonly folder: string;
  /** The home of gpg in it; only there once a key was made. */
  readonly gpgHome: string;
  /** Makes a repository and returns its folder. */
  init(name: string): Promise<string>;
  /** Runs git in a folder; the author is the owner. */
  git(folder: string, ...args: readonly string[]): string;
  /** Writes files, adds everything and commits, signed or not; returns the commit. */
  commit(
    folder: string,
    files: Readonly<Record<string, string>>,
    title: string,
    signer?: CommitSigner,
  ): Promise<string>;
  /** Makes an ssh key. */
  sshKey(name: string, type?: string): Promise<CommitSigner>;
  /** Makes an OpenPGP key in the home of gpg. */
  gpgKey(name: string): CommitSigner;
  /** Runs gpg in its home. */
  gpg(...args: readonly string[]): string;
  /** Stores the object of a commit with other words in it, so that its signature does not fit; returns its id. */
  forge(folder: string, commit: string, from: string, to: string): string;
  /** Takes back an OpenPGP key. */
  revoke(signer: CommitSigner): Promise<void>;
  remove(): Promise<void>;
}

/** Makes an empty world of git. */
export async function gitWorld(): Promise<GitWorld> {
  const folder = await mkdtemp(join(tmpdir(), "fg-"));
  const gpgHome = join(folder, "gpg");
  await mkdir(gpgHome, { mode: 0o700 });
  const env = {
    PATH: process.env["PATH"],
    HOME: folder,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GNUPGHOME: gpgHome,
  };
  const run = (program: string, args: readonly string[], cwd: string, input = ""): string =>
    execFileSync(program, args, { cwd, env, encoding: "utf8", input, stdio: "pipe" });
  const who = ["-c", "user.name=owner", "-c", "user.email=owner@example.net"];
  const world: GitWorld = {
    folder,
    gpgHome,
    git: (at, ...args) =>
      run("git", [...who, "-c", "protocol.file.allow=always", ...args], at).trim(),
    async init(name) {
      const at = join(folder, name);
      await mkdir(at, { recursive: true });
      world.git(at, "init", "--quiet", "--initial-branch", "main");
      return at;
    },
    async commit(at, files, title, signer) {
      for (const [name, text] of Object.entries(files)) {
        await mkdir(dirname(join(at, name)), { recursive: true });
        await writeFile(join(at, name), text);
      }
      world.git(at, "add", "--all");
      const signed =
        signer === undefined ? ["commit"] : [...signer.options, "commit", "--gpg-sign"];
      world.git(at, ...signed, "--quiet", "--allow-empty", "--message", title);
      return world.git(at, "rev-parse", "HEAD");
    },
    async sshKey(name, type = "ed25519") {
      const file = join(folder, name);
      run("ssh-keygen", ["-q", "-t", type, "-N", "", "-C", `${name} at home`, "-f", file], folder);
      return {
        options: ["-c", "gpg.format=ssh", "-c", `user.signingkey=${file}.pub`],
        key: gitKey(await readFile(`${file}.pub`, "utf8")),
      };
    },
    gpg: (...args) => run("gpg", ["--batch", "--quiet", ...args], folder),
    gpgKey(name) {
      const id = `${name} <${name}@example.net>`;
      world.gpg("--passphrase", "", "--quick-gen-key", id, "ed25519", "sign", "never");
      const lines = world.gpg("--with-colons", "--list-keys", `=${id}`);
      const key = gitKey(/^fpr:+([0-9A-F]{40}):/m.exec(lines)?.[1] ?? "");
      return { options: ["-c", "gpg.format=openpgp", "-c", `user.signingkey=${key}`], key };
    },
    forge(at, commit, from, to) {
      const text = run("git", ["cat-file", "commit", commit], at);
      assert(text.includes(from), `${commit} says ${from}`);
      const args = ["hash-object", "-t", "commit", "-w", "--stdin"];
      return run("git", args, at, text.replace(from, to)).trim();
    },
    async revoke({ key }) {
      const file = join(gpgHome, "openpgp-revocs.d", `${key}.rev`);
      // gpg keeps it with a mark in front, so that nobody imports it unawares.
      const text = (await readFile(file, "utf8")).replace(/^:---/m, "---");
      run("gpg", ["--batch", "--quiet", "--import"], folder, text);
    },
    async remove() {
      run("gpgconf", ["--kill", "all"], folder);
      await rm(folder, { recursive: true, force: true });
    },
  };
  return world;
}

/** The key in a text that is one. */
export function gitKey(text: string): GitKey {
  const checked = checkGitKey(text);
  assert("key" in checked, `${text} is a key`);
  return checked.key;
}
