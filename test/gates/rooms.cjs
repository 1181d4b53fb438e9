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
  reconcile: ["core", "model", "skywire/visor", "ledger"],
  watch: ["core", "model"],
  view: ["core", "model"],
  platform: ["core"],
};
/** Room -> rooms it takes types from and never code. */
const ALLOWED_TYPES = { view: ["ledger", "manifest", "reconcile"] };

module.exports = { ALLOWED, ALLOWED_TYPES };
