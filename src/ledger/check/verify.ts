// Verifies one ledger from its files and public keys alone.
import { equalBytes, FleetError, fromHex, toHex } from "../../core/index.ts";
import { BLANK_HASH, decodeRootOf, type GetObject, verifyRoot } from "../../skywire/cxo/index.ts";
import { readLog, type StoredCommit } from "../log/index.ts";
import { type LoadedStore, loadStore } from "./loaded-store.ts";
import { verifySound } from "./verify-sound.ts";
import { VerifyFindings, omittedRoots, type VerifyOptions, type VerifyReport } from "./report.ts";
import { type CheckedCommit, EntriesCheck } from "./verify-entries.ts";

/**
 * Checks a whole ledger with public keys only, changing nothing, in bounded memory, but for 32 bytes of
 * each entry, while nothing is wrong: every record's hash, the chain of all
 * Roots and the signature over it, that each Root's list is the beginning of the newest one, every entry's
 * place, time and signature, and that nothing is missing up to the pinned head. Damage is named in
 * the report, never thrown.
 * @throws FleetError ledger/missing, ledger/other-key, ledger/version
 */
export async function verifyLedger(options: VerifyOptions): Promise<VerifyReport> {
  return (await verifySound(options)) ?? (await verifyInDetail(options));
}

/**
 * Checks a ledger as {@link verifyLedger} does and names every fault; holds all of it in memory.
 * @internal the tests hold the fast verification to it
 */
export async function verifyInDetail(options: VerifyOptions): Promise<VerifyReport> {
  const view = await loadStore(options.files, options.folder, options.feed);
  return new Verification(options, view).run();
}

class Verification {
  readonly #options: VerifyOptions;
  readonly #view: LoadedStore;
  readonly #get: GetObject;
  readonly #findings = new VerifyFindings();

  constructor(options: VerifyOptions, view: LoadedStore) {
    this.#options = options;
    this.#view = view;
    this.#get = (hash) => view.objects.get(toHex(hash));
  }

