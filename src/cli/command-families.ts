// The rows of the command table below a word of their own: verbs on a selection of visors, on ledgers, and on operators.
import type { CommandFamily, CommandRow } from "./command-table.ts";

/** Families whose verbs edit the manifest for a selection of visors, or look at the selection once. */
export const SELECTION_FAMILIES: readonly CommandFamily[] = [
  {
    name: "app",
    about: "apps on a selection of visors: start, stop, set, autostart, restart",
    verbs: [
      {
        name: "start",
        about: "want apps to run",
        load: async () => (await import("./edit/app.ts")).appStart,
      },
      {
        name: "stop",
        about: "want apps to be stopped",
        load: async () => (await import("./edit/app.ts")).appStop,
      },
      {
        name: "set",
        about: "want fields of an app",
        load: async () => (await import("./edit/app.ts")).appSet,
      },
      {
        name: "autostart",
        about: "want apps to start with the visor, or not to",
        load: async () => (await import("./edit/app.ts")).appAutostart,
      },
      {
        name: "restart",
        about: "stop and start running apps, once",
        load: async () => (await import("./actions/app-restart.ts")).appRestart,
      },
    ],
  },
  {
    name: "whitelist",
    about: "a key in lists of a selection of visors: add, remove",
    verbs: [
      {
        name: "add",
        about: "want a key in a list",
        load: async () => (await import("./edit/whitelist.ts")).whitelistAdd,
      },
      {
        name: "remove",
        about: "want a key out of a list",
        load: async () => (await import("./edit/whitelist.ts")).whitelistRemove,
      },
    ],
  },
  {
    name: "ports",
    about: "served ports of a selection of visors: serve, close",
    verbs: [
      {
        name: "serve",
        about: "want a port served",
        load: async () => (await import("./edit/ports.ts")).portsServe,
      },
      {
        name: "close",
        about: "want a port not served",
        load: async () => (await import("./edit/ports.ts")).portsClose,
      },
    ],
  },
  {
    name: "tag",
    about: "tags of a selection of visors: add, remove",
    verbs: [
      {
        name: "add",
        about: "give visors a tag",
        load: async () => (await import("./edit/labels.ts")).tagAdd,
      },
      {
        name: "remove",
        about: "take a tag from visors",
        load: async () => (await import("./edit/labels.ts")).tagRemove,
      },
    ],
  },
  {
    name: "role",
    about: "roles of a selection of visors: assign, remove",
    verbs: [
      {
        name: "assign",
        about: "give visors a role",
        load: async () => (await import("./edit/labels.ts")).roleAssign,
      },
      {
        name: "remove",
        about: "take a role from visors",
        load: async () => (await import("./edit/labels.ts")).roleRemove,
      },
    ],
  },
];

/** What can be done with ledgers beside reading one's own. */
export const LEDGER_VERBS: readonly CommandRow[] = [
  {
    name: "status",
    about: "what each relay and each copy here holds",
    load: async () => (await import("./ledger/status.ts")).ledgerStatus,
  },
  {
    name: "publish",
    about: "bring our ledger to its relays now",
    load: async () => (await import("./ledger/publish.ts")).ledgerPublish,
  },
  {
    name: "pull",
    about: "bring the ledgers of other operators here",
    load: async () => (await import("./ledger/pull.ts")).ledgerPull,
  },
  {
    name: "restore",
    about: "rebuild our ledger from a relay",
    load: async () => (await import("./ledger/restore.ts")).ledgerRestore,
  },
  {
    name: "serve",
    about: "run a relay of our own",
    load: async () => (await import("./ledger/serve.ts")).ledgerServe,
  },
  {
    name: "checkpoint",
    about: "print the newest signed checkpoint, for other tools",
    load: async () => (await import("./ledger/checkpoint.ts")).ledgerCheckpoint,
  },
  {
    name: "proof",
    about: "prove that an entry is in a ledger, or that it only grew",
    load: async () => (await import("./ledger/proof.ts")).ledgerProof,
  },
  {
    name: "evidence",
    about: "check, anywhere, that a feed's key signed a contradiction",
    load: async () => (await import("./ledger/evidence.ts")).ledgerEvidence,
  },
  {
    name: "witness",
    about: "cosign the ledgers of others, once they are proved to have only grown",
    load: async () => (await import("./ledger/witness.ts")).ledgerWitness,
  },
  {
    name: "heartbeat",
    about: "record that we are here, so that a frozen relay is found out",
    load: async () => (await import("./ledger/heartbeat.ts")).ledgerHeartbeat,
  },
];

/** Who signs in a fleet: the manifest says it, the ledger records it. */
export const OPERATOR_VERBS: readonly CommandRow[] = [
  {
    name: "add",
    about: "list one more operator and record it",
    load: async () => (await import("./operators/add.ts")).operatorAdd,
  },
  {
    name: "remove",
    about: "take an operator out, who cannot read what comes then",
    load: async () => (await import("./operators/remove.ts")).operatorRemove,
  },
  {
    name: "rotate",
    about: "go on with this machine's next key",
    load: async () => (await import("./operators/rotate.ts")).operatorRotate,
  },
  {
    name: "approve",
    about: "sign a change that another operator began",
    load: async () => (await import("./operators/approve.ts")).operatorApprove,
  },
];
