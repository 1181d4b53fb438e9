// Appends to a ledger whose signatures are made, beside a bare file that takes the same bytes.
import { open } from "node:fs/promises";
import {
  built,
  core,
  intent,
  keyset,
  ledgerDoor,
  median,
  optionsFor,
  platform,
  secret,
  timed,
} from "./ledger-parts.mjs";

/**
 * @typedef {import("../../src/ledger/index.ts").Ledger} Ledger
 * @typedef {import("../../src/ledger/index.ts").OperatorKeys} Keys
 */

/**
 * @typedef {typeof import("../../src/ledger/log/store/store-writer.ts")} StoreFile
 * @typedef {import("../../src/ledger/log/store/start-store.ts").CommitDraft} CommitDraft
 * @typedef {"ours" | "commit" | "bare" | "signing" | "bytes"} Figure
 */

/** Appends before the measured ones. */
const WARM_UP = 20;

/**
 * Keys that make each signature once; asked again, they give what they made.
 * @param {Map<string, Uint8Array>} known
 * @param {number[]} made seconds of each signature that is made
 * @returns {Keys}
 */
function rememberingKeys(known, made) {
  const keys = ledgerDoor.OperatorKeys.derive(secret);
  const plain = ledgerDoor.OperatorKeys.derive(secret);
  const remembered = (/** @type {"sign" | "signFeed"} */ way) => ({
    value: (/** @type {Uint8Array} */ message) => {
      const name = `${way} ${core.toHex(core.sha256(message))}`;
      const before = known.get(name);
      if (before !== undefined) return before;
      const startedMs = performance.now();
      const signature = plain[way](message);
      made.push((performance.now() - startedMs) / 1000);
      known.set(name, signature);
      return signature;
    },
  });
  return Object.defineProperties(keys, {
    sign: remembered("sign"),
    signFeed: remembered("signFeed"),
  });
}

/**
 * Begins a ledger whose every byte follows from what is appended.
 * @param {Keys} keys
 * @param {string} folder
 * @returns {Promise<Ledger>}
 */
async function begin(keys, folder) {
  let nowMs = 1_790_000_000_000;
  const clock = { ...platform.nodeClock, now: () => (nowMs += 1) };
  const random = (/** @type {number} */ size) => new Uint8Array(size).fill(7);
  const ledger = await ledgerDoor.createLedger({ ...optionsFor(keys, folder), clock, random });
  await ledger.append([keyset(keys)]);
  return ledger;
}

/**
 * Notes how long the store's part of each append takes: the entries are made and signed by then.
 * @returns {Promise<number[]>}
 */
async function noteCommits() {
  const store = /** @type {StoreFile} */ (
    await import(`${built}/ledger/log/store/store-writer.js`)
  );
  const { prototype } = store.StoreWriter;
  /** @type {((draft: CommitDraft) => Promise<void>) | undefined} */
  const commit = Object.getOwnPropertyDescriptor(prototype, "commit")?.value;
  if (commit === undefined) throw new Error("the store has no commit");
  /** @type {number[]} */
  const took = [];
  prototype.commit = async function timedCommit(/** @type {CommitDraft} */ draft) {
    took.push((await timed(() => commit.call(this, draft)))[0]);
  };
  return took;
}

/**
 * Appends single entries to two ledgers that become the same: the first signs, the second is measured. Beside each the
 * same bytes are added to a bare file and synced, in turns before and after it, because what comes right behind another
 * sync finds everything warm. Medians, in seconds.
 * @param {string} folder
 * @param {number} count
 */
export async function appendBeside(folder, count) {
  /** @type {Map<string, Uint8Array>} */
  const known = new Map();
  /** @type {number[]} */
  const made = [];
  const commits = await noteCommits();
  const keys = rememberingKeys(known, made);
  await platform.nodeFiles.makeFolder(folder);
  const signer = await begin(keys, `${folder}/signer`);
  const ledger = await begin(keys, `${folder}/ledger`);
  const segment = await open(`${folder}/signer/segment-000001.log`, "r");
  const file = await open(`${folder}/bare`, "a");
  /** @type {Readonly<Record<Figure, number>>[]} */
  const rounds = [];
  let signatures = 0;
  for (let at = 0; at < WARM_UP + count; at += 1) {
    const drafts = [intent(at)];
    const from = (await segment.stat()).size;
    const before = made.length;
    await signer.append(drafts);
    const fresh = made.slice(before);
    signatures = fresh.length;
    const bytes = new Uint8Array((await segment.stat()).size - from);
    await segment.read(bytes, 0, bytes.length, from);
    const addBare = () =>
      timed(async () => {
        await file.write(bytes);
        await file.datasync();
      });
    const first = at % 2 === 0 ? await addBare() : undefined;
    const [ours] = await timed(() => ledger.append(drafts));
    if (made.length !== before + signatures) throw new Error("the two ledgers differ");
    const [bare] = first ?? (await addBare());
    const signing = fresh.reduce((sum, seconds) => sum + seconds, 0);
    const commit = commits.at(-1) ?? Number.NaN;
    if (at >= WARM_UP) rounds.push({ ours, commit, bare, signing, bytes: bytes.length });
  }
  await Promise.all([segment.close(), file.close(), signer.close(), ledger.close()]);
  const middle = (/** @type {Figure} */ what) => median(rounds.map((round) => round[what]));
  return {
    ours: middle("ours"),
    commit: middle("commit"),
    bare: middle("bare"),
    signing: middle("signing"),
    bytes: middle("bytes"),
    signatures,
  };
}
