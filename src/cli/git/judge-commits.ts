// Whether the commits that led to a manifest are signed by those who may, going by the manifest in force before.
import { dirname } from "node:path";
import {
  type CommitSignature,
  defined,
  digestOfBytes,
  sha256,
  shortCommit,
  toHex,
} from "../../core/index.ts";
import type {
  CommitEvidence,
  DesiredFleet,
  Keyset,
  ManifestCommit,
  PlanManifest,
} from "../../model/index.ts";
import {
  type FileAtCommit,
  type FileCommit,
  type GitAnswer,
  type GitFacts,
  type GitSigner,
  hasSignature,
  readAncestry,
  readFileAt,
  readFileHistory,
  readMeeting,
  verifyCommit,
} from "../../platform/index.ts";
import type { ManifestSource } from "../manifest/manifest-source.ts";
import { refusedNote } from "./manifest-at.ts";
import {
  earlierKeysets,
  type History,
  keysetOf,
  type PlanInput,
  signedCommitsOf,
  signersOf,
} from "../../reconcile/index.ts";

/** Each takes git and gpg some hundredths of a second. */
const COMMITS_MAX = 500;

/** A manifest, what git says of it, and what was in force before. */
export interface JudgeInput {
  readonly source: ManifestSource;
  readonly git: GitAnswer;
  readonly history: History;
  /** A manifest that is trusted beside what is recorded, and its commit where it has one. */
  readonly trusted?: { readonly keyset: Keyset; readonly commit?: string };
}

/** The same, with the file that git was asked of. */
interface Judging extends Pick<JudgeInput, "history" | "trusted"> {
  /** Absolute; no link. */
  readonly path: string;
  readonly desired: DesiredFleet;
  /** Absent outside of git. */
  readonly facts: GitFacts | undefined;
  /** The name leads there through a link that the repository holds. */
  readonly isLinked: boolean;
}

/** What a plan is told of its manifest's commits. */
export interface Judged {
  readonly inGit: Pick<PlanManifest, "commit" | "dirty" | "file" | "changed">;
  /** Present when a policy asks for signatures. */
  readonly commits?: NonNullable<PlanInput["commits"]>;
  /** What is odd about the commit where no policy refuses it, a sentence each. */
  readonly notes: readonly string[];
}

/** What the manifest's commits are judged by. */
interface InForce {
  readonly keysets: readonly Keyset[];
  /** The commit whose manifest is in force; absent where none is known. */
  readonly since?: string;
  /** A commit that does not follow `since` is no pull request's, but somebody's going back. */
  readonly mustFollow: boolean;
}

/**
 * Judges the commits that brought a manifest from the one in force to what is planned. In force is what the ledger
 * records and the trusted manifest; where neither is known, the manifest before its last change. Nothing is
 * verified where no policy asks for it, but for the last commit when somebody lists keys.
 */
export async function judgeCommits({ source, git, ...rest }: JudgeInput): Promise<Judged> {
  const { path, desired } = source;
  const input: Judging =
    git.kind === "known"
      ? { ...rest, desired, path: git.path, facts: git.facts, isLinked: git.isLinked }
      : { ...rest, desired, path, facts: undefined, isLinked: false };
  const judged = await judge(input);
  if (git.kind !== "refused") return judged;
  return { ...judged, notes: [refusedNote(source.name, git), ...judged.notes] };
}

async function judge(input: Judging): Promise<Judged> {
  const inForce = await inForceOf(input);
  const signers = signersOf(inForce.keysets);
  const inGit = await placeInGit(input, signers);
  const wanted = signedCommitsOf(inForce.keysets);
  if (wanted.length === 0) return { inGit, notes: await notesOn(input, inForce) };
  return { inGit, commits: { wanted, evidence: await evidenceOf(input, inForce) }, notes: [] };
}

/** Says when the commit does not follow the last one that is recorded, which may be meant. */
async function notesOn({ path, facts }: Judging, inForce: InForce): Promise<readonly string[]> {
  const { since, mustFollow } = inForce;
  if (facts === undefined || since === undefined || !mustFollow || since === facts.commit)
    return [];
  const ancestry = await readAncestry(dirname(path), { since, until: facts.commit });
  const last = `the last recorded plan is from commit ${shortCommit(since)}`;
  switch (ancestry) {
    case "follows":
      return [];
    case "beside":
      return [`${last}, ${await besideText(path, facts.commit, since)}`];
    case "missing":
      return [`${last}, which is not in this clone: fetch it, or the history was rewritten`];
  }
}

/** How a commit stands to the recorded one that it does not go back to. */
async function besideText(path: string, commit: string, since: string): Promise<string> {
  const back = await readAncestry(dirname(path), { since: commit, until: since });
  return back === "follows"
    ? `and this plan is from commit ${shortCommit(commit)}, which comes before that one`
    : `which commit ${shortCommit(commit)} does not follow: it is on another branch, or the history was rewritten`;
}

async function inForceOf(input: Judging): Promise<InForce> {
  const { history, trusted, facts, path } = input;
  const keysets = earlierKeysets(history, trusted?.keyset);
  if (trusted !== undefined && trusted.commit !== undefined)
    return { keysets, since: trusted.commit, mustFollow: false };
  const recorded = history.known ? history.lastCommit : undefined;
  if (keysets.length > 0) return { keysets, ...defined({ since: recorded }), mustFollow: true };
  if (facts === undefined) return { keysets: ownWhenUnknown(input), mustFollow: false };
  return await beforeLastChange(path, facts, input);
}

