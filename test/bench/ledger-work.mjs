// Work on a ledger of the built program, in a process of its own whose memory is measured. Arguments: folder of the
// built program, what is done, folder of the ledger, a count or a port. Prints one line of JSON: what it took in seconds.
import process from "node:process";
import { appendBeside } from "./ledger-append.mjs";
import {
  built,
  cxo,
  intent,
  keyset,
  ledgerDoor,
  median,
  optionsFor,
  platform,
  quickKeys,
  timed,
} from "./ledger-parts.mjs";

/**
 * @typedef {typeof import("../../src/tlog/index.ts")} TlogDoor
 * @typedef {typeof import("../../src/relays/index.ts")} RelaysDoor
 * @typedef {typeof import("../../src/ledger/log/store/entry-files.ts")} EntryFilesFile
 * @typedef {typeof import("../../src/ledger/log/store/read-store.ts")} ReadStoreFile
 * @typedef {import("../../src/core/index.ts").SignatureItem} SignatureItem
 * @typedef {import("../../src/skywire/cxo/index.ts").SentRoot} SentRoot
 */

const COMMIT_ENTRIES = 1000;
const BEHIND = 100_000;
const AUDITS = 3;

const [, work = "", folder = "", countText = "0"] = process.argv.slice(2);
const count = Number(countText);

/** Makes a ledger with so many entries. */
async function make() {
  const keys = quickKeys();
  const ledger = await ledgerDoor.createLedger(optionsFor(keys, folder));
  const [seconds] = await timed(async () => {
    await ledger.append([keyset(keys)]);
    while (ledger.head.size < count) {
      const room = Math.min(COMMIT_ENTRIES, count - ledger.head.size);
      await ledger.append(Array.from({ length: room }, (_, at) => intent(at)));
    }
  });
  await ledger.close();
  return { seconds, feed: keys.feed };
}

/** Opens it, asks for proofs and a appends one entry, and counts what a relay lacks of that. */
async function use() {
  const keys = quickKeys();
  const [open, ledger] = await timed(() => ledgerDoor.openLedger(optionsFor(keys, folder)));
  const { size } = ledger.head;
  const from = Math.max(1, size - BEHIND);
  const [consistency] = await timed(() => ledger.consistency(from));
  const [inclusion] = await timed(() => ledger.inclusion(Math.floor(size / 3)));
  const before = ledger.headRoot;
  const [append] = await timed(() => ledger.append([intent(0)]));
  const after = ledger.headRoot;
  await ledger.close();
  const { objects, depth } = await lacking(before, after);
  const behind = size - from;
  return { size, behind, open, consistency, inclusion, append, objects, depth };
}

/**
 * How many objects a relay lacks that holds one Root when the next comes, and the levels of the list's tree below
 * its top.
 * @param {SentRoot} held
 * @param {SentRoot} next
 */
async function lacking(held, next) {
  const { feed } = quickKeys();
  const store = ledgerDoor.ledgerObjects({ files: platform.nodeFiles, folder, feed });
  const root = cxo.decodeRoot(next.value);
  const fresh = await cxo.newObjects(root, cxo.decodeRoot(held.value), store);
  const bytesOf = async (/** @type {Uint8Array} */ hash) =>
    (await store.get(hash)) ?? new Uint8Array();
  const registry = cxo.decodeRegistry(await bytesOf(root.reg));
  const [log] = cxo.itemsOf(root.refs, registry);
  if (log === undefined) throw new Error("the Root has no log");
  const [list] = cxo.itemsBelow(log, await bytesOf(log.hash), registry);
  if (list === undefined) throw new Error("the log has no list");
  const { depth } = cxo.decodeRefsTop(await bytesOf(list.hash));
  await store.close();
  return { objects: fresh.length, depth };
}

