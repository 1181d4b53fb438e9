// The answer to a Tab: the words of an unfinished command line to what may stand at the cursor.
import { namesInText } from "../../manifest/index.ts";
import { askedOf, type CompletionCandidate } from "./asked.ts";
import { candidatesFor, needsManifest } from "./candidates.ts";
import type { CommandForms } from "./forms.ts";
import type { TakenKind } from "./takes.ts";

/** All that completion may ask: nothing of it writes, or reaches a visor or a network. */
export interface WordPlace {
  readonly forms: () => Promise<CommandForms>;
  /** The text of a manifest; empty where there is none. */
  readonly manifestText: (name: string | undefined) => Promise<string>;
}

/** What a shell offers by itself: its files or folders. */
const BY_SHELL: Readonly<Partial<Record<TakenKind, string>>> = {
  files: ":files\n",
  folders: ":folders\n",
  manifest: ":files\n",
};

/**
 * Answers `fleet __complete SHELL WORD...`, where the last word is the one at the cursor. One candidate a line, whole,
 * with a tab and what it is behind it; `:files` or `:folders` alone where the shell is to offer those. A candidate that
 * ends with `:`, `/` or `=` goes on. Bash takes only what follows the last `=` or `:`, at which it parts words.
 */
export async function complete(
  [shell = "", ...raw]: readonly string[],
  place: WordPlace,
): Promise<string> {
  const words = (shell === "bash" ? joined(raw) : raw).map((word) => unquoted(word, shell));
  const { takes, before, typed, manifest } = askedOf(words, await place.forms());
  const byShell = "kind" in takes ? BY_SHELL[takes.kind] : undefined;
  if (byShell !== undefined) return byShell;
  const offered =
    "kind" in takes
      ? candidatesFor(takes, typed, namesInText(await textFor(takes.kind, place, manifest)))
      : takes.filter(({ word }) => word.startsWith(typed));
  const cut = shell === "bash" ? before.length + typed.length - lastPart(raw).length : 0;
  return offered.map((candidate) => lineOf(candidate, before, cut)).join("");
}

async function textFor(
  kind: TakenKind,
  { manifestText }: WordPlace,
  name: string | undefined,
): Promise<string> {
  return needsManifest(kind) ? await manifestText(name) : "";
}

function lineOf({ word, about }: CompletionCandidate, before: string, cut: number): string {
  const line = `${before}${word}`.slice(cut);
  return about === undefined ? `${line}\n` : `${line}\t${about.replaceAll(/\s+/g, " ")}\n`;
}

/** Bash parts words at `=` and at colons outside quotes: `--on`, `=`, `tag`, `:`, `sh`. They are joined again. */
function joined(raw: readonly string[]): readonly string[] {
  const words: string[] = [];
  let isGlued = false;
  for (const part of raw) {
    const isSign = /^[:=]/.test(part) && words.length > 0;
    if (isSign || isGlued) words.push(`${words.pop() ?? ""}${part}`);
    else words.push(part);
    isGlued = isSign;
  }
  return words;
}

/** The part of the last word that bash replaces. */
function lastPart(raw: readonly string[]): string {
  const part = raw.at(-1) ?? "";
  return /^[:=]/.test(part) ? "" : unquoted(part, "bash");
}

/** A word without its quotes, open ones too; zsh takes them off itself. */
function unquoted(word: string, shell: string): string {
  if (shell === "zsh") return word;
  const bare = word.replaceAll(/'([^']*)'?|"([^"]*)"?/g, "$1$2");
  return shell === "powershell" ? bare : bare.replaceAll(/\\(.)/g, "$1");
}
