// A user, a ledger of many entries, and a relay that fills as a real Go node does, far away.

import { equalBytes, fromHex, sha256, toHex } from "../../src/core/index.ts";
import {
  createLedger,
  type EntryDraft,
  ledgerObjects,
  openLedger,
  OperatorKeys,
  writeKeyFile,
} from "../../src/ledger/index.ts";
import { decodeRoot, newObjects } from "../../src/skywire/cxo/index.ts";
import { ownLedger, stateFolder } from "./cli-copies.ts";
import { type CliFleet, cliFleet, type CliWorld, RELAY_HOST, type Ran } from "./cli-world.ts";
import { fastClock } from "./clocks.ts";
import { FragileRelay } from "./fragile-relay.ts";
import { countingRandom, ledgerOptions } from "./ledger-world.ts";
import type { MemoryFiles } from "./memory-files.ts";
import type { MemoryEnd } from "./memory-pair.ts";

const SECRET_FILE = "/user/fleet/config/operator.json";
/** Entries of one commit, in turn: small ones as of an apply of few visors, and a large one. */
const COMMITS = [1, 2, 1, 4, 2, 1, 6, 1];

/** How a publication is cut. */
export type Cut = "^C" | "SIGKILL" | "dropped connection";

/** A fleet of one visor, and ledgers of some lengths to begin with. */
export class HollowWorld {
  readonly fleet: CliFleet;
  readonly haste: number;
  readonly #ledgers = new Map<number, ReadonlyMap<string, Uint8Array>>();
  #cells = 0;

  private constructor(fleet: CliFleet, haste: number) {
    this.fleet = fleet;
    this.haste = haste;
  }

  static async open(haste: number): Promise<HollowWorld> {
    const visor = { name: "laptop", profile: "newest", local: true } as const;
    return new HollowWorld(await cliFleet([visor], haste), haste);
  }

  close(): Promise<void> {
    return this.fleet.fleet.stop();
  }

  /** A user with a ledger of so many entries, none of which is anywhere else, and an empty relay. */
  async cell(entries: number, roundTripMs: number): Promise<HollowCell> {
    this.#cells += 1;
    const user = this.fleet.another(`cell ${this.#cells}`);
    const files = this.#ledgers.get(entries) ?? (await this.#build(entries));
    this.#ledgers.set(entries, files);
    for (const [path, bytes] of files) await user.files.replace(path, bytes);
    return HollowCell.open(this, user, roundTripMs, this.#cells);
  }

  async #build(entries: number): Promise<ReadonlyMap<string, Uint8Array>> {
    const { files } = this.fleet.another(`ledger of ${entries}`);
    const secret = sha256(new TextEncoder().encode("hollow"));
    const keys = OperatorKeys.derive(secret);
    await writeKeyFile({ files, path: SECRET_FILE, secret, random: countingRandom("key file") });
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
}

/** One user and one relay, which nobody else knows. */
export class HollowCell {
  user: CliWorld;
  readonly relay: FragileRelay;
  readonly address: string;
  readonly #world: HollowWorld;
  readonly #streams: Set<MemoryEnd>;
  readonly #level: string;

  private constructor(
    world: HollowWorld,
    user: CliWorld,
    relay: FragileRelay,
    { address, level, streams }: { address: string; level: string; streams: Set<MemoryEnd> },
  ) {
    this.#world = world;
    this.user = user;
    this.relay = relay;
    this.address = address;
    this.#level = level;
    this.#streams = streams;
  }

