// Collects what is said of changes while a step is written: errors, refusals, what waits for a restart.
import { FleetError } from "../../core/index.ts";
import { type Change, changeKey, MASK } from "../../model/index.ts";
import type { WriteNotes } from "./read-back.ts";

/** Collects what is said of changes while a step is written. */
export class Notebook implements WriteNotes {
  readonly notes: Map<string, string> = new Map();
  readonly unsupported: Set<string> = new Set();
  readonly afterRestart: Set<string> = new Set();
  /** Changes of which the visor itself said no, so that nothing was done. */
  readonly refused: Set<string> = new Set();

  readonly #secrets: readonly string[];

  /** `secrets` are values that no note may hold: a visor may give back what it was sent. */
  constructor(secrets: Iterable<string> = []) {
    this.#secrets = [...secrets].flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  }

  note(changes: readonly Change[], text: string): void {
    let safe = text;
    for (const secret of this.#secrets) safe = safe.replaceAll(secret, MASK);
    for (const change of changes) this.notes.set(changeKey(change), safe);
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
      this.note(changes, withWayOut(causeText(error)));
      if (error.code === "visor/refused") {
        for (const change of changes) this.refused.add(changeKey(change));
      }
      if (error.code === "visor/no-method") {
        for (const change of changes) this.unsupported.add(changeKey(change));
      }
    }
  }
}

/** What visors say, and what helps. Source: api_hypervisors.go, api_proxies.go. */
const WAYS_OUT: readonly (readonly [RegExp, string])[] = [
  [
    /already connected to hypervisor/,
    "it is connected to that hypervisor though its list lacks it: restart the visor, then apply again",
  ],
  [/DMSG client not running/, "apply again once the visor's dmsg client runs"],
  [
    /resolver not initialized/,
    "the visor started without this proxy: restart it, then apply again",
  ],
];

function withWayOut(text: string): string {
  const way = WAYS_OUT.find(([said]) => said.test(text))?.[1];
  return way === undefined ? text : `${text}; ${way}`;
}

function causeText(error: FleetError): string {
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
