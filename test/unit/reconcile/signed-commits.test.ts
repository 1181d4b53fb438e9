import { describe, expect, it, test } from "vitest";
import type { CommitSignature, GitKey } from "../../../src/core/index.ts";
import {
  type CommitEvidence,
  DEFAULT_POLICY,
  type Keyset,
  type SignedCommits,
} from "../../../src/model/index.ts";
import { checkSignedCommits, signedCommitsOf, signersOf } from "../../../src/reconcile/index.ts";
import { gitKey } from "../../support/git-world.ts";
import { testKeys } from "../../support/ledger-world.ts";

const SSH: GitKey = gitKey(
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0X5zv4kUT1q3OqL6uQJjkHc7vFeDZ7dHoGZ0wW3k1m",
);
const GPG: GitKey = gitKey("D4BE3C5A7E1F00112233445566778899AABBCCDD");
const NAME = "SHA256:hs7WFCdeBTX7BQD/ylGWOWjpryj0a1wYoSHDh2AIJ4I";
const good = (by: "ssh" | "gpg"): CommitSignature => ({
  kind: "good",
  by,
  signer: "kim",
  key: by === "ssh" ? NAME : GPG,
});

function commits(...signatures: readonly CommitSignature[]): CommitEvidence {
  return {
    kind: "commits",
    commits: signatures.map((signature, index) => ({
      commit: String(index).repeat(40),
      author: "Kim <kim@example.net>",
      at: "2026-11-26T08:00:00Z",
      signature,
    })),
  };
}

const judge = (evidence: CommitEvidence | undefined, ...wanted: readonly SignedCommits[]) =>
  checkSignedCommits({ wanted, evidence, path: "fleet.yaml" });

describe("commits that pass", () => {
  test.each<{ name: string; wanted: readonly SignedCommits[]; evidence: CommitEvidence }>([
    {
      name: "unsigned ones where nobody asks",
      wanted: [],
      evidence: commits({ kind: "unsigned" }),
    },
    { name: "none", wanted: ["ssh"], evidence: commits() },
    { name: "one of ssh", wanted: ["ssh"], evidence: commits(good("ssh")) },
    { name: "one of each", wanted: ["any"], evidence: commits(good("ssh"), good("gpg")) },
    { name: "the stricter word of two", wanted: ["any", "gpg"], evidence: commits(good("gpg")) },
  ])("are $name", ({ wanted, evidence }) => {
    expect(judge(evidence, ...wanted)).toEqual([]);
  });
});

