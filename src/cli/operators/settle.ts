// The end of a rotation that was cut off after the ledger had the next key and before the key file had it.
import {
  type OperatorKeys,
  type RotateKeyOptions,
  settleRotation,
  type WriterKeys,
} from "../../ledger/index.ts";
import { type Operator, passphraseOf } from "../ledger/operator.ts";
import type { KeyFileChoice } from "../shell/kept-files.ts";
import type { World } from "../shell/world.ts";

/** How our key file is read and written anew. */
export function keyFileOptions(
  { secretFile }: Pick<Operator, "secretFile">,
  { isNamed }: KeyFileChoice,
  world: World,
): RotateKeyOptions {
  return {
    files: world.files,
    path: secretFile,
    passphrase: () => passphraseOf(world),
    // As where it is read: secret stores mount their files as they like.
    isModeChecked: !isNamed,
    random: world.random,
  };
}

/**
 * Ends a rotation that was cut off between the ledger and the key file; `undefined` when there is none.
 * @throws FleetError key/rotated (exit 4) when another copy of the key was rotated further
 */
export async function endCutOffRotation(
  keys: OperatorKeys,
  writer: WriterKeys,
  options: RotateKeyOptions,
): Promise<OperatorKeys | undefined> {
  if (writer.operator === keys.operator && writer.seal === keys.seal) return undefined;
  return await settleRotation(options, writer);
}
