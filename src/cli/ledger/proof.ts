// `fleet ledger proof`: a proof that an entry is in a ledger, or that a ledger only grew, made for others to check.
import { checkOutputFiles, type LedgerRequest, ledgerRequestOf } from "../shell/kept-files.ts";
import { resolve } from "node:path";
import {
  defined,
  equalBytes,
  type ExitCode,
  FleetError,
  fromHex,
  fromUtf8,
  hasCode,
  toHex,
} from "../../core/index.ts";
import {
  checkpointAt,
  type KeptCheckpoint,
  ledgerNoteKey,
  type ReadOnlyLedger,
  verifyCheckpoint,
  writersAt,
} from "../../ledger/index.ts";
import {
  formatGrowthProof,
  formatLeafProof,
  leafHash,
  parseCheckpoint,
  parseNote,
  verifyGrowthProof,
  verifyLeafProof,
} from "../../tlog/index.ts";
import type { Given } from "../shell/arguments.ts";
import type { Command } from "../shell/command.ts";
import { readNamed } from "../manifest/manifest-source.ts";
import { JSON_OPTION, MANIFEST_OPTION, OPERATOR_OPTIONS } from "../shell/options.ts";
import { printJson } from "../shell/print.ts";
import type { World } from "../shell/world.ts";
import { checkpointKey } from "./checkpoint.ts";
import { FEED_OPTION, type NamedLedger, openNamedLedger } from "./named-ledger.ts";
import { checkProof, proofCheckRequestOf } from "./proof-check.ts";
import { usage } from "../shell/usage.ts";

const ENTRY_MODE = 0o644;

/** `fleet ledger proof`: that an entry is in a ledger, or that a ledger only grew, for others to check. */
export const ledgerProof: Command = {
  name: "ledger proof",
  about:
    "Prove with public keys that an entry is in a ledger, or, with --from, that the ledger only grew; the proof is alone on standard output. With --check, check such a proof anywhere.",
  words: [{ form: "[ENTRY]", about: "an entry: 12, or kim:12 of another feed" }],
  options: [
    FEED_OPTION,
    {
      name: "from",
      value: "SIZE|FILE",
      about: "prove that the entries begin with the first SIZE, or with those of this checkpoint",
    },
    {
      name: "to",
      value: "SIZE",
      about: "by the checkpoint over SIZE entries (default: the newest)",
    },
    { name: "entry-out", value: "FILE", about: "write the entry's bytes, which --check needs" },
    { name: "check", value: "FILE", about: "check this proof; no key and no ledger are needed" },
    {
      name: "vkey",
      value: "VKEY",
      many: true,
      about: "with --check: the ledger's verifier key, and those of witnesses; may be repeated",
    },
    { name: "entry-file", value: "FILE", about: "with --check: the entry's bytes" },
    MANIFEST_OPTION,
    JSON_OPTION,
    ...OPERATOR_OPTIONS,
  ],
  examples: [
    "fleet ledger proof 12 --entry-out entry-12 > proof.txt",
    "fleet ledger proof --check proof.txt --entry-file entry-12 --vkey KEY",
    "fleet ledger proof --from 8 > growth.txt",
    "fleet ledger proof --check growth.txt --from checkpoint.txt --vkey KEY",
  ],
  async run(given, world): Promise<ExitCode> {
    const [entry] = given.words;
    const from = given.text("from");
    const checked = given.text("check");
    const asked = [entry, checked ?? from].filter((each) => each !== undefined);
    if (asked.length !== 1)
      throw usage("what to prove is missing, or is more than one thing", NEXT_ASK);
    const request = proofRequestOf(given, world);
    await checkOutputFiles([request.entryOut], [request.manifest], request.keyFile, world);
    if (checked !== undefined) return await checkProof(checked, proofCheckRequestOf(given), world);
    if (entry !== undefined) return await proveEntry(entry, request, world);
    return await proveGrowth(from ?? "", request, world);
  },
};

const NEXT_ASK = "give one of ENTRY, --from SIZE or --check FILE";

/** By which ledger and which of its checkpoints something is proved, and how it is given. */
interface ProofRequest extends LedgerRequest {
  /** A word for the ledger; our own when absent. */
  readonly feed?: string;
  /** The checkpoint over so many entries; the newest when absent. */
  readonly to?: number;
  /** The file for the entry's bytes, as the user named it. */
  readonly entryOut?: string;
  readonly isJson: boolean;
}

function proofRequestOf(given: Given, world: World): ProofRequest {
  const [feed, entryOut] = [given.text("feed"), given.text("entry-out")];
  const to = given.count("to");
  return {
    ...ledgerRequestOf(given, world),
    ...defined({ feed, to, entryOut }),
    isJson: given.flag("json"),
  };
}

