// What people type who know other tools, and what it is called here.
import type { Command } from "./command.ts";

/** Options of other tools; a hint counts only where the command has what it names. */
const FOREIGN_OPTIONS: Readonly<
  Record<string, readonly { readonly needs?: string; readonly hint: string }[]>
> = {
  "--target": [
    { needs: "on", hint: "--on SELECTION names visors; --only VISOR/PATH names one value" },
  ],
  "--tag": [{ needs: "on", hint: "--on tag:NAME names visors by a tag, such as --on tag:home" }],
  "--role": [
    { needs: "on", hint: "--on role:NAME names visors by a role, such as --on role:base" },
  ],
  "--visor": [{ needs: "on", hint: "--on NAME names visors, such as --on laptop" }],
  "--limit": [{ needs: "on", hint: "--on SELECTION names visors, such as --on tag:home" }],
  "--exclude": [{ needs: "on", hint: "leave visors out with --on 'all & !NAME'" }],
  "--dry-run": [
    { needs: "from-observation", hint: "a plan is the dry run: it writes nothing to any visor" },
    { needs: "edit-only", hint: "answer the question with no; `fleet plan` shows the rest" },
    { hint: "`fleet plan` shows what would be done and writes nothing to any visor" },
  ],
  "--check": [
    { needs: "detailed-exitcode", hint: "--detailed-exitcode ends with 2 when something differs" },
  ],
  "-o": [
    { needs: "output", hint: "--out FILE keeps the plan; --output KIND=FILE writes it for others" },
    { needs: "out", hint: "--out FILE" },
    { needs: "json", hint: "--json prints one document for programs" },
  ],
  "--output": [
    { needs: "out", hint: "--out FILE" },
    { needs: "json", hint: "--json prints one document for programs" },
  ],
  "-f": [
    { needs: "manifest", hint: "--manifest FILE" },
    { hint: "name the file without an option" },
  ],
  "--file": [
    { needs: "manifest", hint: "--manifest FILE" },
    { hint: "name the file without an option" },
  ],
  "--force": [{ hint: "there is no force: each refusal names the one option that allows it" }],
  "--host": [{ needs: "rpc", hint: "--rpc HOST:PORT names the local visor's RPC" }],
  "--parallel": [{ needs: "parallelism", hint: "--parallelism N" }],
  "--forks": [{ needs: "parallelism", hint: "--parallelism N" }],
  "--quiet": [{ hint: "--concise leaves progress and notes out" }],
  "-q": [{ hint: "--concise leaves progress and notes out" }],
};

/** The next thing to try for an option that this command has not; undefined where nothing fits. */
export function foreignOptionHint(
  word: string,
  { options }: Pick<Command, "options">,
): string | undefined {
  const names = new Set(options.map(({ name }) => name));
  const hints = Object.hasOwn(FOREIGN_OPTIONS, word) ? FOREIGN_OPTIONS[word] : undefined;
  return hints?.find(({ needs }) => needs === undefined || names.has(needs))?.hint;
}

const GO_BACK =
  "`fleet history` lists the applies; `fleet rollback N` plans the manifest of one of them again";

/** First words of other tools. */
const FOREIGN_WORDS: Readonly<Record<string, string>> = {
  list: "`fleet status` lists the visors of the manifest",
  ls: "`fleet status` lists the visors of the manifest",
  get: "`fleet status` lists visors; `fleet show --live NAME` shows one",
  describe: "`fleet show --live NAME` shows a visor, `fleet explain PATH` where a value comes from",
  import: "`fleet adopt` writes what visors are now into a manifest",
  sync: "`fleet apply` makes visors as the manifest says",
  up: "`fleet apply` makes visors as the manifest says",
  deploy: "`fleet apply` makes visors as the manifest says",
  preview: "`fleet plan` shows what would change",
  destroy:
    "nothing is destroyed by a command: write `present: false` under an app, `closed` for a port, and apply",
  undo: GO_BACK,
  revert: GO_BACK,
  rollout: GO_BACK,
  applies: "`fleet history` lists the applies",
  refresh: "every plan reads the visors anew: `fleet plan`",
  graph: "`fleet explain visors.NAME` says where values come from",
  state: "`fleet at now` shows what is recorded, `fleet status` who answers",
  version: "`fleet --version`",
  check: "`fleet validate` checks the manifest, `fleet plan` the visors",
  test: "`fleet validate` checks the manifest, `fleet plan` the visors",
  logs: "`fleet log` shows what happened",
};

/** The next thing to try for a first word that is no command here; undefined where nothing fits. */
export function foreignWordHint(word: string): string | undefined {
  return Object.hasOwn(FOREIGN_WORDS, word) ? FOREIGN_WORDS[word] : undefined;
}
