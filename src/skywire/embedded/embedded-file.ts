// The file by which another process finds a running embedded fleet.
import {
  type Files,
  hasShape,
  jsonIfAny,
  listOf,
  membersOf,
  numberFrom,
  oneOf,
  type Shape,
  type StreamAddress,
  TEXT,
  utf8,
} from "../../core/index.ts";

/** The file by which another process finds a running embedded fleet. */
export const EMBEDDED_FILE = "embedded.json";
/** The version of its format. */
export const EMBEDDED_FORMAT = "fleet.skywire/embedded/v1";

/** What {@link EMBEDDED_FILE} holds. */
export interface EmbeddedFile {
  readonly format: typeof EMBEDDED_FORMAT;
  readonly visors: readonly {
    readonly name: string;
    readonly key: string;
    readonly profile: string;
    /** Where its RPC listens, for those that do. */
    readonly local?: StreamAddress;
  }[];
  /** Where commands are taken. */
  readonly control: StreamAddress;
}

const ADDRESS: Shape<StreamAddress> = membersOf({ host: TEXT, port: numberFrom() });

const FILE: Shape<EmbeddedFile> = membersOf({
  format: oneOf(EMBEDDED_FORMAT),
  visors: listOf(
    membersOf<EmbeddedFile["visors"][number]>(
      { name: TEXT, key: TEXT, profile: TEXT },
      { local: ADDRESS },
    ),
  ),
  control: ADDRESS,
});

/** Reads {@link EMBEDDED_FILE} of a fleet's folder; `undefined` when there is none that can be read. */
export async function readEmbeddedFile(
  files: Files,
  folder: string,
): Promise<EmbeddedFile | undefined> {
  const bytes = await files.read(`${folder}/${EMBEDDED_FILE}`);
  if (bytes === undefined) return undefined;
  const value = jsonIfAny(bytes);
  return hasShape(value, FILE) ? value : undefined;
}

/** The bytes of {@link EMBEDDED_FILE}. */
export function formatEmbeddedFile(file: EmbeddedFile): Uint8Array {
  return utf8(`${JSON.stringify(file, undefined, 2)}\n`);
}
