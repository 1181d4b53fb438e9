import { describe, expect, it, test } from "vitest";
import { checkGitKey, gitKeyKind, gitKeyName } from "../../../src/core/index.ts";
import { gitKey } from "../../support/git-world.ts";

/** Made with ssh-keygen for this test; its secret half was thrown away. */
const BLOB = "AAAAC3NzaC1lZDI1NTE5AAAAIJ0X5zv4kUT1q3OqL6uQJjkHc7vFeDZ7dHoGZ0wW3k1m";
const ED25519 = `ssh-ed25519 ${BLOB}`;
const FINGERPRINT = "D4BE3C5A7E1F00112233445566778899AABBCCDD";

test.each([
  { name: "an ssh key", text: ED25519, key: ED25519, kind: "ssh" },
  { name: "its file with comment", text: `${ED25519} alice at home\n`, key: ED25519, kind: "ssh" },
  { name: "a fingerprint", text: FINGERPRINT, key: FINGERPRINT, kind: "gpg" },
  {
    name: "a fingerprint as gpg prints it",
    text: "0xd4be 3c5a 7e1f 0011 2233  4455 6677 8899 aabb ccdd",
    key: FINGERPRINT,
    kind: "gpg",
  },
  { name: "a long fingerprint", text: "ab".repeat(32), key: "AB".repeat(32), kind: "gpg" },
])("$name is a key, in one form", ({ text, key, kind }) => {
  expect(checkGitKey(text)).toEqual({ key });
  expect(gitKeyKind(gitKey(text))).toBe(kind);
});

describe("what is no key", () => {
  test.each([
    { name: "nothing", text: "", says: "no kind of ssh key" },
    { name: "a name", text: "alice", says: "no kind of ssh key" },
    { name: "a short id of gpg", text: "66778899AABBCCDD", says: "this has 16, and anybody can" },
    { name: "a fingerprint with a digit too many", text: `${FINGERPRINT}0`, says: "this has 41" },
    { name: "a private key", text: "-----BEGIN OPENSSH PRIVATE KEY-----", says: "keep it secret" },
    {
      name: "a certificate",
      text: `ssh-ed25519-cert-v01@openssh.com ${BLOB}`,
      says: "this is a certificate",
    },
    { name: "a kind that is broken", text: `ssh-dss ${BLOB}`, says: "no kind of ssh key" },
    { name: "another type than it says", text: `ssh-rsa ${BLOB}`, says: "is not such a key" },
    { name: "a key cut short", text: ED25519.slice(0, -4), says: "cut short or changed" },
    { name: "a key with more behind", text: `${ED25519}AAAA`, says: "cut short or changed" },
    { name: "no base64", text: "ssh-ed25519 AAAA*", says: "cut short or changed" },
    { name: "a type alone", text: "ssh-ed25519", says: "cut short or changed" },
    {
      name: "options before the key",
      text: `cert-authority ${ED25519}`,
      says: "no kind of ssh key",
    },
  ])("$name is refused with the reason", ({ text, says }) => {
    expect(checkGitKey(text)).toEqual({ fault: expect.stringContaining(says) });
  });
});

it("keys go by the names that git shows", () => {
  expect(gitKeyName(gitKey(FINGERPRINT))).toBe(FINGERPRINT);
  expect(gitKeyName(gitKey(ED25519))).toBe("SHA256:hs7WFCdeBTX7BQD/ylGWOWjpryj0a1wYoSHDh2AIJ4I");
});
