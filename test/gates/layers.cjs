// The table of allowed imports, as rules of dependency-cruiser. docs/architecture.md draws the same table.
// A room may import itself, what its row names, and nothing else. Which file of a room may be imported is
// the business of doors.mjs.

const { ALLOWED, ALLOWED_TYPES, CLI_FOLDERS, LEDGER_FLOORS } = require("./rooms.cjs");

/** Stage of reconcile -> stages before it that it may use. No stage calls the next one. */
const STAGES = {
  diff: [],
  observe: ["diff"],
  plan: ["diff"],
  apply: ["diff", "observe", "plan"],
  observation: ["diff", "observe", "plan"],
};
/** Stages that may know the visor's methods; a planner cannot reach one, even by accident. */
const STAGES_WITH_VISORS = ["diff", "observe", "apply"];

/** `cli` joins everything. The library door shows every room but the ones that touch the machine. */
const JOINS_EVERYTHING = ["cli"];
const LIBRARY_DOOR = "^src/index\\.ts$";

/** The folder of `cli` that runs visors of our own: `fleet embedded`. No other command loads them. */
const RUNS_EMBEDDED = "^src/cli/embedded/";

/** Package -> rooms that may import it. */
const PACKAGES = {
  "@noble/ciphers": ["core", "skywire/cxo", "ledger"],
  "@noble/curves": ["core", "skywire/cxo", "skywire/embedded", "ledger"],
  "@noble/ed25519": ["core", "ledger"],
  ajv: ["manifest"],
  chokidar: ["platform"],
  commander: ["cli"],
  diff: ["cli"],
  "prom-client": ["cli"],
  yaml: ["manifest", "cli"],
};

/** Rooms that may import Node's own modules, and the one module others may: its hashes are pure functions. */
const TOUCHES_NODE = ["platform", "cli"];
const MAY_HASH = ["core", "skywire/cxo"];

/** @param {string} text */
const escape = (text) => text.replaceAll("/", "\\/").replaceAll(".", "\\.");
/** @param {readonly string[]} rooms */
const inRooms = (rooms) => `^src/(${rooms.map(escape).join("|")})/`;
const allRooms = [...Object.keys(ALLOWED), ...JOINS_EVERYTHING];

const tableRules = Object.entries(ALLOWED).map(([room, allowed]) => {
  const types = room === "view" ? ALLOWED_TYPES.view : [];
  return {
    name: `allowed-imports-of-${room.replaceAll("/", "-")}`,
    comment: `${room} imports only: ${allowed.join(", ") || "nothing"}`,
    severity: "error",
    from: { path: inRooms([room]) },
    to: { path: "^src/", pathNot: inRooms([room, ...allowed, ...types]) },
  };
});

const typeRules = Object.entries(ALLOWED_TYPES).map(([room, types]) => ({
  name: `only-types-for-${room}`,
  comment: `${room} takes types, no code, from: ${types.join(", ")}`,
  severity: "error",
  from: { path: inRooms([room]) },
  to: { path: inRooms(types), dependencyTypesNot: ["type-only", "type-import"] },
}));

const stageRules = Object.entries(STAGES).map(([stage, before]) => ({
  name: `stages-before-${stage}`,
  comment: `${stage} uses only: ${before.join(", ") || "no other stage"}`,
  severity: "error",
  from: { path: `^src/reconcile/${stage}/` },
  to: {
    path: "^src/reconcile/[^/]+/",
    pathNot: `^src/reconcile/(${[stage, ...before].join("|")})/`,
  },
}));

/**
 * A rule for each folder of a room that has a table of its own.
 * @param {string} room
 * @param {Readonly<Record<string, readonly string[]>>} table
 */
const folderRulesOf = (room, table) =>
  Object.entries(table).map(([folder, allowed]) => ({
    name: `allowed-imports-of-${room}-${folder}`,
    comment: `${room}/${folder} imports only: ${allowed.join(", ") || `no other folder of ${room}`}`,
    severity: "error",
    from: { path: `^src/${room}/${folder}/` },
    to: { path: `^src/${room}/`, pathNot: `^src/${room}/(${[folder, ...allowed].join("|")})/` },
  }));

