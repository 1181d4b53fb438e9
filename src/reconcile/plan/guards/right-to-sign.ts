// The guards about who signs: rights that nobody could change again, and commits of the manifest that the policy asks to be signed.
import { type CommitSignature, counted, shortCommit, unreachable } from "../../../core/index.ts";
import { keysetLockOut } from "../../../ledger/index.ts";
import type {
  CommitEvidence,
  Keyset,
  ManifestCommit,
  Refusal,
  SignedCommits,
} from "../../../model/index.ts";
import { keysetToRecord } from "../keyset.ts";

// Refuses a plan after which nobody could change operators, controllers or policy again.

/** What is looked at: who may do what behind the plan, and how many relays it lists. */
export interface RightToSignInput {
  readonly keyset: Keyset;
  readonly relays: readonly string[];
  /** How the keyset differs from the ones in force. */
  readonly keysetChanges: readonly string[];
  /** True where nothing is recorded: the keyset becomes the first. */
  readonly isFirst: boolean;
}

/**
 * Looks for lock-out in the right to sign: what is recorded once can only be changed by those whom it names. A keyset that
 * does not change is not judged, and neither is a first one that names nobody: no apply of it is allowed.
 */
export function checkRightToSign(input: RightToSignInput): readonly Refusal[] {
  const { keyset, relays, keysetChanges, isFirst } = input;
  const isJudged = isFirst ? keyset.operators.length > 0 : keysetChanges.length > 0;
  if (!isJudged) return [];
  const refusals: Refusal[] = [];
  const found = keysetLockOut(keysetToRecord(keyset));
  if (found !== undefined) {
    const { why, path, measured, limit, next } = found;
    refusals.push({
      guard: "lock-out",
      path,
      message: `the manifest ${why}: once that is recorded, nobody could take it back`,
      measured,
      limit,
      next,
    });
  }
  const { requireRelays } = keyset.policy;
  if (requireRelays > relays.length) {
    refusals.push({
      guard: "lock-out",
      path: "policy.require_relays",
      message: `the manifest asks for ${counted(requireRelays, "relay")}, and lists ${relays.length}: once that is recorded, no apply could pass`,
      measured: counted(relays.length, "relay"),
      limit: `at least ${requireRelays}`,
      next: "list more relays under ledger.relays, or write a smaller number",
    });
  }
  return refusals;
}

// The guard that asks for a signed commit of the manifest, where the recorded policy does.

/** What {@link checkSignedCommits} looks at. */
export interface SignedCommitsInput {
  /** What the manifests in force ask for, each word once; all of them must be met. Empty: nothing is asked for. */
  readonly wanted: readonly SignedCommits[];
  /** Absent when nobody looked, which is refused like anything else that is not known. */
  readonly evidence: CommitEvidence | undefined;
  /** The manifest, as the user named it. */
  readonly path: string;
}

/**
 * Refuses a manifest that came from the one in force by a commit which no operator signed who may apply. Nothing
 * overrides it: whoever could write the option could write the commit.
 */
export function checkSignedCommits(input: SignedCommitsInput): readonly Refusal[] {
  const { wanted, evidence, path } = input;
  if (wanted.length === 0) return [];
  if (evidence?.kind !== "commits") return [unknownRefusal(unknownOf(evidence, path), wanted)];
  const faults = evidence.commits.filter(({ signature }) => !isEnough(signature, wanted));
  const [first] = faults;
  return first === undefined ? [] : [commitRefusal(first, faults.length - 1, wanted)];
}

function isEnough(signature: CommitSignature, wanted: readonly SignedCommits[]): boolean {
  return (
    signature.kind === "good" && wanted.every((word) => word === "any" || word === signature.by)
  );
}

