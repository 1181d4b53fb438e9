// Verifies the entries of a store that is held whole, one by one, and that its lists only grew.
import { equalBytes, FleetError, type OperatorKey, toHex } from "../../core/index.ts";
import { BLANK_HASH, fetchObject, type GetObject, REFS_DEGREE } from "../../skywire/cxo/index.ts";
import {
  type CheckpointWriters,
  decodeEntry,
  entrySignatures,
  GrownLists,
  type Log,
  parsePayload,
  RecordReader,
  type StoredCommit,
  TreeCheck,
  type VerifiedGenesis,
  verifyEntry,
  verifyGenesis,
} from "../log/index.ts";
import {
  type VerifyFindings,
  notSigned,
  OTHER_COPIES,
  sealedContent,
  UNKNOWN_OWNER,
  type VerifyOptions,
} from "./report.ts";
import { degreeOf, leavesOf } from "./verify-tree.ts";

/** A commit whose Root is in order, with the log below it. */
export interface CheckedCommit {
  readonly commit: StoredCommit;
  readonly log: Log;
  readonly timeMs: number;
}

interface Tally {
  signatures: number;
  sealed: number;
  lastTime: bigint;
  /** No entry was missing so far. */
  isWhole: boolean;
}

/** The check of all entries of one store, in order. */
export class EntriesCheck {
  readonly #options: VerifyOptions;
  readonly #get: GetObject;
  readonly #findings: VerifyFindings;
  #operator: OperatorKey | undefined;
  #genesis: VerifiedGenesis | undefined;

  constructor(options: VerifyOptions, get: GetObject, findings: VerifyFindings) {
    this.#options = options;
    this.#get = get;
    this.#findings = findings;
  }

  /** Checks the entries that the newest commit names, and the lists and trees of all. @returns who signed the genesis */
  run(newest: CheckedCommit, commits: readonly CheckedCommit[]): OperatorKey | undefined {
    this.#check(newest, commits);
    return this.#operator;
  }

