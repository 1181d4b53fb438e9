// Work on the ledger of a benchmark's fleet, in a process of its own whose memory is measured. Arguments: folder of the
// built program, what is done, home of the operator, entries wanted. Prints one line of JSON.
import process from "node:process";
import { core, ledgerDoor, optionsFor, platform, quickened, timed } from "./ledger-parts.mjs";

/**
 * @typedef {import("../../src/ledger/index.ts").EntryDraft} EntryDraft
 * @typedef {import("../../src/ledger/index.ts").Ledger} Ledger
 * @typedef {import("../../src/ledger/index.ts").PlanPayload} Plan
 * @typedef {import("../../src/ledger/index.ts").PlanPartPayload} Part
 */

const COMMIT_APPLIES = 250;
const PATH = "settings.log_level";

const [, work = "", home = "", wantedText = "0"] = process.argv.slice(2);
const wanted = Number(wantedText);

async function open() {
  const path = `${home}/config/operator.json`;
  const plain = await ledgerDoor.readKeyFile({ files: platform.nodeFiles, path });
  /** @type {{ readonly secret: string }} */
  const { secret } = JSON.parse(await textOf(path));
  const keys = quickened(plain, secret);
  const folder = `${home}/state/ledgers/${keys.feed}`;
  return ledgerDoor.openLedger({ ...optionsFor(keys, folder), keys });
}

/** @param {string} path */
async function textOf(path) {
  return new TextDecoder().decode(await platform.nodeFiles.read(path));
}

/**
 * The plan and the parts that the fleet's own first apply recorded.
 * @param {Ledger} ledger
 */
async function recorded(ledger) {
  /** @type {Plan | undefined} */
  let plan;
  /** @type {Part[]} */
  const parts = [];
  for await (const record of ledger.records()) {
    if (record.kind === "plan") plan ??= record.payload;
    if (record.kind === "plan-part" && record.payload?.owned.includes(PATH))
      parts.push(record.payload);
    if (record.index > 1_000) break;
  }
  if (plan === undefined || parts.length === 0) throw new Error("the fleet was never applied");
  return { plan, parts };
}

/**
 * What an apply records that sets one field of one visor: its plan, a part, an intent and a receipt. The first entry
 * will have the index `at`. The last apply is of the fleet's own manifest, all others of manifests that were.
 * @param {Plan} plan
 * @param {Part} part
 * @param {number} at
 * @param {boolean} isLast
 * @returns {EntryDraft[]}
 */
function applyOf({ text: _, ...plan }, part, at, isLast) {
  const digestOf = (/** @type {string} */ what) => core.digestOf(`${what} ${at}`);
  const change = { path: PATH, before: "debug", after: "info" };
  const base = { fleet: plan.fleet, plan: digestOf("plan"), visor: part.visor };
  const step = /** @type {const} */ ("a");
  const changes = [{ ...change, lifetime: /** @type {const} */ ("config") }];
  const outcomes = [{ path: PATH, outcome: /** @type {const} */ ("done") }];
  return [
    {
      kind: "plan",
      payload: {
        ...plan,
        plan: base.plan,
        decision: digestOf("decision"),
        ...(isLast
          ? {}
          : {
              manifest: digestOf("manifest"),
              commit: core.toHex(core.sha256(core.utf8(`commit ${at}`))).slice(0, 40),
              dirty: false,
            }),
      },
    },
    { kind: "plan-part", payload: { ...part, ...base, changes: [change] } },
    { kind: "intent", payload: { ...base, step, changes, restartsOwed: [] } },
    { kind: "receipt", payload: { ...base, intent: at + 2, step, outcomes } },
  ];
}

/** Goes on with applies until the ledger has so many entries. */
async function grow() {
  const ledger = await open();
  const { plan, parts } = await recorded(ledger);
  const [seconds] = await timed(async () => {
    for (let turn = 0; ledger.head.size < wanted;) {
      /** @type {EntryDraft[]} */
      const drafts = [];
      const room = Math.min(COMMIT_APPLIES, Math.ceil((wanted - ledger.head.size) / 4));
      for (let count = 0; count < room; count += 1, turn += 1) {
        const part = parts[turn % parts.length];
        const at = ledger.head.size + drafts.length;
        if (part !== undefined) drafts.push(...applyOf(plan, part, at, at + 4 >= wanted));
      }
      await ledger.append(drafts);
    }
  });
  const { size } = ledger.head;
  await ledger.close();
  return { seconds, size };
}

/** Opens it and appends one entry. */
async function append() {
  const [openSeconds, ledger] = await timed(open);
  const draft = { kind: /** @type {const} */ ("heartbeat"), payload: { fleet: "bench" } };
  const [appendSeconds] = await timed(() => ledger.append([draft]));
  const { size } = ledger.head;
  await ledger.close();
  return { seconds: openSeconds + appendSeconds, size };
}

/** @type {Readonly<Record<string, () => Promise<object>>>} */
const WORKS = { grow, append };

const run = WORKS[work];
if (run === undefined) throw new Error(`there is no work ${work}`);
process.stdout.write(`${JSON.stringify(await run())}\n`);
