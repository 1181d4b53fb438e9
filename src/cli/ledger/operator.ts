// This machine's operator: the key that signs here, its passphrase, and its ledger, opened for writing too.
import { defined, FleetError } from "../../core/index.ts";
import { type Ledger, openLedger, type OperatorKeys, readKeyFile } from "../../ledger/index.ts";
import { nodeProcess } from "../../platform/index.ts";
import type { Given } from "../shell/arguments.ts";
import { type KeyFileChoice, ledgerFolderOf } from "../shell/kept-files.ts";
import { errLine } from "../shell/print.ts";
import { canAsk } from "../shell/screen.ts";
import type { World } from "../shell/world.ts";

/** Who signs here: the keys, the file their secret is in, and the folder of their ledger. */
export interface Operator {
  readonly keys: OperatorKeys;
  readonly secretFile: string;
  readonly ledgerFolder: string;
}

/**
 * This machine's operator, or `undefined` when no key was made yet.
 * @throws FleetError key/* (exit 4) for a key that cannot be read
 */
export async function findOperator(
  { path: secretFile, isNamed }: KeyFileChoice,
  world: World,
  passphrase: (world: World) => Promise<string | undefined> = passphraseOf,
): Promise<Operator | undefined> {
  if ((await world.files.stat(secretFile)) === undefined) {
    if (!isNamed) return undefined;
    throw noKey(secretFile);
  }
  const keys = await readKeyFile({
    files: world.files,
    path: secretFile,
    passphrase: () => passphrase(world),
    // Secret stores mount their files as they like.
    isModeChecked: !isNamed,
  });
  return { keys, secretFile, ledgerFolder: ledgerFolderOf(keys.feed, world) };
}

/**
 * The same for doors that need no key: nobody is asked for a passphrase, and a key that cannot be read is none, which
 * is said on standard error.
 */
export async function operatorUnasked(
  keyFile: KeyFileChoice,
  world: World,
): Promise<Operator | undefined> {
  try {
    return await findOperator(keyFile, world, async () => passphraseGiven(world));
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    const what = "keys that were taken away earlier are looked for in the manifest only";
    errLine(world, `note: ${what}: ${error.message}`);
    return undefined;
  }
}

/**
 * The same where there must be one.
 * @throws FleetError key/missing (exit 4)
 */
export async function requireOperator(keyFile: KeyFileChoice, world: World): Promise<Operator> {
  const operator = await findOperator(keyFile, world);
  if (operator === undefined) throw noKey(keyFile.path);
  return operator;
}

/** FLEET_PASSPHRASE, or what is typed at a terminal. */
export async function passphraseOf(world: World): Promise<string | undefined> {
  const fromEnv = passphraseGiven(world);
  if (fromEnv !== undefined) return fromEnv;
  if (!canAsk(world)) return undefined;
  return await world.terminal.askHidden("passphrase of the operator key: ");
}

function passphraseGiven({ env }: World): string | undefined {
  const given = env["FLEET_PASSPHRASE"] ?? "";
  return given === "" ? undefined : given;
}

function noKey(secretFile: string): FleetError {
  return new FleetError("key/missing", `there is no operator key at ${secretFile}`, {
    next: "`fleet keygen` makes one for this machine",
    exit: 4,
  });
}

// Our own ledger opened for writing, and how long to wait while another process holds its lock.

/** How long to wait for another writer of our ledger. */
export interface LockRequest {
  /** Milliseconds; the ledger's own patience when absent. */
  readonly lockTimeoutMs?: number;
}

/** Reads `--lock-timeout`. @throws FleetError cli/usage (exit 64) */
export function lockRequestOf(given: Given): LockRequest {
  const lockTimeoutMs = given.durationMs("lock-timeout");
  return defined({ lockTimeoutMs });
}

/**
 * Opens our ledger for writing, waiting for another writer as long as was asked for.
 * @throws FleetError ledger/* (exit 4)
 */
export async function openOwnLedger(
  { ledgerFolder: folder, keys }: Pick<Operator, "ledgerFolder" | "keys">,
  { lockTimeoutMs }: LockRequest,
  world: World,
): Promise<Ledger> {
  const { files, clock, random } = world;
  return await openLedger({
    files,
    clock,
    random,
    process: nodeProcess(),
    folder,
    keys,
    tell: (note) => errLine(world, `note: ${note}`),
    ...defined({ lockTimeoutMs }),
  });
}
