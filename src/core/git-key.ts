// Public keys that sign commits of git, as a manifest lists them.
import { concatBytes, formatBase64, parseBase64, utf8 } from "./bytes.ts";
import { sha256 } from "./json.ts";

/**
 * A public key that signs git commits: an ssh key as its type and its base64, one space between and no comment, or the
 * fingerprint of an OpenPGP key as 40 or 64 upper-case hex digits.
 */
export type GitKey = string & { readonly __brand: "GitKey" };

const COMMIT_SHOWN = 12;

/** The beginning of a commit's id, as it is shown: enough to find it by in any repository of manifests. */
export function shortCommit(commit: string): string {
  return commit.slice(0, COMMIT_SHOWN);
}

/** How a commit is signed. */
export type GitKeyKind = "ssh" | "gpg";

/** What git's own verification says of a commit's signature. */
export type CommitSignature =
  | { readonly kind: "unsigned" }
  /** Made by a key that a signer lists. */
  | {
      readonly kind: "good";
      readonly by: GitKeyKind;
      /** The operator's name. */
      readonly signer: string;
      /** `SHA256:…` of an ssh key, the fingerprint of an OpenPGP key as it is listed. */
      readonly key: string;
    }
  /** Nobody whom the list names; the key as far as the signature tells it. */
  | { readonly kind: "unknown-signer"; readonly by: GitKeyKind; readonly key?: string }
  /** It does not fit the commit, or its key has expired or was revoked. */
  | { readonly kind: "bad"; readonly why: string }
  /** Nobody could look: git, gpg or ssh-keygen is missing or too old, or the commit is not here. */
  | { readonly kind: "unchecked"; readonly why: string };

/** What OpenSSH still accepts signatures of, without certificates. */
const SSH_TYPES: readonly string[] = [
  "ssh-ed25519",
  "sk-ssh-ed25519@openssh.com",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "sk-ecdsa-sha2-nistp256@openssh.com",
  "ssh-rsa",
];
/** An RSA key of 16,384 bits is a quarter of it. */
const SSH_KEY_LENGTH_MAX = 12_000;

/**
 * The key that a text is, or why it is none. An ssh key may have its comment, as `ssh-keygen` writes it; a
 * fingerprint may have spaces, as `gpg` prints it.
 * Source: RFC 4253 section 6.6 (the blob begins with its type), RFC 4880 section 12.2.
 */
export function checkGitKey(text: string): { readonly key: GitKey } | { readonly fault: string } {
  const trimmed = text.trim();
  const digits = trimmed.replaceAll(/[\s:]/g, "").replace(/^0x/i, "");
  if (/^[0-9a-fA-F]+$/.test(digits)) return checkFingerprint(digits);
  if (/private key/i.test(trimmed))
    return { fault: "this is a private key: keep it secret, and name the public one" };
  const [type = "", base64 = ""] = trimmed.split(/\s+/);
  if (type.includes("-cert-")) {
    return { fault: "this is a certificate; name the key itself, from the file without -cert" };
  }
  if (!SSH_TYPES.includes(type)) {
    return {
      fault: `it begins with ${JSON.stringify(type.slice(0, 40))}, which is no kind of ssh key that counts here (${SSH_TYPES.join(", ")}), and it is no fingerprint of 40 or 64 hexadecimal digits`,
    };
  }
  const blob = sshBlob(base64);
  if (blob === undefined || !isBlobOf(type, blob))
    return { fault: `what follows ${type} is not such a key: it was cut short or changed` };
  return { key: `${type} ${base64}` as GitKey };
}

/** Whether ssh or gpg verifies what the key signs. */
export function gitKeyKind(key: GitKey): GitKeyKind {
  return key.includes(" ") ? "ssh" : "gpg";
}

/** The short form that git shows: `SHA256:` and base64 of an ssh key, the fingerprint of an OpenPGP key. */
export function gitKeyName(key: GitKey): string {
  if (gitKeyKind(key) === "gpg") return key;
  const blob = sshBlob(key.slice(key.indexOf(" ") + 1)) ?? new Uint8Array();
  return `SHA256:${formatBase64(sha256(blob)).replaceAll("=", "")}`;
}

function checkFingerprint(digits: string): ReturnType<typeof checkGitKey> {
  if (digits.length === 40 || digits.length === 64) return { key: digits.toUpperCase() as GitKey };
  return {
    fault: `a fingerprint has 40 or 64 hexadecimal digits, this has ${digits.length}${digits.length < 40 ? ", and anybody can make another key with the same short id" : ""}`,
  };
}

/** The bytes of canonical base64. */
function sshBlob(base64: string): Uint8Array | undefined {
  return base64.length > SSH_KEY_LENGTH_MAX ? undefined : parseBase64(base64);
}

/** True when a blob is a list of lengths and what is so long, and the first says the type. */
function isBlobOf(type: string, blob: Uint8Array): boolean {
  const name = utf8(type);
  const head = concatBytes(Uint8Array.of(0, 0, 0, name.length), name);
  if (blob.length <= head.length || head.some((byte, index) => blob[index] !== byte)) return false;
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  let offset = 0;
  while (offset + 4 <= blob.length) offset += 4 + view.getUint32(offset);
  return offset === blob.length;
}