/** Brings it to the relay at a port, then one more entry, and says how many objects the relay asked for. */
async function publish() {
  const { publishFeed } = /** @type {RelaysDoor} */ (await import(`${built}/relays/index.js`));
  const keys = quickKeys();
  const ledger = await ledgerDoor.openLedger(optionsFor(keys, folder));
  const { feed } = keys;
  const publishHead = async () => {
    const store = ledgerDoor.ledgerObjects({ files: platform.nodeFiles, folder, feed });
    const outcome = await publishFeed({
      dial: platform.dialTcp,
      clock: platform.nodeClock,
      random: platform.nodeRandom,
      address: { host: "127.0.0.1", port: count },
      root: ledger.headRoot,
      store,
      rootHashAt: (seq) => store.rootHashAt(seq),
    });
    await store.close();
    if (outcome.kind !== "held") throw new Error(`the ledger was not published: ${outcome.reason}`);
    return outcome.sent;
  };
  const { size } = ledger.head;
  await publishHead();
  const before = ledger.headRoot;
  await ledger.append([intent(0)]);
  const [seconds, sent] = await timed(publishHead);
  const after = ledger.headRoot;
  await ledger.close();
  const { depth } = await lacking(before, after);
  return { size, sent, seconds, depth };
}

/** Hashes the newest entries again, from the files, into the tree over them. */
async function rehash() {
  const { feed } = quickKeys();
  const { nodeFiles: files } = platform;
  const [tlog, entryFiles, storeView] = await Promise.all([
    /** @type {Promise<TlogDoor>} */ (import(`${built}/tlog/index.js`)),
    /** @type {Promise<EntryFilesFile>} */ (import(`${built}/ledger/log/store/entry-files.js`)),
    /** @type {Promise<ReadStoreFile>} */ (import(`${built}/ledger/log/store/read-store.js`)),
  ]);
  const live = storeView.liveOf(await storeView.readStore(files, folder, feed));
  const entries = new entryFiles.EntryFiles({
    files,
    folder,
    feed,
    live: () => live,
    isWritable: false,
  });
  const to = live.indexer.next ?? 0;
  const from = Math.max(0, to - count);
  const [seconds] = await timed(async () => {
    const frontier = new tlog.TreeFrontier();
    for await (const batch of entries.read(from, to))
      for (const { bytes } of batch) frontier.append(tlog.leafHash(bytes));
    return frontier.root();
  });
  return { seconds, entries: to - from };
}

/**
 * Audits the whole ledger.
 * @param {import("../../src/core/index.ts").VerifyMany} verifyMany
 */
async function auditOnce(verifyMany) {
  const { feed, operator } = quickKeys();
  const [seconds, report] = await timed(() =>
    ledgerDoor.verifyLedger({
      files: platform.nodeFiles,
      folder,
      feed,
      trusted: [operator],
      verifyMany,
    }),
  );
  if (!report.ok) throw new Error(report.faults[0]?.message ?? "the ledger is not sound");
  return seconds;
}

/** One audit, as a command makes it. */
async function audit() {
  const pool = platform.signaturePool();
  const seconds = await auditOnce(pool.verifyMany);
  await pool.close();
  return { seconds };
}

/** Audits, and the same signatures verified again with nothing around them, in turns. */
async function auditBeside() {
  const pool = platform.signaturePool();
  /** @type {(readonly SignatureItem[])[]} */
  const batches = [];
  await auditOnce((items) => {
    batches.push(items);
    return pool.verifyMany(items);
  });
  const signatures = batches.reduce((sum, items) => sum + items.length, 0);
  /** @type {number[]} */
  const audits = [];
  /** @type {number[]} */
  const bares = [];
  for (let round = 0; round < AUDITS; round += 1) {
    const bare = async () => Promise.all(batches.map((items) => pool.verifyMany(items)));
    const [seconds, verdicts] = await timed(bare);
    if (!verdicts.flat().every(Boolean)) throw new Error("a signature does not hold");
    bares.push(seconds);
    audits.push(await auditOnce(pool.verifyMany));
  }
  await pool.close();
  return { audit: median(audits), bare: median(bares), signatures };
}

/** @type {Readonly<Record<string, () => Promise<object>>>} */
const WORKS = {
  make,
  use,
  rehash,
  audit,
  "audit-beside": auditBeside,
  publish,
  append: () => appendBeside(folder, count),
};

const run = WORKS[work];
if (run === undefined) throw new Error(`there is no work ${work}`);
process.stdout.write(`${JSON.stringify(await run())}\n`);
