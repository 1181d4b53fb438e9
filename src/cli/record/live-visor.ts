// `fleet show --live`: one visor as it is now, as text, as a document or as sections of a manifest.
import type { AccessRequest } from "../shell/access-request.ts";
import { type ExitCode, FleetError, parseVisorKey } from "../../core/index.ts";
import type { DesiredVisor, SeenVisor } from "../../model/index.ts";
import { keyLabel, observedDocument, observedText } from "../../view/index.ts";
import { type ManifestFacts, namesIfReadable } from "../manifest/names-of-manifest.ts";
import type { LedgerRequest } from "../shell/kept-files.ts";
import { printJson } from "../shell/print.ts";
import { wayInOf } from "../shell/way-in.ts";
import { readOneVisor } from "./read-one-visor.ts";
import type { World } from "../shell/world.ts";

const HEXADECIMAL = /^[0-9a-fA-F]+$/;

/** How whatever was named is found, reached and shown. */
export interface ShowRequest extends LedgerRequest {
  readonly access: AccessRequest;
  readonly isJson: boolean;
  /** A visor as sections of a manifest. */
  readonly isYaml: boolean;
}

/** Shows one visor as it is now, as text, as a document, or as manifest sections. */
export async function showLive(
  word: string,
  request: ShowRequest,
  world: World,
): Promise<ExitCode> {
  const facts = await namesIfReadable(request, world);
  const visor = visorNamed(word, facts);
  const wayIn = wayInOf(request.access, world);
  const seen = await readOneVisor(visor, { summary: true, ports: true }, wayIn, world);
  if (seen.kind !== "seen") {
    throw new FleetError("cli/not-seen", `${word}: ${seen.detail}`, { next: seen.next, exit: 3 });
  }
  await print(seen, facts, request, world);
  return 0;
}

async function print(
  seen: SeenVisor,
  facts: ManifestFacts,
  { isYaml, isJson }: ShowRequest,
  world: World,
): Promise<void> {
  if (isYaml) {
    const { formatSectionsYaml } = await import("../manifest/manifest-room.ts");
    const nameOf = (key: string): string | undefined => {
      const label = keyLabel(key, facts.names);
      return label === key ? undefined : label;
    };
    world.terminal.out(formatSectionsYaml(seen, nameOf));
  } else if (isJson) printJson(world, observedDocument(seen, facts.names));
  else world.terminal.out(observedText(seen, facts.names));
}

function visorNamed(word: string, { source }: ManifestFacts): DesiredVisor {
  const known = source?.desired.visors.find((visor) => visor.name === word || visor.key === word);
  if (known !== undefined) return known;
  const place = { file: "", line: 0, column: 0 };
  if (!HEXADECIMAL.test(word)) {
    throw new FleetError("cli/unknown-visor", `no visor is named "${word}"`, {
      next: "name a visor of the manifest, or give a visor key; `fleet status` lists the visors",
      exit: 64,
    });
  }
  return { key: parseVisorKey(word), name: word, tags: [], roles: [], place, leaves: new Map() };
}