const packageRules = Object.entries(PACKAGES).map(([name, rooms]) => ({
  name: `package-${name.replaceAll("/", "-").replaceAll("@", "")}`,
  comment: `${name} is used in: ${rooms.join(", ")}`,
  severity: "error",
  from: { path: "^src/", pathNot: inRooms(rooms) },
  to: { path: `^node_modules/${escape(name)}/` },
}));

module.exports = {
  required: [
    {
      name: "every-folder-of-cli-has-its-row",
      comment: "a new folder under src/cli gets its row in CLI_FOLDERS first",
      severity: "error",
      module: {
        path: "^src/cli/[^/]+/",
        pathNot: `^src/cli/(${Object.keys(CLI_FOLDERS).join("|")})/`,
      },
      to: { path: "^$" },
    },
    {
      name: "every-file-of-ledger-is-on-a-floor",
      comment: "a new folder under src/ledger gets its row in LEDGER_FLOORS first",
      severity: "error",
      module: {
        path: "^src/ledger/",
        pathNot: `^src/ledger/((${Object.keys(LEDGER_FLOORS).join("|")})/|index\\.ts$)`,
      },
      to: { path: "^$" },
    },
    {
      name: "every-file-is-in-a-room",
      comment: "a new folder under src gets its row in the table first",
      severity: "error",
      module: { path: "^src/", pathNot: [inRooms(allRooms), LIBRARY_DOOR] },
      // Nothing has this name, so a file outside every room can never meet the rule.
      to: { path: "^$" },
    },
  ],
  forbidden: [
    {
      name: "no-cycles",
      // Shapes that name each other are fine, and so is code loaded only when it is called; the table keeps
      // even those within one room.
      comment: "two files whose code needs each other are one file, or a third is missing",
      severity: "error",
      from: { path: "^src/" },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only", "dynamic-import"] } },
    },
    ...tableRules,
    ...typeRules,
    {
      name: "the-library-door-shows-no-machine",
      severity: "error",
      from: { path: LIBRARY_DOOR },
      to: { path: inRooms([...JOINS_EVERYTHING, "platform"]) },
    },
    {
      name: "nobody-imports-the-library-door",
      severity: "error",
      from: { path: "^src/" },
      to: { path: LIBRARY_DOOR },
    },
    {
      name: "node-modules-stay-outside-the-core",
      comment: "take a port (Clock, Random, Dial, Files) instead",
      severity: "error",
      from: { path: "^src/", pathNot: inRooms([...TOUCHES_NODE, ...MAY_HASH]) },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "hashing-rooms-import-only-node-crypto",
      severity: "error",
      from: { path: inRooms(MAY_HASH) },
      to: { dependencyTypes: ["core"], pathNot: "^(node:)?crypto$" },
    },
    {
      name: "only-embedded-commands-run-visors-of-our-own",
      comment: "facts of releases are asked of skywire/visor",
      severity: "error",
      from: { path: "^src/", pathNot: [inRooms(["skywire/embedded"]), RUNS_EMBEDDED] },
      to: { path: inRooms(["skywire/embedded"]) },
    },
    ...stageRules,
    {
      name: "planning-reaches-no-visor",
      comment: "only the types of what was read; reading and writing are handed in",
      severity: "error",
      from: {
        path: "^src/reconcile/",
        pathNot: `^src/reconcile/((${STAGES_WITH_VISORS.join("|")})/|index\\.ts$)`,
      },
      to: { path: "^src/skywire/", dependencyTypesNot: ["type-only", "type-import"] },
    },
    ...folderRulesOf("ledger", LEDGER_FLOORS),
    ...folderRulesOf("cli", CLI_FOLDERS),
    ...packageRules,
    {
      name: "a-package-in-src-has-its-row",
      severity: "error",
      from: { path: "^src/" },
      to: {
        path: "^node_modules/",
        pathNot: `^node_modules/(${Object.keys(PACKAGES).map(escape).join("|")}|@types/node)/`,
      },
    },
    {
      name: "src-ships-whole",
      comment: "src imports no test and no development dependency",
      severity: "error",
      from: { path: "^src/" },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"] },
    },
    {
      name: "src-imports-only-src",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(test|docs|schemas|\\.ci|dist)/", pathNot: "^schemas/.+\\.json$" },
    },
    {
      name: "imports-resolve",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    preserveSymlinks: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|\\.dist-)" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "types"],
      extensions: [".ts", ".mjs", ".js", ".json"],
    },
  },
};
