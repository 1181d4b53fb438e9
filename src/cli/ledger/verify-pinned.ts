// A ledger verified against what this machine verified of it before; one that does not begin with that is refused.
import { join } from "node:path";
import {
  canonicalJsonBytes,
  defined,
  FleetError,
  fromHex,
  hasCode,
  hasShape,
  HEX,
  jsonIfAny,
  membersOf,
  type OperatorKey,
  toHex,
} from "../../core/index.ts";
import {
  type FeedKey,
  type LedgerFault,
  ledgerObjects,
  makeEvidence,
  readFeedPin,
  readLedger,
  type ReadOnlyLedger,
  type SignedState,
  verifyLedger,
  type VerifyOptions,
  type VerifyReport,
  writeFeedPin,
} from "../../ledger/index.ts";
import { signaturePool } from "../../platform/index.ts";
import { decodeRoot } from "../../skywire/cxo/index.ts";
import { keepEvidenceFile } from "./evidence-file.ts";
import { pinsFolderOf } from "./seen-pins.ts";
import type { World } from "../shell/world.ts";

const STATE = membersOf<{
  readonly root: string;
  readonly signature: string;
  readonly log?: string;
}>({ root: HEX, signature: HEX }, { log: HEX });

/** A ledger in a folder, and how it is called. */
export interface LedgerToVerify {
  readonly name: string;
  readonly feed: FeedKey;
  readonly folder: string;
}

/** What a ledger is held against beside itself and what was verified here before. */
export type PinnedOptions = {
  readonly trusted: readonly OperatorKey[];
} & Pick<VerifyOptions, "expected" | "from">;

/** What came of one ledger. */
export interface PinnedReport {
  readonly report: VerifyReport;
  /** The file of what its key signed and that cannot all be true. */
  readonly evidence?: string;
}

/**
 * Verifies a ledger, and that it begins with what was verified here before; then pins it. A history that is
 * not such an extension is refused, and what its key signed twice is kept.
 * @throws FleetError ledger/missing, ledger/other-key, ledger/version, ledger/feed-pin
 */
export async function verifyPinned(
  { feed, folder }: LedgerToVerify,
  { trusted, expected, from }: PinnedOptions,
  world: World,
): Promise<PinnedReport> {
  const { files } = world;
  const report = await verifyOverThreads({
    files,
    folder,
    feed,
    ...(trusted.length === 0 ? {} : { trusted }),
    ...defined({ expected, from }),
  });
  if (!report.ok) return { report };
  const ledger = await readLedger({ files, folder, feed });
  const pins = pinsFolderOf(world);
  const pin = await readFeedPin(files, pins, feed);
  const fault = pin === undefined ? undefined : await faultOf(ledger, pin);
  const now = await stateOf(ledger, folder, world);
  if (fault !== undefined) {
    const evidence = await keptEvidence(feed, now, world);
    const refused = { ...report, ok: false, faults: [fault] };
    return { report: refused, ...defined({ evidence }) };
  }
  const { seq, root: rootHash, size, tree } = ledger.head;
  const isNews = pin === undefined || pin.rootHash !== rootHash;
  const unpinned = isNews
    ? await keepPin({ feed, seq, rootHash, size, tree, seenAtMs: world.clock.now() }, now, world)
    : undefined;
  const checked =
    pin === undefined
      ? report.checked
      : [
          ...report.checked,
          { what: "entries that were verified here before begin it", count: pin.size },
        ];
  const notChecked = unpinned === undefined ? report.notChecked : [...report.notChecked, unpinned];
  return { report: { ...report, checked, notChecked } };
}

async function verifyOverThreads(options: VerifyOptions): Promise<VerifyReport> {
  const pool = signaturePool();
  try {
    return await verifyLedger({ ...options, verifyMany: pool.verifyMany });
  } finally {
    await pool.close();
  }
}

type Pin = NonNullable<Awaited<ReturnType<typeof readFeedPin>>>;

async function faultOf(ledger: ReadOnlyLedger, pin: Pin): Promise<LedgerFault | undefined> {
  const { size } = ledger.head;
  if (size < pin.size)
    return {
      code: "ledger/rolled-back",
      message: `${size} entries are here, and ${pin.size} were verified on this machine before`,
    };
  if ((await ledger.treeAt(pin.size)) === pin.tree) return undefined;
  return {
    code: "ledger/rewritten",
    message: `the first ${pin.size} entries are not those that were verified on this machine before`,
  };
}

/** The signed state, whole enough to be evidence later. */
async function stateOf(
  { headRoot, feed }: ReadOnlyLedger,
  folder: string,
  { files }: World,
): Promise<SignedState> {
  const objects = ledgerObjects({ files, folder, feed });
  try {
    const pointer = decodeRoot(headRoot.value).refs[0];
    const log = pointer === undefined ? undefined : await objects.get(pointer.hash);
    return {
      value: headRoot.value,
      signature: headRoot.signature,
      ...defined({ log }),
    };
  } finally {
    await objects.close();
  }
}

/** Keeps the pin and the signed state; what cannot be written is said. */
async function keepPin(pin: Pin, state: SignedState, world: World): Promise<string | undefined> {
  const { files } = world;
  const folder = pinsFolderOf(world);
  try {
    await writeFeedPin(files, folder, pin);
    const { value, signature, log } = state;
    const document = {
      root: toHex(value),
      signature: toHex(signature),
      ...(log === undefined ? {} : { log: toHex(log) }),
    };
    await files.replace(statePath(pin.feed, world), canonicalJsonBytes(document), { mode: 0o600 });
    return undefined;
  } catch (error) {
    if (!hasCode(error, "files/")) throw error;
    return `what comes later against this: the pin could not be kept (${error instanceof FleetError ? error.message : ""})`;
  }
}

async function keptEvidence(
  feed: FeedKey,
  now: SignedState,
  world: World,
): Promise<string | undefined> {
  const before = await readState(feed, world);
  const document = before === undefined ? undefined : makeEvidence(feed, [before, now]);
  return document === undefined ? undefined : await keepEvidenceFile(document, world);
}

async function readState(feed: FeedKey, world: World): Promise<SignedState | undefined> {
  const bytes = await world.files.read(statePath(feed, world));
  const state = bytes === undefined ? undefined : jsonIfAny(bytes);
  // Without the state that was signed before there is no evidence; the pin refuses all the same.
  if (!hasShape(state, STATE)) return undefined;
  const { root, signature, log } = state;
  const whole = log === undefined ? {} : { log: fromHex(log) };
  return { value: fromHex(root), signature: fromHex(signature), ...whole };
}

function statePath(feed: FeedKey, world: World): string {
  return join(pinsFolderOf(world), `${feed}.state.json`);
}
