// What the works of ledger-work.mjs share: the doors of the built program, whose folder is the first argument, the
// operator of the benchmark and what it records.
import { createPrivateKey, sign } from "node:crypto";
import process from "node:process";

/**
 * @typedef {typeof import("../../src/core/index.ts")} CoreDoor
 * @typedef {typeof import("../../src/ledger/index.ts")} LedgerDoor
 * @typedef {typeof import("../../src/platform/index.ts")} PlatformDoor
 * @typedef {typeof import("../../src/skywire/cxo/index.ts")} CxoDoor
 * @typedef {import("../../src/ledger/index.ts").EntryDraft} EntryDraft
 * @typedef {import("../../src/ledger/index.ts").OperatorKeys} Keys
 */

export const built = process.argv[2] ?? "";

export const [core, ledgerDoor, platform, cxo] = await Promise.all([
  /** @type {Promise<CoreDoor>} */ (import(`${built}/core/index.js`)),
  /** @type {Promise<LedgerDoor>} */ (import(`${built}/ledger/index.js`)),
  /** @type {Promise<PlatformDoor>} */ (import(`${built}/platform/index.js`)),
  /** @type {Promise<CxoDoor>} */ (import(`${built}/skywire/cxo/index.js`)),
]);

const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");
const FLEET = "home";

export const secret = core.sha256(core.utf8("the operator of the benchmark"));
const visors = Array.from({ length: 10 }, (_, at) =>
  core.parseVisorKey(
    core.toHex(cxo.publicKeyOf(core.sha256(core.utf8(`visor ${at} of the benchmark`)))),
  ),
);

/**
 * Seconds that some work takes, and what it gives.
 * @template T
 * @param {() => Promise<T>} run
 * @returns {Promise<readonly [number, T]>}
 */
export async function timed(run) {
  const startedMs = performance.now();
  const result = await run();
  return [(performance.now() - startedMs) / 1000, result];
}

/**
 * @param {readonly number[]} values
 * @returns {number}
 */
export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/**
 * Keys whose signatures the platform makes, in a tenth of the time: what signing costs has a row of its own.
 * @returns {Keys}
 */
export function quickKeys() {
  return quickened(ledgerDoor.OperatorKeys.derive(secret), core.toHex(secret));
}

/**
 * The same for keys that were never rotated.
 * @param {Keys} keys
 * @param {string} hex the secret they are derived from
 * @returns {Keys}
 */
export function quickened(keys, hex) {
  const salt = core.utf8("fleet.skywire/v1");
  const seed = core.hkdfSha256(core.fromHex(hex), salt, core.utf8("ed25519/0"), 32);
  const der = Buffer.concat([PKCS8_PREFIX, seed]);
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  return Object.defineProperty(keys, "sign", {
    value: (/** @type {Uint8Array} */ message) => new Uint8Array(sign(null, message, key)),
  });
}

/**
 * @param {Keys} keys
 * @param {string} where
 * @returns {import("../../src/ledger/index.ts").LedgerOptions}
 */
export function optionsFor(keys, where) {
  return {
    files: platform.nodeFiles,
    clock: platform.nodeClock,
    random: platform.nodeRandom,
    process: platform.nodeProcess(),
    folder: where,
    keys,
  };
}

/**
 * A keyset as an apply writes it: what follows is sealed.
 * @param {Keys} keys
 * @returns {EntryDraft}
 */
export function keyset(keys) {
  const { operator, seal } = keys;
  /** @type {import("../../src/ledger/index.ts").KeysetPayload["operators"]} */
  const operators = { owner: { key: operator, seal, may: ["plan", "apply"] } };
  const random = (/** @type {number} */ size) => new Uint8Array(size).fill(7);
  const keyring = ledgerDoor.Keyring.of(keys, []);
  return {
    kind: "keyset",
    payload: {
      fleet: FLEET,
      operators,
      controllers: visors.slice(0, 1),
      policy: {},
      ...ledgerDoor.newEpoch({ fleet: FLEET, operators, keyring, keys, random }),
    },
  };
}

/**
 * @param {number} at
 * @returns {EntryDraft}
 */
export function intent(at) {
  const path = "settings.log_level";
  return {
    kind: "intent",
    payload: {
      fleet: FLEET,
      plan: `sha256:${"5a".repeat(32)}`,
      visor: visors[at % visors.length] ?? core.parseVisorKey(""),
      step: "a",
      changes: [{ path, before: "debug", after: "info", lifetime: "config" }],
      restartsOwed: [],
    },
  };
}
