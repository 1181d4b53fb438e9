import type { Clock, Random, VisorKey } from "../../src/core/index.ts";
import type { OperatorKeys } from "../../src/ledger/index.ts";
import {
  createLedger,
  type Ledger,
  type LedgerOptions,
  openLedger,
} from "../../src/ledger/index.ts";
import {
  DEFAULT_POLICY,
  type DesiredFleet,
  type DesiredField,
  type DesiredVisor,
  type ObservedVisor,
  type Overrides,
  type Plan,
} from "../../src/model/index.ts";
import { nodeClock } from "../../src/platform/index.ts";
import {
  type ApplyInput,
  applyPlan,
  type ApplyReport,
  buildPlan,
  historyOf,
  observeFleet,
} from "../../src/reconcile/index.ts";
import {
  type EmbeddedFleet,
  type EmbeddedVisorSpec,
  startEmbeddedFleet,
} from "../../src/skywire/embedded/index.ts";
import {
  createVisorReader,
  createVisorWriter,
  DEFAULT_RPC_ADDRESS,
  type SentCall,
  type VisorReader,
  type VisorWriter,
  RELEASES,
} from "../../src/skywire/visor/index.ts";
import { countingRandom, FOLDER, testKeys } from "./ledger-world.ts";
import { MemoryFiles } from "./memory-files.ts";
import { placeAt } from "./reconcile-builders.ts";

/** Tests run the embedded visors at a fiftieth of real times. */
const TIME_SCALE = 0.02;
const NOW_FORGIVING: Overrides = { allowTrustLoss: [], allowRemovals: 1_000_000 };

