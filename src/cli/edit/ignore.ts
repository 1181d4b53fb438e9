// `fleet ignore`: the manifest says which values plans and drift leave alone, and always until when.
import { counted, defined, type ExitCode, parseDuration, type VisorKey } from "../../core/index.ts";
import type { ManifestEdit } from "../../manifest/index.ts";
import type { DesiredVisor } from "../../model/index.ts";
import { printable, tableText, untilText } from "../../view/index.ts";
import type { Given } from "../shell/arguments.ts";
import type { Command } from "../shell/command.ts";
import { checkCommit } from "../git/commit.ts";
import { editInTurn, writeEdited } from "./edit-text.ts";
import { readEditable, type WriteRequest, writeRequestOf } from "../manifest/rewrite-manifest.ts";
import { fieldsOf, fieldWord } from "../manifest/fields.ts";
import { type ManifestSource, readManifest } from "../manifest/manifest-source.ts";
import { manifestRequestOf } from "../shell/kept-files.ts";
import { JSON_OPTION, MANIFEST_OPTION, NOW_OPTION, nowOf } from "../shell/options.ts";
import { printJson } from "../shell/print.ts";
import type { World } from "../shell/world.ts";
import { usage } from "../shell/usage.ts";

const SECOND_MS = 1_000;

/** `fleet ignore`: values that are left alone until a time, written into the manifest. */
export const ignore: Command = {
  name: "ignore",
  about:
    "Write into the manifest that values are left alone until a time: neither changed nor counted as drift. Who manages a visor is never ignored. No visor is asked anything.",
  words: [
    {
      form: "[FIELD...]",
      about: "VISOR/PATH, such as desk/apps.skychat.running; a selection may stand for the visor",
    },
  ],
  options: [
    {
      name: "until",
      value: "WHEN",
      about: "a day (its beginning in UTC), a time in UTC, or how long: 2026-12-31, 12h, 7d",
    },
    { name: "because", value: "TEXT", about: "why; plans and drift reports show it" },
    { name: "end", about: "ignore these values no longer" },
    { name: "list", about: "list what the manifest ignores" },
    MANIFEST_OPTION,
    { name: "yes", short: "y", about: "write without asking" },
    {
      name: "commit",
      about: "commit the manifest; everything else must be committed already",
    },
    JSON_OPTION,
    NOW_OPTION,
  ],
  examples: [
    "fleet ignore desk/apps.skychat.running --until 7d --because 'trying it out'",
    "fleet ignore tag:shop/settings.log_level --until 2026-12-31",
    "fleet ignore --list",
    "fleet ignore desk/apps.skychat.running --end",
  ],
  async run(given, world): Promise<ExitCode> {
    const request = ignoreRequestOf(given, world);
    const { manifest, nowMs, fields, isEnd, isJson } = request;
    if (request.isList) {
      list(await readManifest(manifest, world), nowMs, isJson, world);
      return 0;
    }
    const editable = await readEditable(manifest, "manifest", world);
    const until = isEnd ? undefined : await untilOf(request.until ?? "", nowMs);
    await checkCommit(editable.source.path, request);
    const edits = await editsOf(request, editable.source, until);
    const edited = await editInTurn(editable, edits, world);
    const line = ["ignore", ...fields, ...(isEnd ? ["--end"] : [])];
    return await writeEdited(
      edited,
      { line, visors: "No visor was asked anything." },
      request,
      world,
    );
  },
};

/** Which values are to be ignored, until when and why; or ignored no longer; or what is listed. */
interface IgnoreRequest extends WriteRequest {
  /** The manifest, as the user named it. */
  readonly manifest: string;
  readonly nowMs: number;
  /** `VISOR/PATH` each; none for a list. */
  readonly fields: readonly string[];
  /** As the user wrote it. */
  readonly until?: string;
  readonly because?: string;
  readonly isEnd: boolean;
  readonly isList: boolean;
}

function ignoreRequestOf(given: Given, world: World): IgnoreRequest {
  const [until, because] = [given.text("until"), given.text("because")];
  const request: IgnoreRequest = {
    ...writeRequestOf(given),
    manifest: manifestRequestOf(given, world).manifest,
    nowMs: nowOf(given, world) ?? world.clock.now(),
    fields: given.words,
    ...defined({ until, because }),
    isEnd: given.flag("end"),
    isList: given.flag("list"),
  };
  checkAgreement(request);
  return request;
}

