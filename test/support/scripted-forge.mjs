// Stands for `gh` and `curl` in tests of docs/ci: answers the few calls that the scripts make from a file, and keeps what
// they write. It checks nothing of a forge beyond the shape of these calls.
import { readFileSync, writeFileSync } from "node:fs";

/** What a tool ends with when the forge refuses. */
const REFUSED = 22;
const FLAGS = new Set(["api", "--silent", "--show-error", "--fail"]);

const file = process.env["FORGE_STATE"] ?? "";
const [tool, ...words] = process.argv.slice(2);
/** @type {import("./forge.ts").ForgeState} */
const state = JSON.parse(readFileSync(file, "utf8"));
const bot = tool === "gh" ? "github-actions[bot]" : "gitea-actions";

/** @param {string} value */
function fileOr(value) {
  return value.startsWith("@") ? readFileSync(value.slice(1), "utf8") : value;
}

/** What the command line asks for. */
function parseCall() {
  /** @type {Map<string, string>} */
  const fields = new Map();
  let [method, path, isAllowed] = ["GET", "", true];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (FLAGS.has(word)) continue;
    if (!word.startsWith("-")) {
      path = word;
      continue;
    }
    at += 1;
    const next = words[at] ?? "";
    const equals = next.indexOf("=");
    const [name, value] = [next.slice(0, equals), next.slice(equals + 1)];
    if (word === "--method" || word === "--request") method = next;
    // A token that is empty is none.
    else if (word === "--header") isAllowed = isAllowed && !/: *(token *)?$/i.test(next);
    else if (word === "-f") fields.set(name, value);
    else if (word === "-F") fields.set(name, fileOr(value));
    else if (word === "--form") fields.set(name, fileOr(value.replace(/^</, "@")));
    else if (word === "--data") {
      /** @type {Record<string, string>} */
      const body = JSON.parse(fileOr(next));
      for (const [key, text] of Object.entries(body)) fields.set(key, text);
    }
  }
  // Whole addresses and paths below the API alike.
  const below = path.replace(/^https?:\/\/[^/]+\/api\/v[0-9]+\//, "").replace(/\?.*$/, "");
  return { method, path: below, fields, isAllowed };
}

const call = parseCall();

/**
 * @param {number} id
 * @returns {import("./forge.ts").Said}
 */
function said(id) {
  const body = call.fields.get("body") ?? "";
  const author = { username: "fleet-bot" };
  return { id, number: id, body, state: "open", user: { login: bot }, author };
}

/**
 * @param {readonly import("./forge.ts").Said[]} all
 * @param {string} id
 */
function edited(all, id) {
  const found = all.find((each) => each.id === Number(id));
  if (found === undefined) return undefined;
  found.body = call.fields.get("body") ?? found.body;
  found.state = call.fields.get("state") ?? found.state;
  return found;
}

/**
 * @param {string} sha
 * @param {string} kind
 */
function mergedAs(sha, kind) {
  const found = state.pulls.filter(({ merge_commit_sha: merged }) => merged === sha);
  if (kind === "pulls") return found;
  if (kind === "merge_requests") {
    return found.map((pull) => ({ ...pull, iid: pull.number, sha: pull.head.sha }));
  }
  const [first] = found;
  return first === undefined ? undefined : { ...first, merged: first.merged_at !== null };
}

/** @param {string} number */
function commentsOf(number) {
  const comments = (state.comments[number] ??= []);
  if (call.method === "GET") return comments;
  comments.push(said(comments.length + 1000 * Number(number)));
  return comments.at(-1);
}

/**
 * What is asked for and how it is answered: text is a file, `undefined` is refused.
 * @type {readonly (readonly [RegExp, (match: readonly string[]) => unknown])[]}
 */
const routes = [
  [/^user$/, () => ({ username: "fleet-bot" })],
  [
    /^repos\/[^/]+\/[^/]+\/pulls$/,
    () =>
      state.pulls.filter(
        ({ head, state: is }) => is === "open" && head.label === call.fields.get("head"),
      ),
  ],
  [
    /commits\/([0-9a-f]+)\/(pulls|pull|merge_requests)$/,
    ([, sha = "", kind = ""]) => mergedAs(sha, kind),
  ],
  [
    /^repos\/[^/]+\/[^/]+\/contents\/(.+)$/,
    ([, name = ""]) => state.contents[`${call.fields.get("ref") ?? ""}:${name}`],
  ],
  [
    /(?:issues|merge_requests)\/([0-9]+)\/(?:comments|notes)$/,
    ([, number = ""]) => commentsOf(number),
  ],
  [
    /(?:comments|notes)\/([0-9]+)$/,
    ([, id = ""]) => edited(Object.values(state.comments).flat(), id),
  ],
  [
    /^repos\/[^/]+\/[^/]+\/issues$/,
    () => {
      if (call.method === "GET") return state.issues.filter(({ state: is }) => is === "open");
      state.issues.push(said(500 + state.issues.length));
      return state.issues.at(-1);
    },
  ],
  [/^repos\/[^/]+\/[^/]+\/issues\/([0-9]+)$/, ([, number = ""]) => edited(state.issues, number)],
];

const route = routes.find(([pattern]) => pattern.test(call.path));
const answer = call.isAllowed ? route?.[1](route[0].exec(call.path) ?? []) : undefined;
if (answer === undefined) {
  process.stderr.write(`${tool ?? ""}: refused ${call.method} ${call.path}\n`);
  process.exitCode = REFUSED;
} else {
  writeFileSync(file, JSON.stringify(state));
  process.stdout.write(typeof answer === "string" ? answer : `${JSON.stringify(answer)}\n`);
}
