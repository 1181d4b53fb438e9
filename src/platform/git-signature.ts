// Who signed a commit, as ssh and gpg verify it with the keys of a manifest and no others.
import { isCommitId } from "./git-history.ts";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  assert,
  type CommitSignature,
  defined,
  type GitKey,
  gitKeyKind,
  type GitKeyKind,
  gitKeyName,
} from "../core/index.ts";
import { type GitEnd, gitText, runGit } from "./git-run.ts";

/** gpg may have to open a large keyring first. */
const VERIFY_TIMEOUT_MS = 30_000;

/** Somebody whose signature on a commit counts. */
export interface GitSigner {
  /** The operator's name in the manifest. */
  readonly name: string;
  readonly keys: readonly GitKey[];
}

/**
 * Verifies the signature of a commit with git's own verification, by the keys that are given and no others. The
 * programs are `gpg` and `ssh-keygen` of the PATH, whatever any configuration names, and ssh keys come from
 * a private file that lives as long as the call. OpenPGP keys must be in the keyring of whoever runs us; how far
 * that keyring trusts them does not matter, only whether their fingerprint is listed.
 * @param folder any folder of the repository
 * @param commit the whole id
 */
export async function verifyCommit(
  folder: string,
  commit: string,
  signers: readonly GitSigner[],
): Promise<CommitSignature> {
  assert(isCommitId(commit), "a signature is verified of a whole commit id");
  const text = await gitText(folder, ["cat-file", "commit", commit]);
  if (text === undefined) return { kind: "unchecked", why: `git has no commit ${commit} here` };
  const armour = signatureOf(text, commit);
  if (armour === undefined) return { kind: "unsigned" };
  if (armour.startsWith("-----BEGIN SSH SIGNATURE-----"))
    return await verifySsh(folder, commit, signers);
  if (/^-----BEGIN PGP (SIGNATURE|MESSAGE)-----/.test(armour))
    return await verifyGpg(folder, commit, signers);
  return { kind: "bad", why: "it is a kind of signature that is neither ssh nor gpg" };
}

/**
 * Asks whether a commit bears a signature at all, good or not; `undefined` when the commit is not here. No program
 * but git is needed.
 * @param folder any folder of the repository
 * @param commit the whole id
 */
export async function hasSignature(folder: string, commit: string): Promise<boolean | undefined> {
  assert(isCommitId(commit), "a signature is looked for in a whole commit id");
  const text = await gitText(folder, ["cat-file", "commit", commit]);
  return text === undefined ? undefined : signatureOf(text, commit) !== undefined;
}

/** The signature in a commit's headers; git looks for it under a name that goes with the repository's hash. */
function signatureOf(text: string, commit: string): string | undefined {
  const name = commit.length === 40 ? "gpgsig " : "gpgsig-sha256 ";
  const [headers = ""] = text.split("\n\n", 1);
  return headers
    .split("\n")
    .find((line) => line.startsWith(name))
    ?.slice(name.length);
}

async function verifySsh(
  folder: string,
  commit: string,
  signers: readonly GitSigner[],
): Promise<CommitSignature> {
  const listed = listedKeys(signers, "ssh");
  // Principals are numbers: a name is somebody's word, and this file has a syntax.
  const allowed = listed.map(({ key }, index) => `signer-${index} namespaces="git" ${key}\n`);
  const end = await withPrivateFile(allowed.join(""), (file) =>
    verifyWith(folder, commit, [
      `gpg.ssh.allowedSignersFile=${file}`,
      "gpg.ssh.revocationFile=",
      "gpg.ssh.program=ssh-keygen",
    ]),
  );
  if ("kind" in end) return end;
  const good = /^Good "git" signature (?:for (\S+) )?with \S+ key (SHA256:\S+)$/m.exec(end.err);
  if (good === null) return notGood(end, /^.*(?:cannot run|is needed|unsupported value).*$/m);
  const [, principal, name = ""] = good;
  const found = listed.find(({ key }) => gitKeyName(key) === name);
  return end.code === 0 && principal !== undefined && found !== undefined
    ? { kind: "good", by: "ssh", signer: found.signer, key: name }
    : { kind: "unknown-signer", by: "ssh", key: name };
}

