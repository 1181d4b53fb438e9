// What the cells of the table of hollow relays begin with, made once for all of them.

import { sha256 } from "../../src/core/index.ts";
import {
  createLedger,
  type EntryDraft,
  openLedger,
  OperatorKeys,
  writeKeyFile,
} from "../../src/ledger/index.ts";
import { fastClock } from "./clocks.ts";
import type { RelayState } from "./fragile-relay.ts";
import { countingRandom, ledgerOptions } from "./ledger-world.ts";
import { MemoryFiles } from "./memory-files.ts";

const SECRET_FILE = "/user/fleet/config/operator.json";
const SECRET = sha256(new TextEncoder().encode("hollow"));
/** Entries of one commit, in turn: small ones as of an apply of few visors, and a large one. */
const COMMITS = [1, 2, 1, 4, 2, 1, 6, 1];
/** Objects that a relay asks for before a cell can begin where it was: less is filled anew, from nothing. */
const APART = 150;

/** The keys of every user in the table. */
export const HOLLOW_KEYS: OperatorKeys = OperatorKeys.derive(SECRET);

/** Files of a user, by path. */
export type UserFiles = ReadonlyMap<string, Uint8Array>;

/** A filling that stopped between two Roots: what the relay has, and what the user has noted of it. */
export interface Start {
  /** Objects that the relay had asked for. */
  readonly asked: number;
  readonly relay: RelayState | undefined;
  /** The notes, and the address by which they call the relay. */
  readonly notes: string | undefined;
  readonly address: string;
}

const NOTHING: Start = { asked: 0, relay: undefined, notes: undefined, address: "" };

/** A filling under way, which hears of every Root that is full. */
export type Filling = (full: (start: Start) => void) => Promise<void>;

/** Ledgers by their length, and relays that hold a part of them. */
export class HollowLedgers {
  readonly #ledgers = new Map<number, Promise<UserFiles>>();
  readonly #starts = new Map<number, Promise<readonly Start[]>>();

  /** A user's key, and a ledger of so many entries. */
  of(entries: number): Promise<UserFiles> {
    const known = this.#ledgers.get(entries) ?? build(entries);
    this.#ledgers.set(entries, known);
    return known;
  }

  /** The latest point of a filling at which the relay had asked for at most so many objects. */
  async startBefore(place: number, entries: number, fill: Filling): Promise<Start> {
    if (place < APART) return NOTHING;
    const known = this.#starts.get(entries) ?? starts(fill);
    this.#starts.set(entries, known);
    return (await known).findLast(({ asked }) => asked <= place) ?? NOTHING;
  }
}

async function starts(fill: Filling): Promise<readonly Start[]> {
  const found: Start[] = [];
  await fill((start) => {
    if (start.asked - (found.at(-1)?.asked ?? 0) >= APART) found.push(start);
  });
  return found;
}

async function build(entries: number): Promise<UserFiles> {
  const files = new MemoryFiles();
  const keys = HOLLOW_KEYS;
  const random = countingRandom("key file");
  await writeKeyFile({ files, path: SECRET_FILE, secret: SECRET, random });
  const folder = `/user/fleet/state/ledgers/${keys.feed}`;
  const options = { ...ledgerOptions(files), keys, folder, clock: fastClock(1) };
  await (await createLedger(options)).close();
  const ledger = await openLedger(options);
  const draft: EntryDraft = { kind: "heartbeat", payload: { fleet: "home" } };
  for (let turn = 0; ledger.head.size < entries; turn += 1) {
    const count = Math.min(COMMITS[turn % COMMITS.length] ?? 1, entries - ledger.head.size);
    await ledger.append(Array.from({ length: count }, () => draft));
  }
  await ledger.close();
  return new Map([...files.files].map(([path, { bytes }]) => [path, bytes]));
}
