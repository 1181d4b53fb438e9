// `fleet __complete` in this process: what it may ask of this machine is one text, which it reads.
import { readFile, stat } from "node:fs/promises";
import process from "node:process";
import { DEFAULT_MANIFEST, MANIFEST_BYTES_MAX } from "../model/index.ts";
import { commandForms } from "./command-forms.ts";
import { complete } from "./completion/complete.ts";

/** The answer to a Tab, see {@link complete}. Whatever goes wrong, the answer is nothing: it is printed onto a line. */
export async function completeHere(words: readonly string[]): Promise<string> {
  try {
    return await complete(words, { forms: commandForms, manifestText });
  } catch {
    return "";
  }
}

async function manifestText(named: string | undefined): Promise<string> {
  const variable = process.env["FLEET_MANIFEST"] ?? "";
  const path = named ?? (variable === "" ? DEFAULT_MANIFEST : variable);
  // Only a file: what is a pipe would be waited for.
  const facts = await stat(path).catch(() => undefined);
  if (facts?.isFile() !== true || facts.size > MANIFEST_BYTES_MAX) return "";
  return await readFile(path, "utf8");
}
