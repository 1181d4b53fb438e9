// Reading the operators.
import { checkGitKey, checkVisorKey, defined, isOperatorKey, isSealKey } from "../core/index.ts";
import { CAPABILITIES, type FeedKey } from "../model/index.ts";
import type { WrittenOperator } from "./manifest.ts";
import { placeOf, type Reading, soundAt, soundEntries, textOf, wordsOf } from "./reading.ts";
import type { MapTree, Tree } from "./tree.ts";

/** Reads the operators; those whose key was refused are left out. */
export function readOperators(reading: Reading, root: MapTree): readonly WrittenOperator[] {
  const operators: WrittenOperator[] = [];
  for (const { key: name, offset, value } of soundEntries(
    reading,
    soundAt(reading, root, "operators"),
  )) {
    const key = textOf(soundAt(reading, value, "key"));
    const seal = textOf(soundAt(reading, value, "seal"));
    const feed = readFeed(reading, soundAt(reading, value, "feed"));
    const may = wordsOf(reading, soundAt(reading, value, "may")).map((word) => word.text);
    if (key === undefined || !isOperatorKey(key)) continue;
    operators.push({
      name,
      place: placeOf(reading, offset),
      key,
      ...(seal !== undefined && isSealKey(seal) ? { seal } : {}),
      ...defined({ feed }),
      git: readGitKeys(reading, soundAt(reading, value, "git")),
      may: CAPABILITIES.filter((verb) => may.includes(verb)),
    });
  }
  return operators;
}

function readGitKeys(reading: Reading, tree: Tree | undefined): WrittenOperator["git"] {
  return wordsOf(reading, tree).flatMap(({ text, place }) => {
    const checked = checkGitKey(text);
    if ("key" in checked) return [{ key: checked.key, place }];
    reading.report({
      code: "manifest/git-key",
      severity: "error",
      message: `this is no key that signs commits: ${checked.fault}`,
      at: place,
      // A private key has no place in any output.
      ...(/private/i.test(text) ? {} : { text: text.slice(0, 80) }),
      next: "copy the line of the .pub file, or what `gpg --fingerprint` prints",
    });
    return [];
  });
}

/** A feed is a point of the same curve as a visor key, and written the same way. */
function readFeed(reading: Reading, tree: Tree | undefined): WrittenOperator["feed"] {
  const text = textOf(tree);
  if (tree === undefined || text === undefined) return undefined;
  const place = placeOf(reading, tree.offset);
  const checked = checkVisorKey(text);
  if ("key" in checked) return { key: checked.key as string as FeedKey, place };
  const isForm = /^0[23][0-9a-fA-F]{64}$/.test(text);
  reading.report({
    code: "manifest/feed-key",
    severity: "error",
    message: isForm
      ? `this is no feed key: ${checked.fault}`
      : "this is no feed key: one has 66 hexadecimal digits and begins with 02 or 03",
    at: place,
    // 64 digits may be a secret key.
    ...(text.length === 64 ? {} : { text: text.slice(0, 80) }),
    next: "copy the feed again from what fleet keygen printed on that operator's machine",
  });
  return undefined;
}
