import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { fromHex } from "../../src/core/index.ts";
import { startBuiltRelay } from "./built-relay.ts";
import type { TableRow } from "./table.ts";
import { timeNode, type TimedRun } from "./timed-run.ts";

const WORK = fileURLToPath(new URL("./ledger-work.mjs", import.meta.url));
const APPENDS = 300;
const APPEND_MAX = 2.5;
const BEHIND = 100_000;
const PROOF_SECONDS_MAX = 0.1;
const REHASH_SECONDS_MAX = 2;
const AUDIT_MAX = 1.3;
const PEAK_MB_MAX = 200;
const OBJECTS_BEYOND_DEPTH = 4;
const DEPTH_MAX = 5;
/** Whole sizes: entries of the ledger that is published, of the one that is audited, of the long one. */
const SIZES = { published: 20_000, audited: 100_000, long: 1_000_000 };
const QUICK_SIZES: typeof SIZES = { published: 2_000, audited: 20_000, long: 100_000 };

/** What a work printed, and what its process cost. */
interface Done extends TimedRun {
  readonly figure: (name: string) => number;
  readonly feed: string;
}

/**
 * The numbers of a ledger, each measured in a process of its own that runs the built program's modules. The
 * ledgers are made once, in a folder that goes away. When quick, they are shorter, and what is promised of a
 * million entries is not judged.
 */