/** @throws FleetError cli/usage (exit 64) for options that contradict each other */
function checkAgreement({ fields, until, because, isEnd, isList }: IgnoreRequest): void {
  const hasFields = fields.length > 0;
  const about = until ?? because;
  if (isList) {
    if (!hasFields && !isEnd && about === undefined) return;
    throw usage("--list lists all that is ignored", "give it alone");
  }
  if (!hasFields) {
    throw usage("which value is to be ignored?", "write VISOR/PATH; `fleet drift` prints them");
  }
  if (isEnd && about !== undefined) {
    throw usage("--end takes neither --until nor --because", "leave them out");
  }
  if (!isEnd && until === undefined) {
    throw usage(
      "--until is missing: nothing is ignored for ever",
      "give a day or a time such as 7d",
    );
  }
}

/** `--until` as the manifest says it. */
async function untilOf(text: string, nowMs: number): Promise<string> {
  const { formatUntil, parseUntil } = await import("../manifest/manifest-room.ts");
  const untilMs = parseUntil(text) ?? after(text, nowMs);
  if (untilMs === undefined) {
    throw usage(
      `--until takes a day, a time in UTC, or how long, not ${JSON.stringify(text)}`,
      "write 2026-12-31, 2026-12-31T18:00:00Z, 12h or 7d",
    );
  }
  if (untilMs <= nowMs) {
    throw usage(`--until ${text} is past`, `it is ${new Date(nowMs).toISOString()} now`);
  }
  return formatUntil(untilMs);
}

/** The end of a stretch of time from now; a number alone could mean anything. */
function after(text: string, nowMs: number): number | undefined {
  const lengthMs = parseDuration(text);
  if (lengthMs === undefined) return undefined;
  return Math.ceil((nowMs + lengthMs) / SECOND_MS) * SECOND_MS;
}

async function editsOf(
  request: IgnoreRequest,
  { desired }: ManifestSource,
  until: string | undefined,
): Promise<readonly { readonly edit: ManifestEdit; readonly visors: readonly VisorKey[] }[]> {
  const fields = await fieldsOf(request.fields, desired);
  return fields.flatMap(({ visors, path }) =>
    [...byReason(visors, path, request.because)].map(([because, keys]) => ({
      visors: keys,
      edit: {
        kind: "ignore",
        path,
        ...defined({ until }),
        ...(until === undefined || because === undefined ? {} : { because }),
      },
    })),
  );
}

/** Visors by the reason that is written for them: the given one, else what stands there already. */
function byReason(
  visors: readonly DesiredVisor[],
  path: string,
  given: string | undefined,
): ReadonlyMap<string | undefined, readonly VisorKey[]> {
  const keys = new Map<string | undefined, VisorKey[]>();
  for (const { key, ignores = [] } of visors) {
    const because = given ?? ignores.find((each) => each.path === path)?.because;
    const group = keys.get(because);
    if (group === undefined) keys.set(because, [key]);
    else group.push(key);
  }
  return keys;
}

function list({ desired }: ManifestSource, nowMs: number, isJson: boolean, world: World): void {
  const ignored = desired.visors.flatMap(({ key, name, ignores = [] }) =>
    ignores.map(({ path, untilMs, because, place }) => ({
      visor: key,
      field: fieldWord(name, path),
      until: new Date(untilMs).toISOString(),
      ended: nowMs >= untilMs,
      because,
      line: place.line,
    })),
  );
  if (isJson) {
    printJson(world, { format: "fleet.skywire/ignored/v1", ignored });
    return;
  }
  const rows = ignored.map(({ field, until, ended, because, line }) => [
    `  ${printable(field)}`,
    `${ended ? "ended" : "until"} ${untilText(until)}`,
    `line ${line}${because === undefined ? "" : `: ${printable(because)}`}`,
  ]);
  const ended = ignored.filter((each) => each.ended).length;
  const tail = ended === 0 ? "" : `, ${ended} ended`;
  world.terminal.out(`${tableText(rows)}Ignored: ${counted(ignored.length, "value")}${tail}.\n`);
}