  run(): VerifyReport {
    this.#checkStore();
    this.#checkHead();
    const commits = this.#checkRoots();
    const newest = commits.at(-1);
    const operator =
      newest === undefined
        ? undefined
        : new EntriesCheck(this.#options, this.#get, this.#findings).run(newest, commits);
    const { faults, checked, notChecked, faultsOmitted } = this.#findings;
    return {
      ok: faults.length === 0,
      feed: this.#options.feed,
      head: newest === undefined ? undefined : headOf(newest),
      operator,
      checked,
      notChecked,
      faults,
      faultsOmitted,
    };
  }

  #checkStore(): void {
    const { scan, commits, pin, pinDamage, isPinTorn } = this.#view;
    for (const { file, from, to, what } of scan.damage) {
      this.#findings.fault("ledger/damaged", `${file}, bytes ${from} to ${to}: ${what}`, {
        place: { file, from, to },
      });
    }
    if (isPinTorn && pin !== undefined) {
      this.#findings.notChecked.push(
        `completeness beyond commit ${pin.seq}: the pin after it was cut while it was written`,
      );
    }
    if (pinDamage !== undefined)
      this.#findings.fault("ledger/pin", `the file of pins is bad: ${pinDamage}`);
    if (commits.length === 0)
      this.#findings.fault("ledger/damaged", "the store holds no whole commit");
    this.#findings.count("objects in the store", scan.objects);
    const { tail } = scan;
    if (tail === undefined || tail.from === tail.to) return;
    const what = `${tail.to - tail.from} bytes at the end belong to no commit`;
    if (pin === undefined)
      this.#findings.fault(
        "ledger/damaged",
        `${what}, and there is no pin to tell a torn write from damage`,
      );
    else
      this.#findings.notChecked.push(
        `${what}: a write that was cut before it was recorded; the next apply removes them`,
      );
  }

  #checkHead(): void {
    const { pin, pinDamage } = this.#view;
    const { expected } = this.#options;
    if (pin !== undefined) this.#checkReaches(pin.seq, pin.rootHash, "the pin", pin.size);
    if (expected !== undefined)
      this.#checkReaches(expected.seq, expected.root, "the head that was given", undefined);
    if (pin === undefined && expected === undefined && pinDamage === undefined) {
      this.#findings.notChecked.push(
        "completeness of the tail not checked: there is no pin and no head was given",
      );
    }
  }

  #checkReaches(seq: bigint, root: string, what: string, size: bigint | undefined): void {
    const { commits } = this.#view;
    const found = commits.find((commit) => commit.seq === seq);
    if (found === undefined) {
      const upTo = size === undefined ? "" : `, up to entry ${size - 1n}`;
      const last = commits.at(-1)?.seq ?? -1n;
      this.#findings.fault(
        "ledger/rolled-back",
        `commits after ${last} are missing: ${what} names commit ${seq}${upTo}`,
        { commit: Number(seq) },
      );
    } else if (found.rootHash !== root) {
      this.#findings.fault("ledger/diverged", `commit ${seq} is another one than ${what} names`, {
        commit: Number(seq),
      });
    } else {
      this.#findings.count(`${what} is reached`, 1);
    }
  }

  // The signature of a Root covers those before it: each names the hash of the one before. In a copy
  // Roots may be left out; then the one before the gap stands for itself.
  #checkRoots(): readonly CheckedCommit[] {
    const sound: CheckedCommit[] = [];
    const { commits } = this.#view;
    let lastTime = 0n;
    let left = 0n;
    for (const [at, commit] of commits.entries()) {
      const before = commits[at - 1];
      const checked = this.#findings.attempt({ commit: Number(commit.seq) }, () =>
        this.#checkRoot(commit, before, lastTime),
      );
      const gap = this.#view.scan.isReplica ? commit.seq - (before?.seq ?? -1n) - 1n : 0n;
      if (gap > 0n) left += gap;
      if (gap > 0n && before !== undefined) this.#checkSignature(before);
      if (checked === undefined) continue;
      lastTime = checked.time;
      sound.push(checked);
    }
    this.#findings.count("Roots in one chain", sound.length);
    if (left > 0n) this.#findings.notChecked.push(omittedRoots(left));
    const newest = commits.at(-1);
    if (newest !== undefined && this.#checkSignature(newest))
      this.#findings.count("signature of the newest Root", 1);
    return sound;
  }

  #checkSignature({ seq, root, signature }: StoredCommit): boolean {
    const feed = fromHex(this.#options.feed);
    const isSigned = this.#findings.attempt({ commit: Number(seq) }, () => {
      verifyRoot(root, signature, feed);
      return true;
    });
    return isSigned === true;
  }

  #checkRoot(
    commit: StoredCommit,
    before: StoredCommit | undefined,
    lastTime: bigint,
  ): CheckedCommit & { readonly time: bigint } {
    const root = decodeRootOf(commit.root, fromHex(this.#options.feed));
    const { prev, seq, time } = root;
    const expected = before === undefined ? BLANK_HASH : fromHex(before.rootHash);
    const isNext = seq === (before?.seq ?? -1n) + 1n;
    const isBehindGap = this.#view.scan.isReplica && seq > (before?.seq ?? -1n) && !isNext;
    if (seq !== commit.seq || (!isBehindGap && !equalBytes(prev, expected))) {
      throw new FleetError(
        "ledger/chain",
        `the Root of commit ${commit.seq} does not follow the one before it`,
      );
    }
    if (time <= lastTime)
      throw new FleetError("ledger/chain", `the time of commit ${commit.seq} does not go forward`);
    return { commit, log: readLog(root, this.#get), time, timeMs: Number(time / 1_000_000n) };
  }
}

function headOf({ commit, log, timeMs }: CheckedCommit): NonNullable<VerifyReport["head"]> {
  return { seq: Number(commit.seq), root: commit.rootHash, size: Number(log.size), timeMs };
}
