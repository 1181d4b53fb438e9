// The rooms of src and who may import whom. docs/architecture.md shows this table; a test compares them.

/** Room -> rooms it may import. */
const ALLOWED = {
  core: [],
  model: ["core"],
  "skywire/gob": ["core"],
  "skywire/rpc": ["core", "skywire/gob"],
  "skywire/visor": ["core", "skywire/gob", "skywire/rpc"],
  "skywire/cxo": ["core"],
  "skywire/embedded": ["core", "skywire/gob", "skywire/rpc", "skywire/visor"],
  tlog: ["core"],
  manifest: ["core", "model"],
  ledger: ["core", "model", "skywire/cxo", "tlog"],
  relays: ["core", "skywire/cxo"],
  replicas: ["core", "model", "skywire/cxo", "tlog", "ledger", "relays"],
  reconcile: ["core", "model", "skywire/visor", "ledger", "trust"],
  trust: ["core", "model"],
  watch: ["core", "model"],
  view: ["core", "model"],
  platform: ["core"],
};
/** Room -> rooms it takes types from and never code. */
const ALLOWED_TYPES = { view: ["ledger", "manifest", "reconcile", "trust"] };

/**
 * Floor of src/ledger, lowest first -> floors below it that it may import. No arrow leads up, not even for a type. Beside
 * the floors there is only the door of the room, which shows names of theirs.
 */
const LEDGER_FLOORS = {
  keys: [],
  log: ["keys"],
  keysets: ["keys", "log"],
  copy: ["keys", "log"],
  query: ["keys", "log", "keysets"],
  proof: ["keys", "log"],
  check: ["keys", "log", "keysets", "query", "proof"],
};

/**
 * Folder of src/cli -> folders of it that its commands may import. The files of src/cli itself (the table of commands,
 * and what runs one) import any folder, and no folder imports them.
 */
const CLI_FOLDERS = {
  shell: [],
  completion: ["shell"],
  demo: ["shell"],
  manifest: ["shell"],
  git: ["shell", "manifest"],
  ledger: ["shell", "manifest"],
  operators: ["shell", "manifest", "ledger"],
  embedded: ["shell", "ledger", "operators"],
  doctor: ["shell", "manifest", "git", "ledger"],
  plan: ["shell", "manifest", "git", "ledger"],
  trust: ["shell", "manifest", "plan"],
  record: ["shell", "manifest", "git", "ledger", "plan"],
  drift: ["shell", "manifest", "ledger", "plan", "record"],
  rollback: ["shell", "manifest", "git", "plan", "record"],
  apply: ["shell", "manifest", "ledger", "plan"],
  edit: ["shell", "manifest", "git", "apply"],
  adopt: ["shell", "manifest", "git", "ledger", "operators", "plan", "edit"],
  actions: ["shell", "manifest", "ledger", "plan", "edit"],
  watch: ["shell", "manifest", "git", "ledger", "plan", "record", "drift", "apply"],
};

module.exports = { ALLOWED, ALLOWED_TYPES, CLI_FOLDERS, LEDGER_FLOORS };
