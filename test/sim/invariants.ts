// What must be true in every run, whatever happens: named after the list of the reference (I1 to I12).
import { fromUtf8 } from "../../src/core/index.ts";
import { readKeyFile, readLedger } from "../../src/ledger/index.ts";
import { CANARIES } from "../../src/skywire/embedded/canaries.ts";
import type { MemoryFiles } from "../support/memory-files.ts";
import { OPERATORS } from "./scenario.ts";
import type { SimVisorState, SimWorld } from "./sim-world.ts";

/** What was found to be untrue. */
export interface Violation {
  readonly invariant: string;
  readonly says: string;
}

const CONTROLLERS: readonly string[] = OPERATORS.map(({ through }) => through);

/**
 * I3: a controller that has a way into a visor keeps one, at every moment. Asked after each write on a visor's disk; what
 * others than us do is told with `forgive`.
 */
export class WaysIn {
  readonly #world: SimWorld;
  readonly #found: Violation[];
  #had = new Map<string, ReadonlySet<string>>();

  constructor(world: SimWorld, found: Violation[]) {
    this.#world = world;
    this.#found = found;
    this.forgive();
  }

  /** From here on what is now is what was. */
  forgive(): void {
    this.#had = new Map(
      this.#world.look().map((visor) => [visor.name, this.#controllersOf(visor)]),
    );
  }

  check(): void {
    for (const visor of this.#world.look()) {
      const now = this.#controllersOf(visor);
      const had = this.#had.get(visor.name) ?? new Set();
      for (const name of had) {
        if (!now.has(name))
          this.#found.push({ invariant: "I3", says: `${name} lost its way into ${visor.name}` });
      }
      this.#had.set(visor.name, now);
    }
  }

  #controllersOf({ name, hypervisors, pty }: SimVisorState): ReadonlySet<string> {
    const in_ = [...hypervisors, ...pty].map((key) => this.#world.nameOf(key));
    return new Set(CONTROLLERS.filter((each) => each === name || in_.includes(each)));
  }
}

/** I2: whatever became another on a visor stands in an intent of this run that is on the disk; `from` is the ledger's size before. */
export async function writesWithoutIntent(
  before: readonly SimVisorState[],
  after: readonly SimVisorState[],
  {
    world,
    disk,
    from,
  }: { readonly world: SimWorld; readonly disk: MemoryFiles; readonly from: number },
): Promise<readonly Violation[]> {
  const changed = after.flatMap((visor) => {
    const was = before.find(({ name }) => name === visor.name);
    return was === undefined ? [] : pathsOf(was, visor).map((path) => ({ name: visor.name, path }));
  });
  if (changed.length === 0) return [];
  const intended = await intentsOn(disk, from);
  return changed.flatMap(({ name, path }) => {
    const key = world.fleet.visors.find((visor) => visor.name === name)?.key ?? "";
    return intended.has(`${key} ${path}`)
      ? []
      : [{ invariant: "I2", says: `${path} of ${name} was written, and no intent is on the disk` }];
  });
}

function pathsOf(was: SimVisorState, is: SimVisorState): readonly string[] {
  const same = (left: readonly string[], right: readonly string[]): boolean =>
    left.toSorted().join() === right.toSorted().join();
  return [
    ...(was.level === is.level ? [] : ["settings.log_level"]),
    ...(same(was.hypervisors, is.hypervisors) ? [] : ["trust.hypervisors"]),
    ...(same(was.pty, is.pty) ? [] : ["trust.pty"]),
  ];
}

/** Entries in a machine's own ledger. */
export async function ledgerSize(disk: MemoryFiles): Promise<number> {
  return (await ledgerOn(disk)).head.size;
}

async function ledgerOn(disk: MemoryFiles): ReturnType<typeof readLedger> {
  const files = disk.copy();
  const keys = await readKeyFile({ files, path: "/user/fleet/config/operator.json" });
  const folder = `/user/fleet/state/ledgers/${keys.feed}`;
  return await readLedger({ files, folder, feed: keys.feed, keys });
}

/** Visors and paths of the intents in a machine's own ledger, from an entry on. */
async function intentsOn(disk: MemoryFiles, from: number): Promise<ReadonlySet<string>> {
  const ledger = await ledgerOn(disk);
  const intents = new Set<string>();
  for await (const { kind, payload } of ledger.records({ from })) {
    if (kind !== "intent" || payload === undefined) continue;
    for (const { path } of payload.changes) intents.add(`${payload.visor} ${path}`);
  }
  return intents;
}

/** I10: no secret of a visor in what was printed, or on a disk. */
export function secretsShown(world: SimWorld): readonly Violation[] {
  const secrets = Object.entries(CANARIES);
  const texts = [...world.printed];
  for (const { disk } of world.machines.values()) {
    for (const [path, { bytes }] of disk.files) {
      if (!path.endsWith("operator.json")) texts.push(textOf(bytes));
    }
  }
  return secrets.flatMap(([name, secret]) =>
    texts.some((text) => text.includes(secret))
      ? [{ invariant: "I10", says: `the ${name} of a visor was shown or kept` }]
      : [],
  );
}

function textOf(bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes);
  } catch {
    return Buffer.from(bytes).toString("latin1");
  }
}

/** I5 and I11: what a report calls done is so, and a report that calls all of it done ends with 0. */
export function reportsThatLie(
  out: string,
  code: number,
  world: SimWorld,
  level: string,
): readonly Violation[] {
  const report = JSON.parse(out) as {
    readonly visors: readonly {
      readonly name: string;
      readonly outcomes: readonly { readonly path: string; readonly outcome: string }[];
    }[];
    readonly exit: number;
  };
  const found: Violation[] = [];
  if (report.exit !== code)
    found.push({ invariant: "I11", says: `the report says ${report.exit}, the process ${code}` });
  const states = new Map(world.look().map((visor) => [visor.name, visor]));
  for (const { name, outcomes } of report.visors) {
    for (const { path, outcome } of outcomes) {
      if (path !== "settings.log_level" || outcome !== "done") continue;
      const is = states.get(name)?.level;
      if (is !== level)
        found.push({ invariant: "I5", says: `log_level of ${name} is called done, and is ${is}` });
    }
  }
  return found;
}