function commitRefusal(
  { commit, author, signature }: ManifestCommit,
  others: number,
  wanted: readonly SignedCommits[],
): Refusal {
  const more = others === 0 ? "" : `, and ${others} more ${others === 1 ? "does" : "do"} not count`;
  return {
    guard: "signed-commits",
    path: "policy.signed_commits",
    message: `commit ${shortCommit(commit)} by ${author} changes the manifest and ${whatOf(signature)}${more}`,
    measured: signature.kind === "good" ? `signed with ${signature.by}` : signature.kind,
    limit: limitOf(wanted),
    next: wantsBoth(wanted)
      ? "a commit bears one signature: go from one kind to the other in two applies, with `signed_commits: any` between them"
      : "have an operator with may: [apply] in the manifest in force look at the change and make, or merge, it with a signature: `git commit -S`, `git merge --no-ff -S`; a key counts from the apply after the one that lists it",
  };
}

/** True where the manifest in force and the recorded keyset ask for different kinds: no commit meets both. */
function wantsBoth(wanted: readonly SignedCommits[]): boolean {
  return wanted.includes("ssh") && wanted.includes("gpg");
}

function whatOf(signature: CommitSignature): string {
  switch (signature.kind) {
    case "unsigned":
      return "is not signed";
    case "good":
      return `is signed with ${signature.by} by ${signature.signer}`;
    case "unknown-signer":
      return `is signed with ${signature.by} by ${signature.key ?? "a key that is not here"}, which no operator with may: [apply] lists under git in the manifest in force`;
    case "bad":
      return `bears a signature that does not count: ${signature.why}`;
    case "unchecked":
      return `its signature could not be checked: ${signature.why}`;
  }
}

function unknownRefusal(
  { what, measured, next }: Unknown,
  wanted: readonly SignedCommits[],
): Refusal {
  return {
    guard: "signed-commits",
    path: "policy.signed_commits",
    message: `${what}, and policy.signed_commits wants commits that are signed`,
    measured,
    limit: limitOf(wanted),
    next,
  };
}

interface Unknown {
  readonly what: string;
  readonly measured: string;
  readonly next: string;
}

function unknownOf(
  evidence: Exclude<CommitEvidence, { readonly kind: "commits" }> | undefined,
  path: string,
): Unknown {
  switch (evidence?.kind) {
    case undefined:
      return {
        what: "nobody who is accepted looked at the commits of the manifest",
        measured: "not known",
        next: "make the plan with `fleet plan`, in the repository of the manifest",
      };
    case "no-git":
      return {
        what: `git does not know ${path}`,
        measured: "not in git",
        next: "plan the manifest in its repository; git also refuses the folder of another user, until safe.directory names it",
      };
    case "linked":
      return {
        what: `${path} is read through a symbolic link, and no signature of the file behind it says who turned the link to it`,
        measured: "a link",
        next: "name the file itself, or keep the manifest under that name",
      };
    case "not-committed":
      return {
        what: `${path} has changes that are not committed`,
        measured: "not committed",
        next: "commit them with `git commit -S`, then try again; one-line changes take --edit-only for that",
      };
    case "cut-off": {
      const what =
        evidence.since === undefined
          ? "this clone ends before the commit that last changed the manifest"
          : `commit ${shortCommit(evidence.since)}, which the manifest in force is from, is not in this clone`;
      return {
        what,
        measured: "commits are missing",
        next: "fetch them (`git fetch --unshallow` where the clone is shallow); if they are nowhere any more, the history was rewritten: find out by whom before anything else",
      };
    }
    case "not-after":
      return {
        what: `commit ${shortCommit(evidence.commit)} does not follow commit ${shortCommit(evidence.since)}, which the manifest in force is from, or leaves out what it has`,
        measured: "not a later commit",
        next: "check out a commit that follows it by first parents: merge branches into the main one, not the other way round, and go back by a signed `git revert`; if the history was rewritten, find out by whom before anything else",
      };
    case "too-many":
      return {
        what: `more than ${evidence.limit} commits changed the manifest since the one in force`,
        measured: `more than ${evidence.limit} commits`,
        next: "apply at an earlier commit first",
      };
    default:
      return unreachable(evidence);
  }
}

function limitOf(wanted: readonly SignedCommits[]): string {
  const by = wanted.filter((word) => word !== "any");
  return `signed (${by.length === 0 ? "ssh or gpg" : by.join(" and ")}) by an operator who may apply`;
}
