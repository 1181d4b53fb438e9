// What `init` and `adopt` need alike to write a manifest that is not there yet.
import { resolve } from "node:path";
import { defined, fromUtf8, parseVisorKey, utf8, type VisorKey } from "../../core/index.ts";
import type { AdoptFleetInput } from "../../manifest/index.ts";
import { type AccessRequest, accessRequestOf } from "../shell/access-request.ts";
import type { Given } from "../shell/arguments.ts";
import { type FoundVisor, inNameOrder } from "./find-fleet.ts";
import { operatorName } from "../operators/keygen.ts";
import { readNamed } from "../manifest/manifest-source.ts";
import type { Operator } from "../ledger/operator.ts";
import type { World } from "../shell/world.ts";

/** The schema that is put beside a new manifest. */
export const SAVED_SCHEMA = "fleet.schema.json";

/** Editors look for the schema beside the manifest; one that is there already is left alone. */
export async function saveSchema(manifestPath: string, world: World): Promise<void> {
  const path = resolve(manifestPath, "..", SAVED_SCHEMA);
  if ((await world.files.stat(path)) !== undefined) return;
  const { manifestSchema } = await import("../manifest/manifest-room.ts");
  await world.files.create(path, utf8(`${JSON.stringify(manifestSchema, null, 2)}\n`), {
    mode: 0o644,
  });
}

/** Which visors a first manifest is made of, how they are reached, and what it calls the fleet and its operator. */
export interface FirstFileRequest {
  /** The file that lists the visors; those that are found when absent. */
  readonly keys?: string;
  readonly access: AccessRequest;
  readonly fleet: string;
  readonly operatorName: string;
}

/** Reads `--keys`, `--fleet`, `--operator` and how visors are reached. @throws FleetError cli/usage (exit 64) */
export function firstFileRequestOf(given: Given): FirstFileRequest {
  return {
    ...defined({ keys: given.text("keys") }),
    access: accessRequestOf(given),
    fleet: given.text("fleet") ?? "home",
    operatorName: given.text("operator") ?? operatorName(),
  };
}

/** The visors of `--keys FILE`. */
export async function listedKeys(
  { keys: file }: FirstFileRequest,
  world: World,
): Promise<readonly { readonly key: VisorKey; readonly name?: string }[] | undefined> {
  if (file === undefined) return undefined;
  const lines = fromUtf8(await readNamed(file, world, "note")).split(/\r?\n/);
  return lines
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line !== "")
    .map((line) => {
      const [key = "", name] = line.split(/[\s,]+/);
      return { key: parseVisorKey(key), ...defined({ name }) };
    });
}

/** This machine's operator as a new manifest names it; nobody before `fleet keygen`. */
export function operatorsOf(
  { operatorName: name }: FirstFileRequest,
  operator: Operator | undefined,
): NonNullable<AdoptFleetInput["operators"]> {
  if (operator === undefined) return [];
  const { operator: key, seal, feed } = operator.keys;
  return [{ name, key, seal, feed }];
}

/** Visors that could not be read, by name, for the comments below their names. */
export function unreadOf(visors: readonly FoundVisor[]): AdoptFleetInput["unread"] {
  return inNameOrder(visors).flatMap(({ name, key, unread }) =>
    unread === undefined ? [] : [{ name, key, ...unread }],
  );
}
