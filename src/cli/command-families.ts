// The rows of the command table whose verbs work on a selection of visors.
import type { CommandFamily } from "./command-table.ts";

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