async function verifyGpg(
  folder: string,
  commit: string,
  signers: readonly GitSigner[],
): Promise<CommitSignature> {
  const end = await verifyWith(folder, commit, [
    "gpg.program=gpg",
    "gpg.openpgp.program=gpg",
    "gpg.minTrustLevel=undefined",
  ]);
  const status = statusLines(end.err);
  const gone = status.find(([word = ""]) => word in NO_LONGER_GOOD);
  if (gone?.[0] !== undefined) return { kind: "bad", why: NO_LONGER_GOOD[gone[0]] ?? gone[0] };
  const missing = status.find(([word]) => word === "NO_PUBKEY" || word === "ERRSIG");
  if (missing !== undefined)
    return {
      kind: "unknown-signer",
      by: "gpg",
      ...defined({ key: missing[1] }),
    };
  const valid = status.filter(([word]) => word === "VALIDSIG");
  const [first, ...others] = valid;
  const isGood = end.code === 0 && status.some(([word]) => word === "GOODSIG");
  if (!isGood || first === undefined || others.length > 0)
    return notGood(end, /^(?!\[GNUPG:\]).*cannot run.*$/m);
  const made = [first[1], first.at(-1)].filter((each) => each !== undefined);
  const found = listedKeys(signers, "gpg").find(({ key }) => made.includes(key));
  return found === undefined
    ? { kind: "unknown-signer", by: "gpg", key: first.at(-1) ?? "" }
    : { kind: "good", by: "gpg", signer: found.signer, key: found.key };
}

/** Status words of gpg after which a signature counts no more, though the mathematics may fit. */
const NO_LONGER_GOOD: Readonly<Record<string, string>> = {
  BADSIG: "it does not fit the commit",
  EXPSIG: "it has expired",
  EXPKEYSIG: "its key has expired",
  REVKEYSIG: "its key was revoked",
};

/**
 * What gpg reports on its status channel, word by word.
 * Source: GnuPG doc/DETAILS, "Format of the --status-fd output"
 */
function statusLines(text: string): readonly (readonly string[])[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("[GNUPG:] "))
    .map((line) => line.trimEnd().split(" ").slice(1));
}

function listedKeys(
  signers: readonly GitSigner[],
  kind: GitKeyKind,
): readonly { readonly signer: string; readonly key: GitKey }[] {
  return signers.flatMap(({ name, keys }) =>
    keys.filter((key) => gitKeyKind(key) === kind).map((key) => ({ signer: name, key })),
  );
}

function verifyWith(folder: string, commit: string, settings: readonly string[]): Promise<GitEnd> {
  const overrides = settings.flatMap((setting) => ["-c", setting]);
  return runGit(folder, [...overrides, "verify-commit", "--raw", commit], {
    timeoutMs: VERIFY_TIMEOUT_MS,
  });
}

/** A signature that is not good, or a program that could not say; `cannot` finds its word for that. */
function notGood(end: GitEnd, cannot: RegExp): CommitSignature {
  if (end.code === undefined)
    return { kind: "unchecked", why: "git did not answer, or took too long" };
  const word = cannot.exec(end.err)?.[0];
  if (word !== undefined) return { kind: "unchecked", why: word.replace(/^error: /, "") };
  return { kind: "bad", why: "it does not fit the commit" };
}

/** Runs with a file that only we can read; its folder is new and ours, so that nobody can put another in its place. */
async function withPrivateFile<T>(
  text: string,
  run: (file: string) => Promise<T>,
): Promise<T | CommitSignature> {
  let folder: string | undefined;
  try {
    folder = await mkdtemp(join(tmpdir(), "fleet-signers-"));
    const file = join(folder, "allowed");
    await writeFile(file, text, { mode: 0o600, flag: "wx" });
    return await run(file);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    return { kind: "unchecked", why: `the list of keys could not be written to a file${code}` };
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}
