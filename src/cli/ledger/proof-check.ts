// `fleet ledger proof --check`: a proof is judged by public keys alone, on any machine, with no ledger needed.
import { defined, type ExitCode, FleetError, fromUtf8, hasCode, toHex } from "../../core/index.ts";
import {
  leafHash,
  type NoteKey,
  openCheckpoint,
  type OpenedCheckpoint,
  parseGrowthProof,
  parseVerifierKey,
  verifyGrowthProof,
  verifyLeafProof,
} from "../../tlog/index.ts";
import { type CheckedProof, proofText, timeText } from "../../view/index.ts";
import type { Given } from "../shell/arguments.ts";
import { outPaint } from "../shell/screen.ts";
import { readNamed } from "../manifest/manifest-source.ts";
import { printJson } from "../shell/print.ts";
import type { World } from "../shell/world.ts";
import { usage } from "../shell/usage.ts";

const MS_PER_S = 1000;

/** Verifier keys: those of the log, and those of witnesses. */
interface Trusted {
  readonly logs: readonly NoteKey[];
  readonly witnesses: readonly NoteKey[];
}

/** By which keys a proof is checked, and against what. */
export interface ProofCheckRequest {
  readonly trusted: Trusted;
  /** The file of the entry's bytes, for a proof of an entry. */
  readonly entry?: string;
  /** The file of the older checkpoint, for a proof of growth. */
  readonly older?: string;
  readonly isJson: boolean;
}

/** Reads `--vkey`, `--entry-file` and `--from`. @throws FleetError cli/usage (exit 64) */
export function proofCheckRequestOf(given: Given): ProofCheckRequest {
  return {
    trusted: trustedKeys(given.texts("vkey")),
    ...defined({ entry: given.text("entry-file"), older: given.text("from") }),
    isJson: given.flag("json"),
  };
}

/**
 * Checks a proof in a file by the verifier keys given and nothing else.
 * @throws FleetError cli/usage, cli/no-file (exit 64) for what cannot be read
 */
export async function checkProof(
  file: string,
  { trusted, entry, older, isJson }: ProofCheckRequest,
  world: World,
): Promise<ExitCode> {
  const proof = await readNamed(file, world, "note");
  const isGrowth = startsWith(proof, "old ");
  if (!isGrowth && !startsWith(proof, "c2sp.org/tlog-proof@"))
    throw usage(
      `${file} is no proof`,
      "give a file that `fleet ledger proof` or another tool made",
    );
  const beside = isGrowth ? older : entry;
  if (beside === undefined) {
    throw isGrowth
      ? usage("the older checkpoint is missing", "give its file with --from FILE")
      : usage("the entry is missing", "give its bytes with --entry-file FILE");
  }
  const other = await readNamed(beside, world, "note");
  const check = isGrowth ? checkGrowth : checkEntry;
  const checked = verdictOf(() => check(proof, other, trusted));
  if (isJson) printJson(world, { format: "fleet.skywire/proof-verdict/v1", ...checked });
  else world.terminal.out(proofText(checked, outPaint(world)));
  return checked.proved ? 0 : 4;
}

function checkEntry(proof: Uint8Array, entry: Uint8Array, trusted: Trusted): CheckedProof {
  const leaf = leafHash(entry);
  const opened = withAnyKey(trusted, (trust) => verifyLeafProof(proof, leaf, trust));
  const { size } = opened.checkpoint;
  return {
    proved: true,
    what: `these bytes are entry ${opened.index} of the ${size} entries of the checkpoint`,
    steps: [`the entry has leaf hash ${toHex(leaf)}`, ...stepsOf(opened)],
  };
}

function checkGrowth(proof: Uint8Array, older: Uint8Array, trusted: Trusted): CheckedProof {
  const before = withAnyKey(trusted, (trust) => openCheckpoint(older, trust));
  const { size: oldSize, root } = before.checkpoint;
  const opened = withAnyKey(trusted, (trust) =>
    verifyGrowthProof(proof, { size: oldSize, root }, trust),
  );
  if (opened.checkpoint.origin !== before.checkpoint.origin)
    throw new FleetError("tlog/checkpoint", "the two checkpoints are of two logs");
  return {
    proved: true,
    what: `the ${opened.checkpoint.size} entries begin with the ${parseGrowthProof(proof).oldSize} of the older checkpoint`,
    steps: [...stepsOf(before), ...stepsOf(opened)],
  };
}

function stepsOf({ checkpoint, cosignatures }: OpenedCheckpoint): readonly string[] {
  const { origin, size, root } = checkpoint;
  return [
    `the checkpoint over ${size} entries of ${origin}, tree ${toHex(root)}, is signed by its log`,
    ...cosignatures.map(
      ({ key, timeS }) => `${key.name} cosigned it at ${timeText(timeS * MS_PER_S)}`,
    ),
  ];
}

/** Tries each log key: behind a rotation the older checkpoint has another one than the newer. */
function withAnyKey<T>(
  { logs, witnesses }: Trusted,
  verify: (trust: Parameters<typeof openCheckpoint>[1]) => T,
): T {
  let refusal: unknown;
  for (const logKey of logs) {
    try {
      return verify({ origin: logKey.name, logKey, witnesses });
    } catch (error) {
      if (!hasCode(error, "tlog/")) throw error;
      refusal ??= error;
    }
  }
  throw refusal;
}

function verdictOf(check: () => CheckedProof): CheckedProof {
  try {
    return check();
  } catch (error) {
    if (!hasCode(error, "tlog/")) throw error;
    return { proved: false, what: error.message, steps: [] };
  }
}

function trustedKeys(texts: readonly string[]): Trusted {
  const keys = texts.map((text) => {
    try {
      return parseVerifierKey(text);
    } catch (error) {
      if (!hasCode(error, "tlog/")) throw error;
      throw usage(`--vkey: ${error.message}`, NEXT_KEY);
    }
  });
  const logs = keys.filter(({ type }) => type === "ed25519");
  if (logs.length === 0) throw usage("the ledger's verifier key is missing", NEXT_KEY);
  return { logs, witnesses: keys.filter(({ type }) => type === "cosignature/v1") };
}

const NEXT_KEY = "give what `fleet ledger checkpoint --vkey` prints at its operator's machine";

function startsWith(bytes: Uint8Array, text: string): boolean {
  const start = bytes.subarray(0, text.length);
  return start.every((byte) => byte < 128) && fromUtf8(start) === text;
}
