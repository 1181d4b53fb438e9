import { FleetError } from "../../core/index.ts";
import type { Change } from "../../model/index.ts";
import { changeKey, type WriteNotes } from "./read-back.ts";

/** Collects what is said of changes while a step is written. */
export class Notebook implements WriteNotes {
  readonly notes: Map<string, string> = new Map();
  readonly unsupported: Set<string> = new Set();
  readonly afterRestart: Set<string> = new Set();

  note(changes: readonly Change[], text: string): void {
    for (const change of changes) this.notes.set(changeKey(change), text);
  }

  /**
   * Runs one write; whatever the world did is noted on its changes and stops nothing, since reading back decides
   * and every intent gets its receipt. Only our own bugs go through.
   */
  async attempt(changes: readonly Change[], write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (!(error instanceof FleetError)) throw error;
      this.note(changes, causeText(error));
      if (error.code === "visor/no-method") {
        for (const change of changes) this.unsupported.add(changeKey(change));
      }
    }
  }
}

function causeText(error: FleetError): string {
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
