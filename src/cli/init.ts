import { resolve } from "node:path";
import {
  counted,
  type ExitCode,
  FleetError,
  fromUtf8,
  parseVisorKey,
  utf8,
  type VisorKey,
} from "../core/index.ts";
import type { Given } from "./arguments.ts";
import type { Command } from "./command.ts";
import { findFleet, type FoundVisor, tellStrangers } from "./find-fleet.ts";
import { operatorName } from "./keygen.ts";
import { manifestName, readNamed } from "./manifest-source.ts";
import { findOperator } from "./operator.ts";
import { ACCESS_OPTIONS, OPERATOR_OPTIONS } from "./options.ts";
import { reporterOf } from "./reporter.ts";
import { wayInOf } from "./way-in.ts";
import type { World } from "./world.ts";
import { errLine, outLine } from "./print.ts";

/** The schema that is put beside a new manifest. */
export const SAVED_SCHEMA = "fleet.schema.json";

/** `fleet init`: a manifest of the visors there are, which owns nothing, so that the first plan is empty. */
export const init: Command = {
  name: "init",
  about:
    "Write a manifest of the local visor and those it knows. It owns nothing yet: the first plan is empty.",
  words: [
    { form: "[MANIFEST]", about: "the file to write (default fleet.yaml; it must not exist)" },
  ],
  options: [
    { name: "keys", value: "FILE", about: "these visors instead: one `KEY [NAME]` a line" },
    { name: "fleet", value: "NAME", about: "the fleet's name (default: home)" },
    { name: "operator", value: "NAME", about: "how the manifest calls this machine's operator" },
    ...ACCESS_OPTIONS,
    ...OPERATOR_OPTIONS,
  ],
  examples: ["fleet init", "fleet init --keys visors.txt --fleet shop"],
  async run(given, world): Promise<ExitCode> {
    const name = manifestName(given, world, given.words[0]);
    const path = resolve(world.folder, name);
    if ((await world.files.stat(path)) !== undefined) throw manifestExists(name);
    const operator = await findOperator(given, world);
    const listed = await listedKeys(given, world);
    const reporter = reporterOf(given, world);
    const { local, visors, strangers } = await reporter.during(listed?.length ?? 0, "visors", () =>
      findFleet({ wayIn: wayInOf(given, world), world, listed, emit: reporter.emit }),
    );
    const { initManifest } = await import("./manifest-room.ts");
    const text = initManifest({
      fleet: given.text("fleet") ?? "home",
      ...(operator === undefined
        ? {}
        : {
            operators: [
              {
                name: given.text("operator") ?? operatorName(),
                key: operator.keys.operator,
                seal: operator.keys.seal,
                feed: operator.keys.feed,
              },
            ],
          }),
      controllers: [local],
      visors,
      schemaPath: `./${SAVED_SCHEMA}`,
    });
    await world.files.create(path, utf8(text), { mode: 0o644 });
    await saveSchema(path, world);
    tellStrangers(strangers, world);
    tell(name, visors, operator === undefined, world);
    return visors.some((visor) => visor.unread !== undefined) ? 3 : 0;
  },
};

function manifestExists(name: string): FleetError {
  return new FleetError("cli/exists", `${name} exists already`, {
    next: "edit it, or name another file: `fleet init OTHER.fleet.yaml`",
    exit: 64,
  });
}

/** Editors look for the schema beside the manifest; one that is there already is left alone. */
export async function saveSchema(manifestPath: string, world: World): Promise<void> {
  const path = resolve(manifestPath, "..", SAVED_SCHEMA);
  if ((await world.files.stat(path)) !== undefined) return;
  const { manifestSchema } = await import("./manifest-room.ts");
  await world.files.create(path, utf8(`${JSON.stringify(manifestSchema, null, 2)}\n`), {
    mode: 0o644,
  });
}

function tell(name: string, visors: readonly FoundVisor[], isKeyless: boolean, world: World): void {
  const unread = visors.filter((visor) => visor.unread !== undefined);
  for (const visor of unread) {
    errLine(world, `? ${visor.name} could not be read: ${visor.unread?.why ?? ""}`);
  }
  const next = isKeyless
    ? "`fleet keygen` for a key, put its line below `operators:`, then `fleet plan`"
    : "`fleet plan` (it is empty), then name what fleet shall own";
  errLine(world, `next: ${next}`);
  const notRead = unread.length === 0 ? "" : `, ${unread.length} not readable`;
  outLine(world, `Wrote ${name}: ${counted(visors.length, "visor")}${notRead}, nothing owned.`);
}

/** The visors of `--keys FILE`. */
export async function listedKeys(
  given: Given,
  world: World,
): Promise<readonly { readonly key: VisorKey; readonly name?: string }[] | undefined> {
  const file = given.text("keys");
  if (file === undefined) return undefined;
  const lines = fromUtf8(await readNamed(file, world, "note")).split(/\r?\n/);
  return lines
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line !== "")
    .map((line) => {
      const [key = "", name] = line.split(/[\s,]+/);
      return { key: parseVisorKey(key), ...(name === undefined ? {} : { name }) };
    });
}