async function proveEntry(word: string, request: ProofRequest, world: World): Promise<ExitCode> {
  const [, feed, digits] = /^(?:([^:]+):)?#?(\d{1,15})$/.exec(word) ?? [];
  if (digits === undefined) throw usage(`${JSON.stringify(word)} is no entry`, NEXT_ASK);
  const index = Number(digits);
  const named = await openNamedLedger(feed ?? request.feed, request, world);
  const { ledger } = named;
  const kept = await checkpointAt(ledger, provedSize(request, ledger), place(named, world));
  const { size, note } = kept;
  const object = index < size ? await ledger.object(index) : undefined;
  if (object === undefined) {
    throw usage(
      `there is no entry ${index} among the ${size} of the checkpoint`,
      "`fleet log` lists the entries",
    );
  }
  const leaf = leafHash(object);
  const hashes = await ledger.inclusion(index, size);
  const proof = formatLeafProof({ index, hashes, checkpoint: note });
  verifyLeafProof(proof, leaf, trustOf(kept));
  const { entryOut: out, isJson } = request;
  if (out !== undefined)
    await world.files.write(resolve(world.folder, out), object, { mode: ENTRY_MODE });
  if (isJson) {
    printJson(world, {
      ...documentOf("entry", kept, proof),
      index,
      leafHash: toHex(leaf),
    });
    return 0;
  }
  world.terminal.data(fromUtf8(proof));
  world.terminal.err(
    `leaf ${toHex(leaf)}\nvkey ${checkpointKey(kept).vkey}\n` +
      `Proof: entry ${index} is among the ${size} entries of the checkpoint.\n`,
  );
  return 0;
}

async function proveGrowth(from: string, request: ProofRequest, world: World): Promise<ExitCode> {
  const named = await openNamedLedger(request.feed, request, world);
  const { ledger } = named;
  const kept = await checkpointAt(ledger, provedSize(request, ledger), place(named, world));
  const old = await olderTree(from, ledger, world);
  if (old.size > kept.size) {
    throw new FleetError(
      "ledger/behind",
      `the ledger here has ${kept.size} entries up to there, fewer than ${old.size}`,
      { next: "bring the copy up to date with `fleet ledger pull`, or give another --to", exit: 4 },
    );
  }
  const hashes = await ledger.consistency(old.size, kept.size);
  const proof = formatGrowthProof({ oldSize: old.size, hashes, checkpoint: kept.note });
  verifyGrowthProof(proof, old, trustOf(kept));
  if (request.isJson) {
    printJson(world, {
      ...documentOf("growth", kept, proof),
      from: { size: old.size, tree: toHex(old.root) },
    });
    return 0;
  }
  world.terminal.data(fromUtf8(proof));
  world.terminal.err(
    `from tree ${toHex(old.root)}\nvkey ${checkpointKey(kept).vkey}\n` +
      `Proof: the ${kept.size} entries of the checkpoint begin with the first ${old.size}.\n`,
  );
  return 0;
}

/** The older tree: the first entries of the ledger itself, or what a checkpoint in a file names. */
async function olderTree(
  from: string,
  ledger: ReadOnlyLedger,
  world: World,
): Promise<{ readonly size: number; readonly root: Uint8Array }> {
  if (/^\d{1,15}$/.test(from)) {
    const size = Number(from);
    if (size > ledger.head.size)
      throw usage(`--from ${size}: the ledger has ${ledger.head.size} entries`, NEXT_ASK);
    return { size, root: fromHex(await ledger.treeAt(size)) };
  }
  const note = await readNamed(from, world, "note");
  const { size, root } = readCheckpoint(from, note);
  if (size === 0 || size > ledger.head.size) return { size, root };
  await checkSigned(note, ledger, size);
  if (equalBytes(fromHex(await ledger.treeAt(size)), root)) return { size, root };
  throw new FleetError(
    "ledger/other-tree",
    `the checkpoint of ${from} is over ${size} other entries than the first ${size} here`,
    {
      next: "keep the checkpoint and this ledger: both are signed, and together they show two histories",
      exit: 4,
    },
  );
}

function readCheckpoint(file: string, note: Uint8Array): ReturnType<typeof parseCheckpoint> {
  try {
    return parseCheckpoint(parseNote(note).text);
  } catch (cause) {
    if (!hasCode(cause, "tlog/")) throw cause;
    throw new FleetError("cli/no-checkpoint", `${file} is no checkpoint`, {
      next: "give a number of entries, or a file that `fleet ledger checkpoint` printed",
      exit: 64,
      cause,
    });
  }
}

async function checkSigned(note: Uint8Array, ledger: ReadOnlyLedger, size: number): Promise<void> {
  const { feed } = ledger;
  const [writer, other] = await writersAt(ledger, size);
  if (writer === undefined) return;
  try {
    verifyCheckpoint(note, { feed, writer });
  } catch (error) {
    if (other === undefined) throw error;
    verifyCheckpoint(note, { feed, writer: other });
  }
}

function provedSize({ to: size }: ProofRequest, { head }: ReadOnlyLedger): number {
  if (size === undefined) return head.size;
  if (size >= 1 && size <= head.size) return size;
  throw usage(`--to ${size}: the ledger has ${head.size} entries`, "give a number from 1 to that");
}

function place(
  { folder }: NamedLedger,
  { files }: World,
): { readonly files: World["files"]; readonly folder: string } {
  return { files, folder };
}

function trustOf({ feed, writer }: KeptCheckpoint): Parameters<typeof verifyLeafProof>[2] {
  const logKey = ledgerNoteKey(feed, writer);
  return { origin: logKey.name, logKey, witnesses: [] };
}

function documentOf(kind: "entry" | "growth", kept: KeptCheckpoint, proof: Uint8Array): object {
  const { feed, size, tree } = kept;
  const { origin, vkey } = checkpointKey(kept);
  const about = { feed, origin, vkey, size, tree };
  return { format: "fleet.skywire/ledger-proof/v1", kind, ...about, proof: fromUtf8(proof) };
}
