// Words that promise work not done, tests that do not run, and paths of somebody's machine.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { listFiles } from "./source-files.mjs";

const TEXT = /(?:^|\/)[^/]*\.(?:ts|mjs|cjs|json|md|yaml|yml|go|txt)$|^\.ci\/run$|^LICENSE$/;
/** Recorded bytes of others, and the list of words itself. */
const NOT_READ =
  /^(?:package-lock\.json|test\/vectors\/.*|test\/gates\/(?:words\.mjs|gates\.test\.ts))$/;

/**
 * @typedef {object} ForbiddenWord
 * @property {RegExp} word
 * @property {string} why
 * @property {RegExp} [where] paths it holds for; all when not given
 */

/** @type {readonly ForbiddenWord[]} */
const FORBIDDEN = [
  { word: /\bFIXME\b|\bXXX\b|\bHACK\b/, why: "work not done" },
  { word: /\bTODO\b(?!\(#\d+\):)/, why: "work not done; TODO(#issue): names where it is kept" },
  { word: /\bnot (?:yet )?implemented\b/i, why: "leave a door, not a stub" },
  { word: /\bplaceholder\b/i, why: "work not done" },
  { word: /\bfor now\b/i, why: "work not done" },
  {
    word: /\b(?:it|test|describe|suite)(?:\.\w+)*\.(?:skip|only|todo|skipIf|runIf)\b|\b(?:xit|xdescribe|fit|fdescribe)\(/,
    why: "every test runs; a missing tool is ctx.skip with its reason",
    where: /^test\//,
  },
  {
    word: /(?:^|[\s"'`(=:])\/(?:work|root|home\/(?!user\/)\w+|Users\/\w+)\//,
    why: "a path of somebody's machine",
  },
  { word: /\bnew Date\(\)/, why: "take a Clock", where: /^src\/(?!platform\/|cli\/)/ },
  {
    word: /\.\.\.\((\S+) (?:=== undefined \? \{\} : \{ (?:\w+: )?\1 \}|!== undefined \? \{ (?:\w+: )?\1 \} : \{\})\)/,
    why: "write ...defined({ … }), of core",
    where: /^src\//,
  },
  {
    word: / < [^?]+ \? -1 :|\blocaleCompare\(|\bIntl\.Collator\b/,
    why: "compareTexts and compareNames of core put texts in order",
    where: /^src\/(?!core\/small-words\.ts|ledger\/proof\/make-evidence\.ts)/,
  },
  { word: /\bvi\.mock\(/, why: "use a memory port", where: /^test\// },
  {
    word: /(?:oxlint|eslint)-disable(?!.*-- \S)|@ts-(?:expect-error|ignore|nocheck)(?!.*: \S)/,
    why: "say on the same line why a rule is off (after `--`, or after a colon)",
  },
];

/**
 * @param {string} root
 * @returns {import("./source-files.mjs").Verdict}
 */
export function checkWords(root) {
  const paths = listFiles(root, "").filter((path) => TEXT.test(path) && !NOT_READ.test(path));
  const findings = paths.flatMap((path) =>
    wordFaults(path, readFileSync(join(root, path), "utf8")),
  );
  return { looked: paths.length, findings };
}

/**
 * @param {string} path
 * @param {string} text
 * @returns {string[]}
 */
function wordFaults(path, text) {
  const rules = FORBIDDEN.filter(({ where }) => where === undefined || where.test(path));
  return text.split("\n").flatMap((line, index) =>
    rules.flatMap(({ word, why }) => {
      const found = word.exec(line);
      return found === null ? [] : [`${path}:${index + 1}: "${found[0].trim()}": ${why}`];
    }),
  );
}
