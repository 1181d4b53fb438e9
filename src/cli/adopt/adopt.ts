// `fleet adopt` as a command: its options, and where an adoption goes: a new file, an old one, or single values.
import type { ExitCode } from "../../core/index.ts";
import { ADOPT_SECTIONS, type AdoptSection } from "../../manifest/index.ts";
import { adoptIntoFile } from "./adopt-into-file.ts";
import { adoptNewFile } from "./adopt-new-file.ts";
import type { Given } from "../shell/arguments.ts";
import type { World } from "../shell/world.ts";
import { type FirstFileRequest, firstFileRequestOf } from "./first-file.ts";
import { type WriteRequest, writeRequestOf } from "../manifest/rewrite-manifest.ts";
import { type LedgerRequest, ledgerRequestOf, manifestRequestOf } from "../shell/kept-files.ts";
import { type ReportRequest, reportRequestOf } from "../shell/screen.ts";
import type { Command } from "../shell/command.ts";
import { isFieldWord } from "../manifest/fields.ts";
import { ACCESS_OPTIONS, JSON_OPTION, OPERATOR_OPTIONS } from "../shell/options.ts";
import { usage } from "../shell/usage.ts";

const USUAL_SECTIONS: readonly AdoptSection[] = ["trust", "apps", "settings"];

/** Which visors are adopted and what of them, and the manifest that it goes to. */
export interface AdoptRequest extends LedgerRequest, FirstFileRequest, WriteRequest, ReportRequest {
  /** Visors as the user calls them; all that are found when empty. */
  readonly words: readonly string[];
  readonly sections: ReadonlySet<AdoptSection>;
  readonly open: boolean;
}

/** @param file the manifest that is to be written or added to */
function adoptRequestOf(given: Given, world: World, file: string | undefined): AdoptRequest {
  return {
    ...ledgerRequestOf(given, world, manifestRequestOf(given, world, file)),
    ...firstFileRequestOf(given),
    ...writeRequestOf(given),
    ...reportRequestOf(given),
    words: given.words,
    sections: sectionsOf(given.text("sections")),
    open: given.flag("open"),
  };
}

/** `fleet adopt`: what visors are now, as a manifest whose plan is empty. Only reads visors. */
export const adopt: Command = {
  name: "adopt",
  about:
    "Write what visors are now into a manifest: roles and lists for what they share, nothing secret, and a plan that is empty. A word with a slash, VISOR/PATH, names one value: the manifest takes over what is there now. Visors are only read.",
  words: [
    {
      form: "[VISOR...]",
      about:
        "only these: keys, names that were found, or a selection of the manifest (with --into); or values of it, such as desk/apps.skychat.running",
    },
  ],
  options: [
    {
      name: "sections",
      value: "LIST",
      about: `what to own: ${ADOPT_SECTIONS.join(", ")} (default: ${USUAL_SECTIONS.join(",")})`,
    },
    { name: "into", value: "FILE", about: "add to this manifest; what it manages never changes" },
    { name: "out", value: "FILE", about: "the file to write (default fleet.yaml; must not exist)" },
    { name: "keys", value: "FILE", about: "these visors: one `KEY [NAME]` a line" },
    { name: "open", about: "write `whitelist: anyone` where a list is empty on the visor" },
    { name: "fleet", value: "NAME", about: "the fleet's name in a new file (default: home)" },
    { name: "operator", value: "NAME", about: "how a new file calls this machine's operator" },
    { name: "yes", short: "y", about: "write without asking" },
    {
      name: "commit",
      about: "of single values: commit the manifest; everything else must be committed already",
    },
    JSON_OPTION,
    ...ACCESS_OPTIONS,
    ...OPERATOR_OPTIONS,
  ],
  examples: [
    "fleet adopt",
    "fleet adopt --sections trust,apps,settings,ports",
    "fleet adopt --into fleet.yaml",
    "fleet adopt 'shop-*' --into fleet.yaml --yes",
    "fleet adopt desk/apps.skychat.running",
    "fleet adopt role:exit/apps.skysocks.whitelist",
  ],
  async run(given, world): Promise<ExitCode> {
    if (given.words.some(isFieldWord)) {
      const { adoptFields, adoptFieldsRequestOf } = await import("./adopt-field.ts");
      return await adoptFields(adoptFieldsRequestOf(given, world), world);
    }
    if (given.flag("commit")) {
      throw usage(
        "--commit is about single values, and whole visors are adopted",
        "leave it out, read what was written, and commit it",
      );
    }
    const [into, out] = [given.text("into"), given.text("out")];
    const request = adoptRequestOf(given, world, into ?? out);
    if (into === undefined) return await adoptNewFile(request, world);
    if (out !== undefined) {
      throw usage(
        "--into and --out name two files",
        "give --into to add to a manifest, or --out to write a new one",
      );
    }
    return await adoptIntoFile(request, world);
  },
};

function sectionsOf(text: string | undefined): ReadonlySet<AdoptSection> {
  if (text === undefined) return new Set(USUAL_SECTIONS);
  const words = text.split(",").map((word) => word.trim());
  const sections = ADOPT_SECTIONS.filter((section) => words.includes(section));
  const unknown = words.find((word) => !ADOPT_SECTIONS.some((section) => section === word));
  if (unknown === undefined) return new Set(sections);
  throw usage(
    `--sections: there is no section ${JSON.stringify(unknown)}`,
    `name some of ${ADOPT_SECTIONS.join(", ")}, joined by commas`,
  );
}