/** Nothing recorded and no earlier manifest to see: a policy of its own can only be taken at its word. */
function ownWhenUnknown({ desired }: Judging): readonly Keyset[] {
  return desired.policy.signedCommits === undefined ? [] : [keysetOf(desired)];
}

/** The manifest before its last change that can be read; none where this is the first. */
async function beforeLastChange(
  path: string,
  { commit }: GitFacts,
  input: Judging,
): Promise<InForce> {
  const { commits, isCutOff } = await readFileHistory(path, {
    until: commit,
    countMax: COMMITS_MAX,
  });
  for (const earlier of commits.slice(1)) {
    const found = await readFileAt(path, earlier.commit);
    // Most manifests ask for no signatures, and reading one takes most of the time of a small plan.
    if (found.kind === "file" && !fromLatin(found.bytes).includes("signed_commits"))
      return { keysets: [], mustFollow: false };
    const keyset = await keysetIn(found);
    if (keyset !== undefined)
      return { keysets: [keyset], since: earlier.commit, mustFollow: false };
  }
  return { keysets: isCutOff ? ownWhenUnknown(input) : [], mustFollow: false };
}

async function placeInGit(
  { path, facts }: Judging,
  signers: readonly GitSigner[],
): Promise<Judged["inGit"]> {
  if (facts === undefined) return {};
  const { changed, ...place } = facts;
  if (changed === undefined) return place;
  // Where nobody lists a key no program but git is asked, so that a plan does not depend on what this machine has.
  const signature =
    signers.length === 0
      ? await unverified(path, changed.commit)
      : await verifyCommit(dirname(path), changed.commit, signers);
  return { ...place, changed: { ...changed, signature } };
}

/** What can be said of a signature without a list of keys: git itself tells whether there is one. */
async function unverified(path: string, commit: string): Promise<CommitSignature> {
  return (await hasSignature(dirname(path), commit)) === false
    ? { kind: "unsigned" }
    : { kind: "unchecked", why: "no operator lists a key for it" };
}

async function evidenceOf(input: Judging, inForce: InForce): Promise<CommitEvidence> {
  const { path, facts, desired, isLinked } = input;
  if (facts === undefined) return { kind: "no-git" };
  // Commits of the file do not tell who turned the link to it.
  if (isLinked) return { kind: "linked" };
  const { commit } = facts;
  const found = await readFileAt(path, commit);
  // Not what git calls changed, which files and settings can bend: the very bytes.
  if (found.kind !== "file" || digestOfBytes(found.bytes) !== desired.manifestDigest)
    return { kind: "not-committed" };
  const { since } = inForce;
  const fault = since === undefined ? undefined : await orderFault(path, commit, since, inForce);
  if (fault !== undefined) return fault;
  // Where nothing says what is in force, the last change alone is judged.
  const { commits, isCutOff } = await readFileHistory(path, {
    until: commit,
    ...defined({ since }),
    countMax: since === undefined ? 1 : COMMITS_MAX + 1,
  });
  if (isCutOff) return { kind: "cut-off", ...defined({ since }) };
  if (commits.length > COMMITS_MAX) return { kind: "too-many", limit: COMMITS_MAX };
  return { kind: "commits", commits: await verifyInOrder(path, commits.toReversed(), inForce) };
}

/** Whether the commit goes back to the one in force, without leaving out on the way what that says. */
async function orderFault(
  path: string,
  commit: string,
  since: string,
  { mustFollow }: InForce,
): Promise<CommitEvidence | undefined> {
  const folder = dirname(path);
  const ancestry = await readAncestry(folder, { since, until: commit });
  if (ancestry === "missing") return { kind: "cut-off", since };
  if (!mustFollow) return undefined;
  const fault = { kind: "not-after", commit, since } as const;
  if (ancestry === "beside") return fault;
  const meeting = await readMeeting(folder, { since, until: commit });
  if (meeting === since) return undefined;
  if (meeting === undefined) return fault;
  const [there, here] = [await readFileAt(path, since), await readFileAt(path, meeting)];
  return bytesOf(there) === bytesOf(here) ? undefined : fault;
}

function bytesOf(found: FileAtCommit): string {
  return found.kind === "file" ? toHex(sha256(found.bytes)) : found.kind;
}

/** Text enough to look for plain letters in. */
function fromLatin(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}

/** Verifies commits, oldest first; who was taken out by one signs none of those that follow. */
async function verifyInOrder(
  path: string,
  commits: readonly FileCommit[],
  { keysets }: InForce,
): Promise<readonly ManifestCommit[]> {
  const verified: ManifestCommit[] = [];
  let before: readonly Keyset[] = [];
  for (const [index, commit] of commits.entries()) {
    const signers = signersOf([...keysets, ...before]);
    const signature = await verifyCommit(dirname(path), commit.commit, signers);
    verified.push({ ...commit, signature });
    if (index === commits.length - 1) break;
    const keyset = await keysetIn(await readFileAt(path, commit.commit));
    if (keyset !== undefined) before = [keyset];
  }
  return verified;
}

/** Who may do what in the manifest as a commit has it; `undefined` where it has none that is good. */
async function keysetIn(found: FileAtCommit): Promise<Keyset | undefined> {
  if (found.kind !== "file") return undefined;
  const { loadKeyset } = await import("../manifest/manifest-room.ts");
  const { trusted } = loadKeyset(found.bytes, found.commit);
  return trusted === undefined ? undefined : keysetOf(trusted);
}
