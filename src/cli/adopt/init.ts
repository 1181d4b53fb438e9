// `fleet init`: a first manifest from the visors that are found, whose plan changes nothing on any of them.
import { resolve } from "node:path";
import { counted, type ExitCode, FleetError, utf8 } from "../../core/index.ts";
import { type Adoption, initManifest } from "../../manifest/index.ts";
import { PLAN_VIEW, readVisors, tellRemarks, tellUnread, verifyAdopted } from "./adopt-report.ts";
import type { Command } from "../shell/command.ts";
import { findFleet, type FoundVisor, tellStrangers } from "./find-fleet.ts";
import {
  firstFileRequestOf,
  listedKeys,
  operatorsOf,
  SAVED_SCHEMA,
  saveSchema,
  unreadOf,
} from "./first-file.ts";
import { findOperator } from "../ledger/operator.ts";
import { ACCESS_OPTIONS, OPERATOR_OPTIONS } from "../shell/options.ts";
import { reporterOf, reportRequestOf } from "../shell/screen.ts";
import { wayInOf } from "../shell/way-in.ts";
import type { World } from "../shell/world.ts";
import { errLine, outLine } from "../shell/print.ts";
import { ledgerRequestOf, manifestRequestOf } from "../shell/kept-files.ts";

/** `fleet init`: a manifest of the visors there are, which owns who manages them, as it is: the first plan is empty. */
export const init: Command = {
  name: "init",
  about:
    "Write a manifest of the local visor and those it knows. It owns who may manage them, as it is now, and nothing else: the first plan is empty.",
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
    const named = manifestRequestOf(given, world, given.words[0]);
    const { manifest: name, keyFile } = ledgerRequestOf(given, world, named);
    const request = firstFileRequestOf(given);
    const path = resolve(world.folder, name);
    if ((await world.files.stat(path)) !== undefined) throw manifestExists(name);
    const operator = await findOperator(keyFile, world);
    const listed = await listedKeys(request, world);
    const reporter = reporterOf(reportRequestOf(given), world);
    const { local, visors, strangers } = await reporter.during(listed?.length ?? 0, "visors", () =>
      findFleet({
        wayIn: wayInOf(request.access, world),
        world,
        listed,
        emit: reporter.emit,
      }),
    );
    const read = readVisors(visors);
    const { text, adoption } = initManifest({
      fleet: request.fleet,
      operators: operatorsOf(request, operator),
      controllers: [local],
      visors: read,
      unread: unreadOf(visors),
      planView: PLAN_VIEW,
      schemaPath: `./${SAVED_SCHEMA}`,
    });
    verifyAdopted(text, read);
    await world.files.create(path, utf8(text), { mode: 0o644 });
    await saveSchema(path, world);
    tellStrangers(strangers, world);
    tell({ name, visors, adoption, isKeyless: operator === undefined }, world);
    return visors.some((visor) => visor.unread !== undefined) ? 3 : 0;
  },
};

function manifestExists(name: string): FleetError {
  return new FleetError("cli/exists", `${name} exists already`, {
    next: "edit it, or name another file: `fleet init OTHER.fleet.yaml`",
    exit: 64,
  });
}

/** What was written, for who is told of it. */
interface Written {
  readonly name: string;
  readonly visors: readonly FoundVisor[];
  readonly adoption: Adoption;
  readonly isKeyless: boolean;
}

function tell({ name, visors, adoption, isKeyless }: Written, world: World): void {
  const unread = visors.filter((visor) => visor.unread !== undefined);
  tellUnread(visors, world);
  tellRemarks(adoption, world);
  const next = isKeyless
    ? "`fleet keygen` for a key, put its line below `operators:`, then `fleet plan`"
    : "`fleet plan` (it is empty), then name what else fleet shall own";
  errLine(world, `next: ${next}`);
  const notRead = unread.length === 0 ? "" : `, ${unread.length} not readable`;
  const managed = adoption.visors.filter(({ owned }) => owned > 0).length;
  const owned =
    managed === 0 ? "nothing owned" : `who manages ${managed} of them is owned, as it is`;
  outLine(world, `Wrote ${name}: ${counted(visors.length, "visor")}${notRead}; ${owned}.`);
}
