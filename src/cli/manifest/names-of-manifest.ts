// What a manifest adds to commands that work without one.

import { FleetError, type OperatorKey } from "../../core/index.ts";
import { diagnosticsText, type Names } from "../../view/index.ts";
import type { ManifestRequest } from "../shell/kept-files.ts";
import { errPaint } from "../shell/screen.ts";
import { checkManifest, invalidManifest, type ManifestSource } from "./manifest-source.ts";
import type { World } from "../shell/world.ts";
import { errLine } from "../shell/print.ts";

/** What a manifest adds to a command that works without one. */
export interface ManifestFacts {
  readonly source: ManifestSource | undefined;
  readonly names: Names;
  readonly operators: readonly OperatorKey[];
}

/** What is known without a manifest. */
export const NO_FACTS: ManifestFacts = { source: undefined, names: {}, operators: [] };

/**
 * The manifest's relays, operators and names; nothing where there is no file and none was named. One that is there
 * and cannot be read is never taken for none.
 * @throws FleetError cli/invalid-manifest (exit 64) after printing every error; cli/no-file, cli/is-folder, files/*
 */
export async function manifestFacts(
  request: ManifestRequest,
  world: World,
): Promise<ManifestFacts> {
  const { facts, fault } = await look(request, world);
  if (fault === undefined) return facts;
  world.terminal.err(fault.details);
  throw fault.error;
}

/**
 * The same for commands whose answer does not hang on the manifest: where it cannot be read, that is said on standard
 * error, and they go on without names.
 * @throws FleetError cli/no-file (exit 64) for one that was named and is not there
 */
export async function namesIfReadable(
  request: ManifestRequest,
  world: World,
): Promise<ManifestFacts> {
  const { facts, fault } = await look(request, world);
  if (fault === undefined) return facts;
  if (fault.error.code === "cli/no-file") throw fault.error;
  errLine(
    world,
    `note: ${fault.error.message}, so that nothing in it is used, names and relays included; \`fleet validate\` shows why`,
  );
  return facts;
}

/** Why a manifest that is there counts for nothing, and what is to be printed of it. */
interface Fault {
  readonly error: FleetError;
  readonly details: string;
}

async function look(
  { manifest: name, isManifestNamed }: ManifestRequest,
  world: World,
): Promise<{ readonly facts: ManifestFacts; readonly fault?: Fault }> {
  try {
    const { source, diagnostics } = await checkManifest(name, world);
    if (source === undefined) {
      const details = diagnosticsText(diagnostics, errPaint(world));
      return { facts: NO_FACTS, fault: { error: invalidManifest(name, diagnostics), details } };
    }
    const operators = source.desired.operators.map((operator) => operator.key);
    return { facts: { source, names: source.desired.keyNames, operators } };
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    if (error.code === "cli/no-file" && !isManifestNamed) return { facts: NO_FACTS };
    return { facts: NO_FACTS, fault: { error, details: "" } };
  }
}
