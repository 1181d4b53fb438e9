// Each file of src says on its first line what it is, and each room has a page that says where to begin.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ALLOWED } from "./rooms.cjs";
import { listSources, saysWhatItIs } from "./source-files.mjs";

/** Lines of a room's page: more is read by nobody, and less says nothing. */
const PAGE_LINES = { least: 8, most: 30 };

/**
 * @param {string} root
 * @returns {import("./source-files.mjs").Verdict}
 */
export function checkFirstLines(root) {
  const paths = listSources(root, ["src"]);
  const silent = paths
    .filter((path) => !saysWhatItIs(readFileSync(join(root, path), "utf8")))
    .map((path) => `${path}:1: say in a sentence, before the imports, what the file is`);
  const rooms = [...Object.keys(ALLOWED), "cli"].filter((room) =>
    paths.some((path) => path.startsWith(`src/${room}/`)),
  );
  return {
    looked: paths.length,
    findings: [...silent, ...rooms.flatMap((room) => pageFault(root, room))],
  };
}

/**
 * @param {string} root
 * @param {string} room
 * @returns {string[]}
 */
function pageFault(root, room) {
  const page = `src/${room}/README.md`;
  if (!existsSync(join(root, page)))
    return [
      `${page} is missing: what comes in, what goes out, where to begin, what may never happen`,
    ];
  const lines = readFileSync(join(root, page), "utf8").trimEnd().split("\n").length;
  return lines < PAGE_LINES.least || lines > PAGE_LINES.most
    ? [`${page} has ${lines} lines: ${PAGE_LINES.least} to ${PAGE_LINES.most}`]
    : [];
}