/** An embedded fleet in memory, a ledger in memory, and a reader and writer through its first visor. */
export interface FleetWorld {
  readonly fleet: EmbeddedFleet;
  readonly reader: VisorReader;
  readonly writer: VisorWriter;
  readonly clock: Clock;
  readonly keys: OperatorKeys;
  readonly random: Random;
  /** Everything that was sent to any visor. */
  readonly sent: SentCall[];
  ledger: Ledger;
  keyOf(name: string): VisorKey;
  /** A manifest of these leaves by visor name. */
  desired(
    fields: Readonly<Record<string, readonly DesiredField[]>>,
    more?: Partial<DesiredFleet>,
  ): DesiredFleet;
  observe(
    visors: readonly DesiredVisor[],
  ): Promise<{ readonly acting: VisorKey; readonly visors: readonly ObservedVisor[] }>;
  plan(desired: DesiredFleet, overrides?: Overrides): Promise<Plan>;
  apply(plan: Plan, more?: Partial<ApplyInput>): Promise<ApplyReport>;
  /** Closes the ledger and opens it again, as the next process would. */
  reopenLedger(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a fleet of these visors; the first must be `local`. */
export async function startFleetWorld(
  visors: readonly EmbeddedVisorSpec[],
  seed = "world",
): Promise<FleetWorld> {
  const clock = nodeClock;
  const random = countingRandom(seed);
  const files = new MemoryFiles();
  const fleet = await startEmbeddedFleet({
    visors,
    files,
    folder: "/fleet",
    clock,
    random,
    timeScale: TIME_SCALE,
  });
  const rpcAddress = [...fleet.addresses.values()][0] ?? DEFAULT_RPC_ADDRESS;
  const sent: SentCall[] = [];
  const timeouts = { dialMs: 1_000, firstReplyMs: 1_500, callMs: 1_500, bridgeDialMs: 1_000 };
  const access = {
    dial: fleet.dial,
    clock,
    rpcAddress,
    timeouts,
    onSend: (call: SentCall) => sent.push(call),
  };
  const keys = testKeys("owner");
  const ledgerOptions = memoryLedger(keys, random);
  const reader = createVisorReader(access);
  const writer = createVisorWriter(access);
  const world: FleetWorld = {
    fleet,
    reader,
    writer,
    clock,
    keys,
    random,
    sent,
    ledger: await createLedger(ledgerOptions),
    keyOf: (name) => specOf(fleet, name).key,
    desired: (fields, more = {}) => desiredOf(fleet, keys, fields, more),
    observe: async (selected) =>
      await observeFleet({ visors: selected, reader, clock, rpcAddress }),
    plan: async (desired, overrides = NOW_FORGIVING) => await planOf(world, desired, overrides),
    apply: async (plan, more = {}) =>
      await applyPlan({
        plan,
        reader,
        writer,
        ledger: world.ledger,
        keys,
        resolveSecrets: async (refs) => new Map(refs.map((ref) => [ref, `value of ${ref}`])),
        clock,
        random,
        timing: { appPollMs: 5, appSettleMs: 40, appDeadlineMs: 1_500 },
        ...more,
      }),
    reopenLedger: async () => {
      await world.ledger.close();
      world.ledger = await openLedger(ledgerOptions);
    },
    stop: async () => await fleet.stop(),
  };
  return world;
}

/** A ledger in memory, with nobody else about. */
function memoryLedger(keys: OperatorKeys, random: Random): LedgerOptions {
  const process = { pid: 1, host: "here", owner: "tester", isAlive: (): boolean => true };
  const files = new MemoryFiles();
  return { files, folder: FOLDER, keys, clock: nodeClock, random, process, lockTimeoutMs: 0 };
}

/** Observes and plans, as the command does. */
async function planOf(
  world: FleetWorld,
  desired: DesiredFleet,
  overrides: Overrides,
): Promise<Plan> {
  const { acting, visors: observed } = await world.observe(desired.visors);
  return buildPlan({
    desired,
    selected: desired.visors,
    observed,
    acting,
    history: await historyOf(world.ledger, desired.fleet),
    secretDigest: (text) => world.keys.secretHmac(text),
    overrides,
    nowMs: world.clock.now(),
    expiresAfterMs: 3_600_000,
    tool: "fleet test",
    manifest: { path: "fleet.yaml", digest: desired.manifestDigest },
    operator: world.keys.operator,
  });
}

function specOf(fleet: EmbeddedFleet, name: string): EmbeddedFleet["visors"][number] {
  const visor = fleet.visors.find((candidate) => candidate.name === name);
  if (visor === undefined) throw new Error(`there is no visor ${name}`);
  return visor;
}

function desiredOf(
  fleet: EmbeddedFleet,
  keys: OperatorKeys,
  fields: Readonly<Record<string, readonly DesiredField[]>>,
  more: Partial<DesiredFleet>,
): DesiredFleet {
  const visors = Object.entries(fields)
    .map(([name, own]): DesiredVisor => {
      const { key, profile } = specOf(fleet, name);
      const port = RELEASES[profile].rpcPort.value;
      return {
        key,
        name,
        tags: [],
        roles: [],
        place: placeAt(1),
        ...(port === 65 || port === undefined ? {} : { rpc: { scheme: "dmsg" as const, port } }),
        leaves: new Map(
          own.toSorted((a, b) => (a.path < b.path ? -1 : 1)).map((field) => [field.path, field]),
        ),
      };
    })
    .toSorted((left, right) => (left.key < right.key ? -1 : 1));
  const controller = fleet.visors[0]?.key;
  return {
    fleet: "home",
    file: "fleet.yaml",
    manifestDigest: `sha256:${"0".repeat(64)}`,
    operators: [
      {
        name: "owner",
        key: keys.operator,
        seal: keys.seal,
        may: ["plan", "apply"],
        place: placeAt(2),
      },
    ],
    controllers: controller === undefined ? [] : [controller],
    policy: DEFAULT_POLICY,
    ledger: { seal: true, relays: [] },
    rules: [],
    visors,
    keyNames: new Map(fleet.visors.map(({ key, name }) => [key, name])),
    ...more,
  };
}
