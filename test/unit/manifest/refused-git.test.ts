import { expect, it } from "vitest";
import { desiredOf, manifest } from "../../support/manifest-text.ts";
import { oneVisor, type Refusal, testRefusals } from "../../support/refusals.ts";

const SSH = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0X5zv4kUT1q3OqL6uQJjkHc7vFeDZ7dHoGZ0wW3k1m";
const GPG = "D4BE3C5A7E1F00112233445566778899AABBCCDD";

/** An operator's line, the key of which is made up. */
function operator(name: string, digits: string, git: string, may = "plan, apply"): string {
  return `  ${name}: { key: "ed25519:${digits.repeat(32)}", may: [${may}], git: [${git}] }\n`;
}

function fleet(operators: string, policy = ""): string {
  return oneVisor("", `${policy}operators:\n${operators}`);
}

const signed = (word: string): string => `policy: { signed_commits: ${word} }\n`;

const ROWS: readonly Refusal[] = [
  {
    name: "a short id, which anybody can have",
    text: fleet(operator("me", "5f", '"66778899AABBCCDD"')),
    want: ["manifest/git-key 4:116"],
    shown: "66778899AABBCCDD",
    next: "the line of the .pub file",
  },
  {
    name: "a private key, which is not shown",
    text: fleet(operator("me", "5f", '"-----BEGIN OPENSSH PRIVATE KEY----- hunter2"')),
    want: ["manifest/git-key 4:116"],
    shown: undefined,
  },
  {
    name: "one key of two operators, written in two ways",
    text: fleet(operator("me", "5f", `"${SSH} at home"`) + operator("ci", "6f", `"${SSH}"`)),
    want: ["manifest/git-key-twice 5:116"],
    next: "leave it at one operator",
    related: [4],
  },
  {
    name: "a key that is no list",
    text: oneVisor(
      "",
      `operators:\n  me: { key: "ed25519:${"5f".repeat(32)}", may: [plan], git: ${GPG} }\n`,
    ),
    want: ["manifest/value 4:108"],
  },
  {
    name: "another word for how commits are signed",
    text: fleet(operator("me", "5f", `"${SSH}"`), signed("x509")),
    want: ["manifest/value 3:27"],
    next: "ssh, gpg, any",
  },
  {
    name: "signed commits, and nobody who could sign one",
    text: oneVisor("", signed("any")),
    want: ["manifest/no-signer 3:27"],
    shown: "any",
    next: "two of them better than one",
  },
  {
    name: "signed commits by somebody who may not apply",
    text: fleet(operator("me", "5f", `"${SSH}"`, "plan"), signed("ssh")),
    want: ["manifest/no-signer 3:27"],
  },
  {
    name: "commits signed with gpg, and keys of ssh",
    text: fleet(operator("me", "5f", `"${SSH}"`), signed("gpg")),
    want: ["manifest/no-signer 3:27"],
  },
  {
    name: "a key that is refused itself says nothing of the policy",
    text: fleet(operator("me", "5f", '"0xabcdef"'), signed("ssh")),
    want: ["manifest/git-key 5:116"],
  },
];

testRefusals(ROWS);

it("keys and policy stand in the desired fleet, each key in one form", () => {
  const text =
    `${signed("any")}operators:\n` +
    operator("me", "5f", `"${SSH} at home", "d4be 3c5a 7e1f 0011 2233 4455 6677 8899 aabb ccdd"`);
  const { operators, policy } = desiredOf(
    manifest(`${text}visors: { laptop: { key: $laptop } }\n`),
  );
  expect(operators[0]?.git).toEqual([GPG, SSH]);
  expect(policy.signedCommits).toBe("any");
});