describe("what is refused", () => {
  it("9.4: says how to go from one kind of signature to the other", () => {
    const [refusal] = judge(commits(good("gpg")), "ssh", "gpg");
    expect(refusal?.next).toContain("signed_commits: any");
    expect(judge(commits(good("ssh")), "gpg")[0]?.next).not.toContain("signed_commits: any");
  });

  const by = "commit 000000000000 by Kim <kim@example.net> changes the manifest and";
  test.each<{ name: string; evidence: CommitEvidence | undefined; says: string }>([
    {
      name: "an unsigned commit",
      evidence: commits({ kind: "unsigned" }),
      says: `${by} is not signed`,
    },
    {
      name: "another kind of signature",
      evidence: commits(good("gpg")),
      says: `${by} is signed with gpg by kim`,
    },
    {
      name: "a stranger's key",
      evidence: commits({ kind: "unknown-signer", by: "ssh", key: NAME }),
      says: `${by} is signed with ssh by ${NAME}, which no operator with may: [apply] lists under git in the manifest in force`,
    },
    {
      name: "a signature that does not fit",
      evidence: commits({ kind: "bad", why: "it does not fit the commit" }),
      says: `${by} bears a signature that does not count: it does not fit the commit`,
    },
    {
      name: "a signature that nobody could check",
      evidence: commits({ kind: "unchecked", why: "no gpg" }),
      says: `${by} its signature could not be checked: no gpg`,
    },
    {
      name: "the first of three, with the count of the others",
      evidence: commits({ kind: "unsigned" }, good("ssh"), { kind: "unsigned" }),
      says: `${by} is not signed, and 1 more does not count`,
    },
    { name: "what nobody looked at", evidence: undefined, says: "nobody who is accepted looked" },
    { name: "a manifest outside git", evidence: { kind: "no-git" }, says: "git does not know" },
    { name: "a dirty tree", evidence: { kind: "not-committed" }, says: "are not committed" },
    { name: "a shallow clone", evidence: { kind: "cut-off" }, says: "this clone ends before" },
    {
      name: "a commit that is gone",
      evidence: { kind: "cut-off", since: "a".repeat(40) },
      says: "commit aaaaaaaaaaaa, which the manifest in force is from, is not in this clone",
    },
    {
      name: "an earlier commit",
      evidence: { kind: "not-after", commit: "b".repeat(40), since: "a".repeat(40) },
      says: "commit bbbbbbbbbbbb does not follow commit aaaaaaaaaaaa",
    },
    { name: "too much", evidence: { kind: "too-many", limit: 5 }, says: "more than 5 commits" },
  ])("is $name", ({ evidence, says }) => {
    const [refusal, ...others] = judge(evidence, "ssh");
    expect(refusal).toMatchObject({
      guard: "signed-commits",
      path: "policy.signed_commits",
      limit: "signed (ssh) by an operator who may apply",
    });
    expect(refusal?.message).toContain(says);
    expect(refusal).not.toHaveProperty("override");
    expect(others).toEqual([]);
  });

  it("is whatever two policies ask that exclude each other", () => {
    expect(judge(commits(good("ssh")), "gpg", "ssh")).toHaveLength(1);
    expect(judge(commits(good("gpg")), "gpg", "ssh")[0]?.limit).toBe(
      "signed (gpg and ssh) by an operator who may apply",
    );
  });
});

describe("who may sign commits", () => {
  const keyset = (
    operators: Readonly<Record<string, Pick<Keyset["operators"][number], "git" | "may">>>,
    signedCommits?: SignedCommits,
  ): Keyset => ({
    operators: Object.entries(operators).map(([name, operator]) => ({
      name,
      key: testKeys(name).operator,
      ...operator,
    })),
    controllers: [],
    policy: { ...DEFAULT_POLICY, ...(signedCommits === undefined ? {} : { signedCommits }) },
  });
  const kim = { git: [SSH], may: ["apply"] } as const;
  const lee = { git: [GPG], may: ["apply"] } as const;

  test.each<{ name: string; keysets: readonly Keyset[]; want: readonly string[] }>([
    { name: "nobody without a keyset", keysets: [], want: [] },
    {
      name: "everybody with a key who may apply",
      keysets: [keyset({ kim, lee })],
      want: ["kim", "lee"],
    },
    {
      name: "nobody who may plan only",
      keysets: [keyset({ kim: { ...kim, may: ["plan"] } })],
      want: [],
    },
    { name: "nobody without a key", keysets: [keyset({ kim: { may: ["apply"] } })], want: [] },
    {
      name: "whom all keysets list",
      keysets: [keyset({ kim, lee }), keyset({ lee }), keyset({ kim, lee })],
      want: ["lee"],
    },
    {
      name: "a key that went from one to another, by its last name",
      keysets: [keyset({ kim }), keyset({ lee: kim })],
      want: ["lee"],
    },
  ])("is $name", ({ keysets, want }) => {
    expect(signersOf(keysets).map(({ name }) => name)).toEqual(want);
  });

  it("and how is asked by every policy in force", () => {
    expect(
      signedCommitsOf([keyset({}, "ssh"), keyset({}), keyset({}, "any"), keyset({}, "ssh")]),
    ).toEqual(["any", "ssh"]);
  });
});
