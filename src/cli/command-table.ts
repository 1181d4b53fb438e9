// The table of commands: what each is called, what it is for, and where its code is.
import type { Command } from "./shell/command.ts";
import { LEDGER_VERBS, OPERATOR_VERBS, SELECTION_FAMILIES } from "./command-families.ts";

/** One row of the help text. The command itself is loaded only when it runs. */
export interface CommandRow {
  readonly name: string;
  readonly about: string;
  readonly load: () => Promise<Command>;
}

/** A word with verbs below it, such as `fleet ledger status`; each verb is a command of its own. */
export interface CommandFamily {
  readonly name: string;
  readonly about: string;
  readonly verbs: readonly CommandRow[];
}

/** A command, or a family of them. */
export type CommandEntry = CommandRow | CommandFamily;

/** All commands, in the order and groups of the help text. */
export const COMMAND_GROUPS: readonly {
  readonly title: string;
  readonly rows: readonly CommandEntry[];
}[] = [
  {
    title: "First steps",
    rows: [
      {
        name: "keygen",
        about: "make this machine's operator key and its empty ledger",
        load: async () => (await import("./operators/keygen.ts")).keygen,
      },
      {
        name: "init",
        about: "write a manifest of the visors you have, owning nothing yet",
        load: async () => (await import("./adopt/init.ts")).init,
      },
      {
        name: "adopt",
        about: "write what visors are now into a manifest, so that nothing changes",
        load: async () => (await import("./adopt/adopt.ts")).adopt,
      },
      {
        name: "doctor",
        about: "check the local visor, its release, your key and ledger, and say what to do",
        load: async () => (await import("./doctor/doctor.ts")).doctor,
      },
      {
        name: "demo",
        about: "show how it works on visors of our own, in at most 20 s",
        load: async () => (await import("./demo/demo.ts")).demo,
      },
    ],
  },
  {
    title: "The manifest",
    rows: [
      {
        name: "validate",
        about: "check a manifest without any network",
        load: async () => (await import("./manifest/validate.ts")).validate,
      },
      {
        name: "fmt",
        about: "format a manifest; comments and meaning stay",
        load: async () => (await import("./manifest/fmt.ts")).fmt,
      },
      {
        name: "lint",
        about: "look for what is allowed and seldom meant",
        load: async () => (await import("./doctor/lint.ts")).lint,
      },
      {
        name: "explain",
        about: "say where a value comes from and what it overrode",
        load: async () => (await import("./manifest/explain.ts")).explainCommand,
      },
      {
        name: "schema",
        about: "print the JSON Schema of the manifest or another document",
        load: async () => (await import("./manifest/schema.ts")).schema,
      },
    ],
  },
  {
    title: "The fleet",
    rows: [
      {
        name: "status",
        about: "show which visors answer, with release and running apps",
        load: async () => (await import("./plan/status.ts")).status,
      },
      {
        name: "expect",
        about: "ask the manifest's tests of access of the visors, by lists and by dials",
        load: async () => (await import("./trust/expect.ts")).expectCommand,
      },
      {
        name: "trust",
        about: "show who can manage what, by which list, directly or through whom",
        load: async () => (await import("./trust/trust.ts")).trustCommand,
      },
      {
        name: "plan",
        about: "show what an apply would change; writes nothing",
        load: async () => (await import("./plan/plan.ts")).plan,
      },
      {
        name: "observe",
        about: "keep what visors show in a signed file, to plan by without them",
        load: async () => (await import("./plan/observe.ts")).observe,
      },
      {
        name: "apply",
        about: "make the visors what the manifest says, and record it",
        load: async () => (await import("./apply/apply.ts")).apply,
      },
      {
        name: "drift",
        about: "show what others changed since the last apply",
        load: async () => (await import("./drift/drift.ts")).drift,
      },
      {
        name: "ignore",
        about: "leave values alone until a time, in the manifest",
        load: async () => (await import("./edit/ignore.ts")).ignore,
      },
      {
        name: "watch",
        about:
          "compare the fleet with the manifest again and again, and correct what its rules say",
        load: async () => (await import("./watch/watch.ts")).watch,
      },
    ],
  },
  {
    title: "Several visors at once (--on SELECTION)",
    rows: [
      ...SELECTION_FAMILIES,
      {
        name: "health",
        about: "ask visors once how they are",
        load: async () => (await import("./actions/health.ts")).health,
      },
    ],
  },
  {
    title: "The record",
    rows: [
      {
        name: "log",
        about: "list what is recorded, with filters; -f follows",
        load: async () => (await import("./record/log.ts")).log,
      },
      {
        name: "history",
        about: "list the applies: when, who, commit, how many changes, and what became of them",
        load: async () => (await import("./record/history.ts")).history,
      },
      {
        name: "rollback",
        about: "plan the manifest of an earlier apply again; writes nothing",
        load: async () => (await import("./rollback/rollback.ts")).rollback,
      },
      {
        name: "blame",
        about: "say who set each value of a visor, or that others changed it",
        load: async () => (await import("./record/blame.ts")).blame,
      },
      {
        name: "at",
        about: "show the fleet as last recorded at a moment",
        load: async () => (await import("./record/at.ts")).at,
      },
      {
        name: "diff",
        about: "show what differs between two recorded moments, or commits of the manifest",
        load: async () => (await import("./record/diff.ts")).diff,
      },
      {
        name: "show",
        about: "show a ledger entry, a plan file, or a live visor",
        load: async () => (await import("./record/show.ts")).show,
      },
      {
        name: "verify",
        about: "check every entry of a ledger, offline",
        load: async () => (await import("./ledger/verify.ts")).verify,
      },
    ],
  },
  {
    title: "Other machines",
    rows: [
      {
        name: "ledger",
        about: "keep the ledger on relays: status, publish, pull, restore, serve, prove",
        verbs: LEDGER_VERBS,
      },
      {
        name: "operator",
        about: "change who signs: add, remove, rotate, approve",
        verbs: OPERATOR_VERBS,
      },
    ],
  },
  {
    title: "More",
    rows: [
      {
        name: "embedded",
        about: "run a fleet of our own visors on this machine, to try things on",
        load: async () => (await import("./embedded/embedded.ts")).embedded,
      },
      {
        name: "completion",
        about: "print a completion script for bash, zsh, fish or PowerShell",
        load: async () => (await import("./completion.ts")).completion,
      },
    ],
  },
];

/** True for a word with verbs below it. */
export function isFamily(entry: CommandEntry): entry is CommandFamily {
  return "verbs" in entry;
}

/** Every command that can be run, a family's under its full name such as `ledger status`. */
export function allCommands(): readonly CommandRow[] {
  return COMMAND_GROUPS.flatMap((group) =>
    group.rows.flatMap((entry) =>
      isFamily(entry)
        ? entry.verbs.map((verb) => ({ ...verb, name: `${entry.name} ${verb.name}` }))
        : [entry],
    ),
  );
}
