// A user, a ledger of many entries, and a relay that fills as a real Go node does, far away.

import {
  type Clock,
  equalBytes,
  fromHex,
  fromUtf8,
  sha256,
  toHex,
  utf8,
} from "../../src/core/index.ts";
import { ledgerObjects, OperatorKeys } from "../../src/ledger/index.ts";
import { decodeRoot, newObjects } from "../../src/skywire/cxo/index.ts";
import { ownLedger, stateFolder } from "./cli-copies.ts";
import { type CliFleet, cliFleet, type CliWorld, RELAY_HOST, type Ran } from "./cli-world.ts";
import { FragileRelay } from "./fragile-relay.ts";
import { HOLLOW_KEYS, HollowLedgers, type Start } from "./hollow-ledgers.ts";
import type { MemoryFiles } from "./memory-files.ts";
import type { MemoryEnd } from "./memory-pair.ts";
import { QuietClock } from "./quiet-clock.ts";

/** How a publication is cut. */
export type Cut = "^C" | "SIGKILL" | "dropped connection";

/** A fleet of one visor, and users before it. */
export class HollowWorld {
  readonly fleet: CliFleet;
  /** Of everybody here: a wait of seconds, and a long way to a relay, take no time. */
  readonly clock: Clock;
  readonly #ledgers = new HollowLedgers();
  #cells = 0;

  private constructor(fleet: CliFleet, clock: Clock) {
    this.fleet = fleet;
    this.clock = clock;
  }

  static async open(): Promise<HollowWorld> {
    const clock = new QuietClock();
    const visor = { name: "laptop", profile: "newest", local: true } as const;
    return new HollowWorld(await cliFleet([visor], clock), clock);
  }

  close(): Promise<void> {
    return this.fleet.fleet.stop();
  }

  /**
   * A user with a ledger of so many entries, none of which is anywhere else but at a relay, which is empty or, where
   * it is cut late, as far as a filling is between two Roots before that place.
   */
  async cell(entries: number, roundTripMs: number, place = 0): Promise<HollowCell> {
    this.#cells += 1;
    const number = this.#cells;
    const user = this.fleet.another(`cell ${number}`);
    for (const [path, bytes] of await this.#ledgers.of(entries))
      await user.files.replace(path, bytes);
    const cell = await HollowCell.open(this, user, roundTripMs, number);
    await cell.begin(
      await this.#ledgers.startBefore(place, entries, async (full) => {
        const template = await this.cell(entries, 0);
        template.relay.onFilled = () => full(template.state);
        await template.user.run("ledger", "publish");
      }),
    );
    return cell;
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
  /** Objects that the relay had before this cell began. */
  #before = 0;

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
    const relay = new FragileRelay({ roundTripMs, clock: world.clock });
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

  /** How far the relay is. */
  get state(): Start {
    const notes = this.user.files.files.get(this.#notesPath)?.bytes;
    return {
      asked: this.#before + this.relay.asked.length,
      relay: this.relay.state,
      notes: notes && fromUtf8(notes),
      address: this.address,
    };
  }

  /** Begins where another relay was. */
  async begin({ asked, relay, notes, address }: Start): Promise<void> {
    this.#before = asked;
    if (relay !== undefined) this.relay.adopt(relay.last, relay.objects);
    const path = this.#notesPath;
    if (notes !== undefined)
      await this.user.files.replace(path, utf8(notes.replaceAll(address, this.address)));
  }

  /** Brings a change to the visor, which the ledger records. */
  apply(): Promise<Ran> {
    return this.user.run("apply", "--yes", "--allow-keyset-change");
  }

  /**
   * Runs a command and cuts its publication when the relay asks for its object of this number, counted from 0.
   * @returns false where the relay did not come so far
   */
  async cut(how: Cut, place: number, ...argv: readonly string[]): Promise<boolean> {
    const first = this.relay.asked.length - this.#before;
    let killed: (() => void) | undefined;
    const isKilled = new Promise<void>((resolve) => {
      killed = resolve;
    });
    let snapshot: MemoryFiles | undefined;
    let wasCut = false;
    this.relay.choose = () => {
      if (this.relay.asked.length - first === place) {
        wasCut = true;
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
    if (snapshot === undefined) return wasCut;
    // What the killed process would still do nobody sees.
    const name = `after ${how} at ${place} of ${this.address}`;
    this.user = this.#world.fleet.another(name);
    for (const [path, { bytes }] of snapshot.files)
      // Its lock names this process, which lives on.
      if (!path.endsWith("/lock")) await this.user.files.replace(path, bytes);
    return wasCut;
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

  get #notesPath(): string {
    return `${stateFolder(this.user)}/relays/${HOLLOW_KEYS.feed}.json`;
  }

  #drop(): void {
    for (const stream of this.#streams) stream.destroy();
    this.#streams.clear();
  }

  #manifest(): string {
    const visor = this.#world.fleet.keyOf("laptop");
    const { operator, feed, seal } = HOLLOW_KEYS;
    return (
      `apiVersion: fleet.skywire/v1\nfleet: home\ncontrollers: [laptop]\n` +
      `operators:\n  ann: { key: "${operator}", seal: "${seal}", feed: "${feed}", may: [plan, apply] }\n` +
      `ledger: { relays: ["${this.address}"] }\n` +
      `visors:\n  laptop: { key: "${visor}", settings: { log_level: ${this.#level} } }\n`
    );
  }
}
