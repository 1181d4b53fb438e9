// `fleet keygen`: makes an operator key and begins its ledger; a key that is there is never written over.
import { hostname } from "node:os";
import { dirname, resolve } from "node:path";
import { type ExitCode, FleetError } from "../../core/index.ts";
import {
  createLedger,
  generateSecret,
  type OperatorKeys,
  writeKeyFile,
} from "../../ledger/index.ts";
import { operatorValue } from "../../manifest/index.ts";
import { nodeProcess } from "../../platform/index.ts";
import type { Command } from "../shell/command.ts";
import { ledgerFolderOf, ledgerRequestOf } from "../shell/kept-files.ts";
import { JSON_OPTION, MANIFEST_OPTION } from "../shell/options.ts";
import { errLine, outLine, printJson } from "../shell/print.ts";
import type { World } from "../shell/world.ts";

/** `fleet keygen`: an operator key and its ledger. The only command that begins a ledger. */
export const keygen: Command = {
  name: "keygen",
  about: "Make this machine's operator key and its empty ledger. One key per machine.",
  words: [],
  options: [
    { name: "secret-file", value: "FILE", about: "keep the secret here instead, for robots" },
    { name: "new", about: "set an existing key aside and make a new one, with a new ledger" },
    {
      name: "name",
      value: "NAME",
      about: "how the manifest calls this operator (default: the host's name)",
    },
    MANIFEST_OPTION,
    JSON_OPTION,
  ],
  examples: [
    "fleet keygen",
    "FLEET_PASSPHRASE=... fleet keygen",
    "fleet keygen --secret-file /run/secrets/fleet-ci --name ci",
  ],
  async run(given, world): Promise<ExitCode> {
    const { manifest, keyFile } = ledgerRequestOf(given, world);
    const named = given.text("secret-file");
    const name = given.text("name") ?? operatorName();
    const secretFile = named === undefined ? keyFile.path : resolve(world.folder, named);
    const setAside = await makeRoom(secretFile, given.flag("new"), world);
    const keys = await makeKey(secretFile, manifest, world);
    const { files, clock, random } = world;
    const folder = ledgerFolderOf(keys.feed, world);
    try {
      await (
        await createLedger({ files, clock, random, process: nodeProcess(), folder, keys })
      ).close();
    } catch (error) {
      // A key without a ledger could never sign anything, so it is not left behind.
      await files.remove(secretFile);
      throw error;
    }
    tell({ name, keys, secretFile, setAside, ledgerFolder: folder }, given.flag("json"), world);
    return 0;
  },
};

async function makeRoom(
  secretFile: string,
  isNew: boolean,
  world: World,
): Promise<string | undefined> {
  const bytes = await world.files.read(secretFile);
  if (bytes === undefined) return undefined;
  if (!isNew) {
    throw new FleetError("key/exists", `there is a key already: ${secretFile}`, {
      next: "use it, or give --new to set it aside and begin a new ledger under a new key",
      exit: 4,
    });
  }
  const aside = `${secretFile}.until-${new Date(world.clock.now()).toISOString().replaceAll(":", "")}`;
  await world.files.create(aside, bytes, { mode: 0o600 });
  await world.files.remove(secretFile);
  return aside;
}

async function makeKey(
  secretFile: string,
  manifestName: string,
  world: World,
): Promise<OperatorKeys> {
  const { files, random } = world;
  const manifest = resolve(world.folder, manifestName);
  const hasManifest = (await files.stat(manifest)) !== undefined;
  const passphrase = world.env["FLEET_PASSPHRASE"] ?? "";
  return await writeKeyFile({
    files,
    path: secretFile,
    secret: generateSecret(random),
    random,
    ...(passphrase === "" ? {} : { passphrase }),
    ...(hasManifest ? { manifestFolder: dirname(manifest) } : {}),
  });
}

interface Made {
  /** How the manifest is to call this operator. */
  readonly name: string;
  readonly keys: OperatorKeys;
  readonly secretFile: string;
  readonly setAside: string | undefined;
  readonly ledgerFolder: string;
}

function tell(
  { name, keys, secretFile, setAside, ledgerFolder }: Made,
  isJson: boolean,
  world: World,
): void {
  const { operator, seal, feed } = keys;
  if (isJson) {
    printJson(world, {
      format: "fleet.skywire/key/v1",
      name,
      key: operator,
      seal,
      feed,
      secretFile,
      ledgerFolder,
    });
    return;
  }
  if (setAside !== undefined) errLine(world, `The former key was set aside as ${setAside}.`);
  errLine(world, `The secret is in ${secretFile}, the ledger in ${ledgerFolder}.`);
  world.terminal.err(
    "One key per machine: make another one elsewhere instead of copying this one.\n" +
      "Keep a copy of the secret, offline: who loses it cannot sign any more. The ledger comes back from\n" +
      "a relay with `fleet ledger restore`; without relays keep a copy of its folder too.\n" +
      "This line goes below `operators:` in the manifest:\n",
  );
  outLine(
    world,
    `  ${name}: ${operatorValue({ key: operator, seal, feed, may: ["plan", "apply"] })}`,
  );
}

/** A name that a manifest takes, made from the host's name. */
export function operatorName(host: string = hostname()): string {
  const name =
    host
      .toLowerCase()
      .split(".")[0]
      ?.replace(/[^a-z0-9-]+/g, "-") ?? "";
  const trimmed = name.replace(/^[^a-z]+|-+$/g, "");
  return trimmed === "" ? "this-machine" : `${trimmed}-owner`;
}