  #check(newest: CheckedCommit, commits: readonly CheckedCommit[]): void {
    const { log, commit } = newest;
    const leaves = leavesOf(log, this.#get, ({ from, to }) => {
      const message = `the list that names entries ${from} to ${to - 1} is missing or changed`;
      this.#findings.fault("ledger/missing-list", message, {
        entry: from,
        commit: Number(commit.seq),
      });
    });
    if (leaves === undefined)
      return this.#findings.fault("ledger/log", "the list of entries cannot be read", {
        commit: Number(commit.seq),
      });
    this.#checkGrowth(leaves, commits);
    this.#checkGenesis(leaves[0]);
    const reader =
      this.#genesis === undefined ? undefined : RecordReader.of(this.#genesis, undefined);
    const tally = { signatures: 0, sealed: 0, lastTime: 0n, isWhole: true };
    const trees = new TreeCheck(this.#options.feed);
    const waiting = [...commits];
    for (const [index, hash] of leaves.entries()) {
      this.#options.onProgress?.(index, leaves.length);
      const last = reader?.writer.operator;
      if (hash === undefined) tally.isWhole = false;
      else
        this.#findings.attempt({ entry: index }, () =>
          this.#checkEntry(index, hash, reader, tally),
        );
      if (!tally.isWhole || hash === undefined || reader === undefined || last === undefined)
        continue;
      trees.entry(this.#get(hash) ?? hash);
      this.#checkFrom(index, leaves.length, trees);
      const { operator: next } = reader.writer;
      while (Number(waiting[0]?.log.size ?? Infinity) <= index + 1)
        this.#checkTree(waiting.shift(), trees, { last, next });
    }
    this.#noteFrom(leaves.length);
    if (trees.count > 0) this.#findings.count("checkpoints: tree and signature", trees.count);
    if (reader !== undefined && tally.isWhole)
      this.#findings.attempt({ entry: leaves.length - 1 }, () => reader.end());
    this.#findings.count("entries: hash, place, time, signature", tally.signatures);
    if (tally.sealed > 0) this.#findings.notChecked.push(sealedContent(tally.sealed));
    this.#findings.notChecked.push(OTHER_COPIES);
  }

  #checkEntry(
    index: number,
    hash: Uint8Array,
    reader: RecordReader | undefined,
    tally: Tally,
  ): void {
    const bytes = this.#get(hash);
    if (bytes === undefined) {
      tally.isWhole = false;
      throw new FleetError("ledger/missing-entry", `entry ${index} is missing or changed`);
    }
    const place = decodeEntry(bytes);
    if (place.index !== BigInt(index))
      throw new FleetError("ledger/reordered", `entry ${place.index} stands at place ${index}`);
    const { lastTime } = tally;
    tally.lastTime = place.time;
    if (place.time <= lastTime)
      throw new FleetError("ledger/reordered", `the time of entry ${index} does not go forward`);
    if (this.#operator === undefined) return;
    const writer = reader?.writer.operator ?? this.#operator;
    const isVerified = index >= (this.#options.from?.size ?? 0);
    const entry = isVerified
      ? verifyEntry(bytes, this.#options.feed, writer)
      : entrySignatures(bytes, this.#options.feed, writer).entry;
    if (isVerified) tally.signatures += 1;
    // Behind a missing entry the parts of a payload cannot be told any more.
    if (reader === undefined || !tally.isWhole) return;
    const record = reader.next({ entry, hash: toHex(hash) });
    if (record?.sealed === true) tally.sealed += 1;
  }

  #checkFrom(index: number, size: number, trees: TreeCheck): void {
    const { from } = this.#options;
    if (from === undefined || from.size > size || index !== from.size - 1) return;
    if (toHex(trees.root()) === from.root)
      return this.#findings.count("the tree that was given is reached", 1);
    this.#findings.fault(
      "ledger/diverged",
      `the first ${from.size} entries are not those of the tree that was given`,
      { entry: index },
    );
  }

  #noteFrom(size: number): void {
    const { from } = this.#options;
    if (from === undefined) return;
    if (from.size <= size) this.#findings.notChecked.push(notSigned(from));
    else
      this.#findings.fault(
        "ledger/rolled-back",
        `the ledger has ${size} entries, and the tree that was given ${from.size}`,
      );
  }

  #checkTree(
    checked: CheckedCommit | undefined,
    trees: TreeCheck,
    writers: CheckpointWriters,
  ): void {
    if (checked === undefined) return;
    const { commit, log } = checked;
    this.#findings.attempt({ commit: Number(commit.seq) }, () => trees.commit(log, writers));
  }

  #checkGenesis(hash: Uint8Array | undefined): void {
    this.#findings.attempt({ entry: 0 }, () => {
      if (hash === undefined)
        throw new FleetError("ledger/genesis", "the genesis entry is missing");
      const entry = decodeEntry(fetchObject(hash, this.#get));
      if (entry.kind !== "genesis")
        throw new FleetError("ledger/genesis", "the first entry is no genesis");
      const genesis = verifyGenesis(parsePayload("genesis", entry.payload), this.#options.feed);
      this.#operator = genesis.ed25519;
      this.#genesis = genesis;
      this.#findings.count("genesis: three keys that vouch for each other", 1);
    });
    const { trusted } = this.#options;
    if (trusted === undefined) this.#findings.notChecked.push(UNKNOWN_OWNER);
    else if (this.#operator !== undefined && !trusted.includes(this.#operator)) {
      this.#findings.fault(
        "ledger/not-trusted",
        `the ledger was made by ${this.#operator}, which the manifest does not list`,
        { entry: 0 },
      );
    } else this.#findings.count("the key of the genesis is our own or listed", 1);
  }

  // Each list is the beginning of the newest: nothing was dropped, moved or replaced between commits.
  #checkGrowth(
    leaves: readonly (Uint8Array | undefined)[],
    commits: readonly CheckedCommit[],
  ): void {
    const firstLost = leaves.indexOf(undefined);
    const known = firstLost < 0 ? leaves.length : firstLost;
    const lists = new GrownLists((index) => leaves[index] ?? BLANK_HASH);
    let before = 0;
    let degree = REFS_DEGREE;
    let grown = 0;
    for (const { log, commit } of commits) {
      const size = Number(log.size);
      const isKnown = size <= known;
      const isGrown = size >= before && size <= leaves.length;
      before = size;
      degree = this.#degreeOf(log, degree);
      const isSame = (): boolean => equalBytes(lists.list(degree, size).finish().hash, log.entries);
      if (!isGrown || (isKnown && !isSame())) {
        this.#findings.fault(
          "ledger/rewritten",
          `the list of commit ${commit.seq} is not the beginning of the newest one`,
          { commit: Number(commit.seq) },
        );
        return;
      }
      if (!isKnown) return;
      grown += 1;
    }
    this.#findings.count("lists that only grew", grown);
  }

  // A list that was written anew has another degree, and the same entries. Of a top that is lost its hash is left.
  #degreeOf({ entries }: Log, before: number): number {
    const top = this.#get(entries);
    return (top === undefined ? undefined : degreeOf(top)) ?? before;
  }
}
