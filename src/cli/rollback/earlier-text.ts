// The text of the manifest of an earlier apply: from its commit, or from the ledger that keeps it.
import { basename } from "node:path";
import { digestOfBytes, FleetError, hasCode, shortCommit, utf8 } from "../../core/index.ts";
import type { RecordRef } from "../../ledger/index.ts";
import { printable, shellWord } from "../../view/index.ts";
import { manifestBytesAt } from "../git/manifest-at.ts";
import type { RecordsSource } from "../record/records-source.ts";
import type { World } from "../shell/world.ts";
import type { NamedApply } from "./find-apply.ts";

/** A manifest's bytes, those that were applied, and where they come from. */
export interface EarlierText {
  readonly bytes: Uint8Array;
  /** The commit that has them; absent where the ledger does. */
  readonly commit?: string;
}

/**
 * Reads the manifest of an apply again. What is given has the digest that the apply recorded.
 * @param name of the manifest now
 * @throws FleetError cli/no-text (exit 64) when nobody has it any more, with what to do
 */
export async function earlierText(
  apply: NamedApply,
  name: string,
  source: RecordsSource,
  world: World,
): Promise<EarlierText> {
  const { plan, keptBy } = apply;
  let fault: FleetError | undefined;
  if (plan.commit !== undefined && plan.dirty !== true) {
    try {
      return await manifestBytesAt(name, plan.commit, world, plan.manifest);
    } catch (error) {
      if (!hasCode(error, "cli/")) throw error;
      fault = error;
    }
  }
  if (keptBy !== undefined) return { bytes: await keptBytes(apply, keptBy, source) };
  throw fault === undefined ? notKept(apply) : notThere(apply, fault, name);
}

async function keptBytes(
  { plan, word }: NamedApply,
  { feed, index }: RecordRef,
  source: RecordsSource,
): Promise<Uint8Array> {
  for await (const record of source.records(new Map([[feed, index]]))) {
    if (record.feed !== feed || record.kind !== "plan" || record.index !== index) continue;
    const bytes = utf8(record.payload?.text ?? "");
    if (digestOfBytes(bytes) === plan.manifest) return bytes;
    break;
  }
  throw new FleetError(
    "cli/other-text",
    `the text that the ledger keeps of apply ${word} is not the one that was applied: it has another digest`,
    { next: "find out who wrote that entry: `fleet show` shows it", exit: 4 },
  );
}

/** No commit had the text, and no ledger keeps it. */
function notKept({ plan, word, at }: NamedApply): FleetError {
  const why =
    plan.commit === undefined
      ? "no commit had it"
      : `it was not as commit ${printable(shortCommit(plan.commit))} has it`;
  return noText(`the text of the manifest of apply ${word} was not kept: ${why}`, at, word);
}

/** A commit should have the text, and does not give it. */
function notThere({ plan, word, at }: NamedApply, fault: FleetError, name: string): FleetError {
  const commit = printable(plan.commit ?? "");
  const of = `the manifest of apply ${word}`;
  if (plan.dirty === undefined && fault.code === "cli/other-text") {
    const why = `it was not as commit ${shortCommit(commit)} has it, which release 0.1.0 did not say`;
    return noText(`the text of ${of} was not kept: ${why}`, at, word);
  }
  const next: Readonly<Record<string, string>> = {
    "cli/no-commit": `bring the commit here, \`git fetch\` or \`git fetch --unshallow\`, and try again; ${fault.next ?? ""}`,
    "cli/not-in-commit": `${laterPath(plan.file, commit, name)}; then \`fleet plan\` shows what it would change`,
    "cli/other-text":
      otherFile(plan.file, name) ??
      "nothing is planned by it: what was applied had another digest than what this commit has, so either the record or the repository is not what it was; `fleet verify` checks the record",
  };
  return new FleetError("cli/no-text", `${of} cannot be read again: ${fault.message}`, {
    next: next[fault.code] ?? fault.next ?? "`fleet history` lists the other applies",
    exit: 64,
    cause: fault,
  });
}

/** What to do where the apply was of another manifest of the repository. */
function otherFile(file: string | undefined, name: string): string | undefined {
  if (file === undefined || basename(file) === basename(name)) return undefined;
  return `the apply was of ${printable(file)}: name that one with --manifest`;
}

function laterPath(file: string | undefined, commit: string, name: string): string {
  return file === undefined
    ? `find out what ${name} was called there: \`git show --stat ${shellWord(commit)}\``
    : `it was ${printable(file)} there: \`git show ${shellWord(`${commit}:${printable(file)}`)}\` prints it`;
}

function noText(message: string, at: RecordRef, word: string): FleetError {
  const moment = /^\d+$/.test(word) ? `#${at.index}` : word;
  return new FleetError("cli/no-text", message, {
    next: `write what you want of it into the manifest: \`fleet at ${shellWord(moment)}\` shows what is recorded of the visors then`,
    exit: 64,
  });
}
