// Commit titles: `area: what changes for the reader`, imperative, short. Every commit that git can reach is
// read; a shallow clone has fewer, and merges are left out because other programs write their titles.
import { spawnSync } from "node:child_process";

const TITLE_SIZE_MAX = 72;
const TITLE = /^[a-z][a-z0-9-]*(?:[/,][a-z0-9-]+)*: \S/;
/** Forms no noun shares; a title such as "changes as documents" is for a reader to judge. */
const NOT_IMPERATIVE =
  /^(?:added|adds|adding|fixed|fixing|changed|changing|updated|updating|removed|removes|removing|made|making|moved|moving|implemented|implements|introduced|introduces)\b/i;

/**
 * @param {string} title
 * @returns {string | undefined} what is wrong with it
 */
export function titleFault(title) {
  if (!TITLE.test(title)) return "is not of the form `area: what changes`";
  if (title.length > TITLE_SIZE_MAX)
    return `has ${title.length} characters, at most ${TITLE_SIZE_MAX}`;
  if (title.endsWith(".")) return "ends with a full stop";
  const said = title.slice(title.indexOf(": ") + 2);
  return NOT_IMPERATIVE.test(said) ? "is not imperative" : undefined;
}

/**
 * @param {string} root a git work tree
 * @returns {import("./source-files.mjs").Verdict}
 */
export function checkTitles(root) {
  const log = spawnSync("git", ["log", "--no-merges", "--format=%h%x09%s"], {
    cwd: root,
    encoding: "utf8",
  });
  if (log.status !== 0) return { looked: 0, findings: [`git log: ${log.stderr.trim()}`] };
  const lines = log.stdout.split("\n").filter((line) => line !== "");
  const findings = lines.flatMap((line) => {
    const [commit = "", title = ""] = line.split("\t");
    const fault = titleFault(title);
    return fault === undefined ? [] : [`${commit}: "${title}" ${fault}`];
  });
  return { looked: lines.length, findings };
}
