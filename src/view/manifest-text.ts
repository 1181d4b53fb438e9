// Where git has the manifest of a plan.
import { shortCommit } from "../core/index.ts";
import type { CommitSignature } from "../core/index.ts";
import type { ManifestCommit, PlanManifest } from "../model/index.ts";
import type { Paint } from "./paint.ts";
import { printable } from "./printable.ts";

/** Makes outside words safe where they are shown. */
type Quote = (text: string) => string;

/** Where git has the manifest of a plan; what is not committed is marked. Empty outside of git. */
export function manifestText(manifest: PlanManifest, paint: Paint): string {
  const { path, commit, dirty, changed } = manifest;
  if (commit === undefined) return "";
  const at = printable(shortCommit(commit));
  if (dirty === true) {
    return `${paint("danger", "!")} ${printable(path)} has changes that are not committed, on top of commit ${at}\n`;
  }
  const last = changed === undefined ? "" : `, ${changedText(changed, printable)}`;
  return paint("quiet", `${printable(path)} at commit ${at}${last}\n`);
}

/** Who changed the manifest last, in which commit, and whose signature that bears. */
export function changedText({ commit, author, signature }: ManifestCommit, quote: Quote): string {
  const at = quote(shortCommit(commit));
  return `last changed by ${quote(author)} in ${at}, ${signatureText(signature, quote)}`;
}

/** What became of a commit's signature, to stand behind the commit. */
function signatureText(signature: CommitSignature, quote: Quote): string {
  switch (signature.kind) {
    case "unsigned":
      return "not signed";
    case "good":
      return `signed by ${quote(signature.signer)} (${signature.by} ${quote(signature.key)})`;
    case "unknown-signer": {
      const key = signature.key === undefined ? "" : ` ${quote(signature.key)}`;
      return `signed by nobody that is listed (${signature.by}${key})`;
    }
    case "bad":
      return `with a signature that does not count: ${quote(signature.why)}`;
    case "unchecked":
      return `its signature not checked: ${quote(signature.why)}`;
  }
}