  static async open(
    world: HollowWorld,
    user: CliWorld,
    roundTripMs: number,
    number: number,
  ): Promise<HollowCell> {
    const relay = new FragileRelay({ roundTripMs, clock: fastClock(world.haste) });
    const streams = new Set<MemoryEnd>();
    const { address } = await world.fleet.relays.listen(
      (stream) => {
        streams.add(stream as MemoryEnd);
        relay.accept(stream).catch(() => undefined);
      },
      { host: RELAY_HOST, port: 0 },
    );
    const level = number % 2 === 0 ? "warn" : "debug";
    const cell = new HollowCell(world, user, relay, {
      address: `${RELAY_HOST}:${address.port}`,
      level,
      streams,
    });
    await user.write("fleet.yaml", cell.#manifest());
    return cell;
  }

  /** Brings a change to the visor, which the ledger records. */
  apply(): Promise<Ran> {
    return this.user.run("apply", "--yes", "--allow-keyset-change");
  }

  /** Runs a command and cuts its publication when the relay asks for its object of this number, counted from 0. */
  async cut(how: Cut, place: number, ...argv: readonly string[]): Promise<void> {
    const first = this.relay.asked.length;
    let killed: (() => void) | undefined;
    const isKilled = new Promise<void>((resolve) => {
      killed = resolve;
    });
    let snapshot: MemoryFiles | undefined;
    this.relay.choose = () => {
      if (this.relay.asked.length - first === place) {
        if (how === "^C") this.user.interrupt();
        else this.#drop();
        if (how === "SIGKILL") {
          const { files } = this.user;
          snapshot = files.copy();
          files.faults.crashAt = files.effects;
          killed?.();
        }
      }
      return 0;
    };
    const ran = this.user.run(...argv);
    await Promise.race([ran, isKilled]);
    this.relay.choose = () => 0;
    if (snapshot === undefined) return;
    // What the killed process would still do nobody sees.
    const name = `after ${how} at ${place} of ${this.address}`;
    this.user = this.#world.fleet.another(name);
    for (const [path, { bytes }] of snapshot.files)
      // Its lock names this process, which lives on.
      if (!path.endsWith("/lock")) await this.user.files.replace(path, bytes);
  }

  /** Objects of the newest Root that the relay lacks; all of them while it shows another Root. */
  async lacks(): Promise<number> {
    const { feed, headRoot } = await ownLedger(this.user);
    const folder = `${stateFolder(this.user)}/ledgers/${feed}`;
    const store = ledgerObjects({ files: this.user.files, folder, feed });
    const all = await newObjects(decodeRoot(headRoot.value), undefined, store);
    const shown = this.relay.shown(fromHex(feed));
    if (shown === undefined || !equalBytes(shown.value, headRoot.value)) return all.length;
    return all.filter(({ hash }) => !this.relay.store.byHash.has(toHex(hash))).length;
  }

  /** The head that a machine gets which has nothing but the feed's key and this relay. */
  async restoredHead(): Promise<string | undefined> {
    const { feed } = await ownLedger(this.user);
    const machine = this.#world.fleet.another(`empty, of ${this.address}`);
    const ran = await machine.run("ledger", "restore", "--feed", feed, "--from", this.address);
    return ran.code === 0 ? (await ownLedger(machine)).head.root : undefined;
  }

  /** Writes the manifest anew, with a policy. */
  policy(text: string): Promise<void> {
    return this.user.write("fleet.yaml", `${this.#manifest()}policy: ${text}\n`);
  }

  /** Names another operator in the manifest, who reads the ledger. */
  async addReader(): Promise<void> {
    const { operator, seal } = OperatorKeys.derive(sha256(new TextEncoder().encode("ben")));
    const line = `  ben: { key: "${operator}", seal: "${seal}", may: [plan] }\n`;
    const text = this.#manifest().replace("ledger: {", `${line}ledger: {`);
    await this.user.write("fleet.yaml", text);
  }

  async head(): Promise<string> {
    return (await ownLedger(this.user)).head.root;
  }

  #drop(): void {
    for (const stream of this.#streams) stream.destroy();
    this.#streams.clear();
  }

  #manifest(): string {
    const visor = this.#world.fleet.keyOf("laptop");
    const { operator, feed, seal } = OperatorKeys.derive(
      sha256(new TextEncoder().encode("hollow")),
    );
    return (
      `apiVersion: fleet.skywire/v1\nfleet: home\ncontrollers: [laptop]\n` +
      `operators:\n  ann: { key: "${operator}", seal: "${seal}", feed: "${feed}", may: [plan, apply] }\n` +
      `ledger: { relays: ["${this.address}"] }\n` +
      `visors:\n  laptop: { key: "${visor}", settings: { log_level: ${this.#level} } }\n`
    );
  }
}
