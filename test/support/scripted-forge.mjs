// Stands for `gh` and `curl` in tests of docs/ci: answers the few calls that the scripts make from a file, and keeps what
// they write. It checks nothing of the forge beyond the shape of these calls.
import { readFileSync, writeFileSync } from "node:fs";

const file = process.env["FORGE_STATE"] ?? "";
const [tool, ...words] = process.argv.slice(2);
/** @type {import("./forge.ts").ForgeState} */
const state = JSON.parse(readFileSync(file, "utf8"));
const bot = tool === "gh" ? "github-actions[bot]" : "gitea-actions";

/** @param {string} value */
const fileOr = (value) => (value.startsWith("@") ? readFileSync(value.slice(1), "utf8") : value);

/** What a command line asks for. */
/** @type {{ method: string, path: string, fields: Map<string, string>, silent: boolean }} */
const call = { method: "GET", path: "", fields: new Map(), silent: false };
for (let at = 0; at < words.length; at += 1) {
  const word = words[at] ?? "";
  const next = words[at + 1] ?? "";
  if (word === "api" || ["--silent", "--show-error", "--fail"].includes(word)) {
    call.silent ||= word === "--silent" && tool === "gh";
  } else if (word === "--method" || word === "--request") ((call.method = next), (at += 1));
  else if (word === "-H" || word === "--header") {
    if (/token/i.test(next) && /: *(token )?$/i.test(next)) process.exit(22);
    at += 1;
  } else if (word === "-f" || word === "-F") {
    const [name = "", ...rest] = next.split("=");
    const value = rest.join("=");
    call.fields.set(name, word === "-F" ? fileOr(value) : value);
    at += 1;
  } else if (word === "--data")
    ((call.fields = new Map(Object.entries(JSON.parse(fileOr(next))))), (at += 1));
  else if (word === "--form") {
    const [name = "", value = ""] = next.split("=<");
    call.fields.set(name, readFileSync(value, "utf8"));
    at += 1;
  } else call.path = word;
}
// Whole addresses and paths below the API alike.
const path = call.path.replace(/^https?:\/\/[^/]+\/api\/v[0-9]+\//, "").replace(/\?.*$/, "");

/**
 * @param {unknown} value
 * @returns {never}
 */
const answer = (value) => {
  writeFileSync(file, JSON.stringify(state));
  if (!call.silent) process.stdout.write(`${JSON.stringify(value)}\n`);
  process.exit(0);
};

/**
 * @param {number} id
 * @returns {import("./forge.ts").Said}
 */
const said = (id) => ({
  id,
  number: id,
  body: call.fields.get("body") ?? "",
  state: "open",
  user: { login: bot },
  author: { username: "fleet-bot" },
});

/** @type {readonly (readonly [RegExp, (match: readonly string[]) => void])[]} */
const routes = [
  [/^user$/, () => answer({ username: "fleet-bot" })],
  [
    /^repos\/[^/]+\/[^/]+\/pulls$/,
    () =>
      answer(
        state.pulls.filter(
          ({ head, state: is }) => is === "open" && head.label === call.fields.get("head"),
        ),
      ),
  ],
  [
    /commits\/([0-9a-f]+)\/(pulls|pull|merge_requests)$/,
    ([, sha = "", kind = ""]) => {
      const found = state.pulls.filter(({ merge_commit_sha: merged }) => merged === sha);
      if (kind === "pulls") answer(found);
      if (kind === "merge_requests")
        answer(found.map((pull) => ({ ...pull, iid: pull.number, sha: pull.head.sha })));
      const [first] = found;
      if (first === undefined) process.exit(22);
      answer({ ...first, merged: first.merged_at !== null });
    },
  ],
  [
    /^repos\/[^/]+\/[^/]+\/contents\/(.+)$/,
    ([, name = ""]) => {
      const text = state.contents[`${call.fields.get("ref")}:${name}`];
      if (text === undefined) process.exit(1);
      process.stdout.write(text);
      process.exit(0);
    },
  ],
  [
    /(?:issues|merge_requests)\/([0-9]+)\/(?:comments|notes)$/,
    ([, number = ""]) => {
      const comments = (state.comments[number] ??= []);
      if (call.method === "GET") answer(comments);
      comments.push(said(comments.length + 1000 * Number(number)));
      answer(comments.at(-1));
    },
  ],
  [
    /(?:comments|notes)\/([0-9]+)$/,
    ([, id = ""]) => {
      const found = Object.values(state.comments)
        .flat()
        .find((each) => each.id === Number(id));
      if (found === undefined) process.exit(22);
      found.body = call.fields.get("body") ?? "";
      answer(found);
    },
  ],
  [
    /^repos\/[^/]+\/[^/]+\/issues$/,
    () => {
      if (call.method === "GET") answer(state.issues.filter(({ state: is }) => is === "open"));
      state.issues.push(said(500 + state.issues.length));
      answer(state.issues.at(-1));
    },
  ],
  [
    /^repos\/[^/]+\/[^/]+\/issues\/([0-9]+)$/,
    ([, number = ""]) => {
      const found = state.issues.find((each) => each.number === Number(number));
      if (found === undefined) process.exit(22);
      found.body = call.fields.get("body") ?? found.body;
      found.state = call.fields.get("state") ?? found.state;
      answer(found);
    },
  ],
];
for (const [pattern, run] of routes) {
  const match = pattern.exec(path);
  if (match !== null) run(match);
}
process.stderr.write(`${tool}: no route for ${call.method} ${path}\n`);
process.exit(22);
