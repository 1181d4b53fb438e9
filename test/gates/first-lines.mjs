// Each file of src says on its first line what it is, and each room has a page that says where to begin, by files that are there.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ALLOWED } from "./rooms.cjs";
import { listSources, saysWhatItIs } from "./source-files.mjs";

/** Lines of a room's page: more is read by nobody, and less says nothing. */
const PAGE_LINES = { least: 8, most: 30 };
/** A file as a page names it; `schema*.ts` names several and is let pass. */
const NAMED_FILE = /`((?:[\w-]+\/)*[\w-]+\.ts)`/g;

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
    findings: [...silent, ...rooms.flatMap((room) => pageFaults(root, room, paths))],
  };
}

/**
 * @param {string} root
 * @param {string} room
 * @param {readonly string[]} paths of all sources
 * @returns {string[]}
 */
function pageFaults(root, room, paths) {
  const page = `src/${room}/README.md`;
  if (!existsSync(join(root, page)))
    return [
      `${page} is missing: what comes in, what goes out, where to begin, what may never happen`,
    ];
  const text = readFileSync(join(root, page), "utf8");
  const lines = text.trimEnd().split("\n").length;
  const length =
    lines < PAGE_LINES.least || lines > PAGE_LINES.most
      ? [`${page} has ${lines} lines: ${PAGE_LINES.least} to ${PAGE_LINES.most}`]
      : [];
  const gone = [...text.matchAll(NAMED_FILE)]
    .map(([, name = ""]) => name)
    .filter((name) => !isThere(name, room, paths));
  return [...length, ...gone.map((name) => `${page} names ${name}, which is no file of this room`)];
}

/**
 * A file that a page names is one of its room, however deep, or is named by its path below src.
 * @param {string} name
 * @param {string} room
 * @param {readonly string[]} paths
 */
function isThere(name, room, paths) {
  return paths.some(
    (path) =>
      path === `src/${name}` || (path.startsWith(`src/${room}/`) && path.endsWith(`/${name}`)),
  );
}
