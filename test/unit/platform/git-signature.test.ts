import { existsSync } from "node:fs";
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { gitKeyName } from "../../../src/core/index.ts";
import { hasSignature, verifyCommit } from "../../../src/platform/index.ts";
import { type CommitSigner, type GitWorld, gitWorld } from "../../support/git-world.ts";

let world: GitWorld;
let repository = "";
let alice: CommitSigner;
let bob: CommitSigner;

beforeAll(async () => {
  world = await gitWorld();
  vi.stubEnv("GNUPGHOME", world.gpgHome);
  repository = await world.init("repository");
  alice = await world.sshKey("alice");
  bob = await world.sshKey("bob", "ecdsa");
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await world.remove();
});

const signers = (...keys: readonly (readonly [string, CommitSigner])[]) =>
  keys.map(([name, { key }]) => ({ name, keys: [key] }));

const altered = (commit: string): string =>
  world.forge(repository, commit, "fleet: as it is", "fleet: as it was");

describe("a commit that ssh signed", () => {
  it("is good by the operator whose key signed it, and by nobody else", async () => {
    const commit = await world.commit(repository, { a: "1" }, "fleet: as it is", alice);
    const name = gitKeyName(alice.key);
    expect(name).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
    expect(await verifyCommit(repository, commit, signers(["bob", bob], ["alice", alice]))).toEqual(
      {
        kind: "good",
        by: "ssh",
        signer: "alice",
        key: name,
      },
    );
    const unknown = { kind: "unknown-signer", by: "ssh", key: name };
    expect(await verifyCommit(repository, commit, signers(["bob", bob]))).toEqual(unknown);
    expect(await verifyCommit(repository, commit, [])).toEqual(unknown);
    expect(await verifyCommit(repository, altered(commit), signers(["alice", alice]))).toEqual({
      kind: "bad",
      why: "it does not fit the commit",
    });
  });

  it("goes by no program, list of keys or object that the repository puts in the way", async () => {
    const other = await world.init("hostile");
    const liar = join(world.folder, "liar");
    await writeFile(
      liar,
      "#!/bin/sh\necho 'Good \"git\" signature for signer-0 with ED25519 key x'\n",
    );
    await chmod(liar, 0o755);
    const commit = await world.commit(other, { a: "1" }, "fleet: trust me", bob);
    const plain = await world.commit(other, { a: "1" }, "fleet: without");
    for (const name of [
      "gpg.program",
      "gpg.openpgp.program",
      "gpg.ssh.program",
      "gpg.x509.program",
    ])
      world.git(other, "config", name, liar);
    await mkdir(join(other, "sub"));
    await writeFile(join(other, "keys"), `x ${bob.key}\n`);
    world.git(other, "config", "gpg.ssh.allowedSignersFile", join(other, "keys"));
    world.git(other, "config", "gpg.minTrustLevel", "never");
    expect(await verifyCommit(join(other, "sub"), commit, signers(["alice", alice]))).toEqual({
      kind: "unknown-signer",
      by: "ssh",
      key: gitKeyName(bob.key),
    });
    world.git(other, "replace", plain, commit);
    expect(await verifyCommit(other, plain, signers(["bob", bob]))).toEqual({ kind: "unsigned" });
  });
});

describe("a commit that gpg signed", () => {
  it("is good by the fingerprint that is listed, however little the keyring trusts it", async () => {
    const carol = world.gpgKey("carol");
    const commit = await world.commit(repository, { a: "2" }, "fleet: as it is", carol);
    expect(await verifyCommit(repository, commit, signers(["carol", carol]))).toEqual({
      kind: "good",
      by: "gpg",
      signer: "carol",
      key: carol.key,
    });
    expect(await verifyCommit(repository, commit, signers(["alice", alice]))).toEqual({
      kind: "unknown-signer",
      by: "gpg",
      key: carol.key,
    });
    expect(await verifyCommit(repository, altered(commit), signers(["carol", carol]))).toEqual({
      kind: "bad",
      why: "it does not fit the commit",
    });
    world.gpg("--yes", "--delete-secret-and-public-key", carol.key);
    expect(await verifyCommit(repository, commit, signers(["carol", carol]))).toEqual({
      kind: "unknown-signer",
      by: "gpg",
      key: carol.key.slice(-16),
    });
  });

  it("counts by the primary key of a signing subkey, and no more once it is revoked", async () => {
    const dave = world.gpgKey("dave");
    world.gpg("--passphrase", "", "--quick-add-key", dave.key, "ed25519", "sign", "never");
    const commit = await world.commit(repository, { a: "3" }, "fleet: as it is", dave);
    expect(await verifyCommit(repository, commit, signers(["dave", dave]))).toMatchObject({
      kind: "good",
      signer: "dave",
    });
    await world.revoke(dave);
    expect(await verifyCommit(repository, commit, signers(["dave", dave]))).toEqual({
      kind: "bad",
      why: "its key was revoked",
    });
  });
});

it("a commit without signature is unsigned, and one that is not here unchecked", async () => {
  const commit = await world.commit(repository, { a: "4" }, "gpgsig -----BEGIN SSH SIGNATURE-----");
  expect(await verifyCommit(repository, commit, signers(["alice", alice]))).toEqual({
    kind: "unsigned",
  });
  const signed = await world.commit(repository, { a: "4s" }, "fleet: as it is", alice);
  const found = [commit, signed, altered(signed), "0".repeat(40)].map((each) =>
    hasSignature(repository, each),
  );
  expect(await Promise.all(found)).toEqual([false, true, true, undefined]);
  const missing = "0".repeat(40);
  expect(await verifyCommit(repository, missing, [])).toEqual({
    kind: "unchecked",
    why: `git has no commit ${missing} here`,
  });
});

it("without the programs a signature is unchecked, never good", async () => {
  const commit = await world.commit(repository, { a: "5" }, "fleet: as it is", alice);
  const bin = join(world.folder, "bin");
  await mkdir(bin, { recursive: true });
  const path = process.env["PATH"] ?? "";
  const git = path.split(delimiter).find((folder) => existsSync(join(folder, "git"))) ?? "";
  await symlink(join(git, "git"), join(bin, "git"));
  vi.stubEnv("PATH", bin);
  try {
    expect(await verifyCommit(repository, commit, signers(["alice", alice]))).toMatchObject({
      kind: "unchecked",
      why: expect.stringContaining("cannot run ssh-keygen"),
    });
  } finally {
    vi.stubEnv("PATH", path);
  }
});