export async function benchLedger(program: string, isQuick: boolean): Promise<readonly TableRow[]> {
  const folder = await mkdtemp(join(tmpdir(), "fleet-bench-ledger-"));
  const built = join(dirname(program), "..");
  const run = async (work: string, ledger: string, ...more: readonly string[]): Promise<Done> => {
    const timed = await timeNode([WORK, built, work, join(folder, ledger), ...more]);
    const printed = JSON.parse(timed.out) as Readonly<Record<string, number | string>>;
    return {
      ...timed,
      figure: (name) => Number(printed[name]),
      feed: String(printed["feed"]),
    };
  };
  const sizes = isQuick ? QUICK_SIZES : SIZES;
  try {
    const rows = [...appendRows(await run("append", "appended", String(APPENDS)))];
    const { feed } = await run("make", "published", String(sizes.published));
    const relay = await startBuiltRelay(program, join(folder, "relay"), fromHex(feed));
    rows.push(sentRow(await run("publish", "published", String(relay.port))));
    await relay.stop();
    await run("make", "audited", String(sizes.audited));
    rows.push(auditRow(await run("audit-beside", "audited")));
    const few = { audit: await run("audit", "audited"), use: await run("use", "audited") };
    await run("make", "long", String(sizes.long));
    const many = { audit: await run("audit", "long"), use: await run("use", "long") };
    const rehash = await run("rehash", "long", String(BEHIND));
    rows.push(proofRow(many.use, rehash), lackingRow(many.use, isQuick));
    rows.push(
      useRow(many.use, few.use, isQuick),
      wholeAuditRow(many.audit, few.audit, sizes, isQuick),
    );
    return rows;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function appendRows({ figure }: Done): readonly TableRow[] {
  const [ours, commit, bare] = ["ours", "commit", "bare"].map((name) => figure(name) * 1000);
  const signing = figure("signing") * 1000;
  const peerName = `append and sync of the same ${figure("bytes").toFixed(0)} bytes`;
  const besideBare = (name: string, took: number): TableRow => ({
    name,
    ours: took,
    unit: "ms",
    peerName,
    peer: bare ?? Number.NaN,
    ratio: (bare ?? Number.NaN) / took,
  });
  return [
    {
      ...besideBare("ledger: commit an entry that is made and signed", commit ?? Number.NaN),
      goals: [
        {
          text: `<= ${APPEND_MAX}x its time`,
          isMet: (commit ?? Number.NaN) <= APPEND_MAX * (bare ?? Number.NaN),
        },
      ],
    },
    besideBare("ledger: make and commit an entry, its signatures at hand", ours ?? Number.NaN),
    besideBare(`ledger: make the ${figure("signatures")} signatures of such a commit`, signing),
  ];
}

function sentRow({ figure }: Done): TableRow {
  const max = figure("depth") + OBJECTS_BEYOND_DEPTH;
  return {
    name: `ledger: publish one more than ${count(figure("size"))} entries`,
    ours: figure("sent"),
    unit: "objects",
    peerName: `depth ${figure("depth")} + ${OBJECTS_BEYOND_DEPTH}`,
    peer: max,
    ratio: max / figure("sent"),
    goals: [{ text: "<= depth + 4 objects", isMet: figure("sent") <= max }],
  };
}

function lackingRow({ figure }: Done, isQuick: boolean): TableRow {
  const depth = figure("depth");
  const max = depth + OBJECTS_BEYOND_DEPTH;
  return {
    name: `ledger: one more than ${count(figure("size"))} entries, what a relay lacks`,
    ours: figure("objects"),
    unit: "objects",
    peerName: `depth ${depth} + ${OBJECTS_BEYOND_DEPTH}`,
    peer: max,
    ratio: max / figure("objects"),
    goals: [
      { text: "<= depth + 4 objects", isMet: figure("objects") <= max },
      ...(isQuick ? [] : [{ text: `depth <= ${DEPTH_MAX}`, isMet: depth <= DEPTH_MAX }]),
    ],
  };
}

function proofRow({ figure }: Done, rehash: Done): TableRow {
  const ours = figure("consistency");
  const peer = rehash.figure("seconds");
  return {
    name: `ledger: consistency with ${count(figure("behind"))} entries before`,
    ours: ours * 1000,
    unit: "ms",
    peerName: `reading and hashing ${count(rehash.figure("entries"))} entries`,
    peer: peer * 1000,
    ratio: peer / ours,
    goals: [
      { text: `< ${PROOF_SECONDS_MAX} s`, isMet: ours < PROOF_SECONDS_MAX },
      { text: `hashing < ${REHASH_SECONDS_MAX} s`, isMet: peer < REHASH_SECONDS_MAX },
    ],
  };
}

function auditRow({ figure }: Done): TableRow {
  const [ours, peer] = [figure("audit"), figure("bare")];
  return {
    name: `ledger: audit, ${count(figure("signatures"))} signatures`,
    ours,
    unit: "s",
    peerName: "the strict verifier alone, on as many threads",
    peer,
    ratio: peer / ours,
    goals: [{ text: `<= ${AUDIT_MAX}x its time`, isMet: ours <= AUDIT_MAX * peer }],
  };
}

function useRow(many: Done, few: Done, isQuick: boolean): TableRow {
  return {
    name: `ledger: open, prove and append at ${count(many.figure("size"))} entries`,
    ours: many.seconds,
    unit: "s",
    peerName: `at ${count(few.figure("size"))}`,
    peer: few.seconds,
    ratio: few.seconds / many.seconds,
    ...costOf(many, isQuick),
  };
}

function wholeAuditRow(many: Done, few: Done, sizes: typeof SIZES, isQuick: boolean): TableRow {
  const [ours, peer] = [sizes.long / many.figure("seconds"), sizes.audited / few.figure("seconds")];
  return {
    name: `ledger: audit of ${count(sizes.long)} entries`,
    ours,
    unit: "entries/s",
    peerName: `of ${count(sizes.audited)}`,
    peer,
    ratio: ours / peer,
    ...costOf(many, isQuick),
  };
}

function costOf(
  { peakBytes, cpuSeconds, waitedSeconds }: Done,
  isQuick: boolean,
): Partial<TableRow> {
  const peakMB = peakBytes / 1e6;
  const goals = isQuick ? [] : [{ text: `< ${PEAK_MB_MAX} MB`, isMet: peakMB < PEAK_MB_MAX }];
  return { peakMB, cpuSeconds, waitedSeconds, goals };
}

function count(entries: number): string {
  return entries.toLocaleString("en");
}
