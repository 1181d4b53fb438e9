// The entries of an apply: the keyset where it is news, the plan and its parts, and commits shared by what visors record at once.
import { assert, type Clock, defined, type Random, sleep } from "../../core/index.ts";
import {
  type AcceptedKeyset,
  adoptEpochs,
  type EntryDraft,
  hasSameTerms,
  Keyring,
  type Ledger,
  type LedgerRecord,
  newEpoch,
  type OperatorKeys,
  type PlanPayload,
  type RecordedChange,
  UNSEALED,
} from "../../ledger/index.ts";
import { type Change, changesOf, type Plan } from "../../model/index.ts";
import {
  keysetChanges,
  keysetToRecord,
  type KnownHistory,
  overridesToJson,
} from "../plan/index.ts";

// The entries that begin an apply: the keyset where it is news, the plan, and one part for each visor.

type KeysetDraft = Extract<EntryDraft, { readonly kind: "keyset" }>;

/** What recording the start of an apply needs. */
export interface RecordInput {
  readonly plan: Plan;
  readonly history: KnownHistory;
  readonly ledger: Ledger;
  readonly keys: OperatorKeys;
  readonly random: Random;
  /** The manifest's text, where it is to be kept if the ledger does not hold it and seals what it is told. */
  readonly manifestText?: string;
}

/**
 * The entries that begin an apply: a keyset where the fleet has none, it changes, or our own ledger does not hold
 * it; the plan; and one part for each visor that changes, or whose owned fields or their wanted values are others than
 * recorded. Empty when there is nothing to say.
 */
export function openingEntries(input: RecordInput): readonly EntryDraft[] {
  const { plan, history } = input;
  const parts = planParts(plan, history);
  const keyset = keysetEntry(input);
  const changes = plan.visors.some(({ steps }) => steps.length > 0);
  if (keyset === undefined && !changes && parts.length === 0) return [];
  const kept = keptText(input, keyset);
  return [...(keyset === undefined ? [] : [keyset]), planEntry(plan, kept), ...parts];
}

/** The text that goes into the plan's entry: once for each manifest, and never where others could read it. */
function keptText(
  { plan, history, ledger, manifestText }: RecordInput,
  keyset: KeysetDraft | undefined,
): string | undefined {
  if (history.keptManifests?.has(plan.manifest.digest) === true) return undefined;
  const inForce = keyset?.payload ?? history.keysets.get(ledger.feed);
  return inForce === undefined || inForce.epochKeys.length === 0 ? undefined : manifestText;
}

/**
 * The keyset that must be recorded first. Asked of the ledger as it is now: an apply that was cut off may have
 * recorded it already.
 */
function keysetEntry({
  plan,
  history,
  ledger,
  keys,
  random,
}: RecordInput): KeysetDraft | undefined {
  const { accepted } = history;
  const isChanged = accepted === undefined || keysetChanges(plan.keyset, history).length > 0;
  const isSealed = accepted !== undefined && accepted.payload.epoch > 0;
  if (!isChanged && isSealed === plan.seal)
    return adoptedKeyset(accepted, { history, ledger, keys, random });
  const terms = keysetToRecord(plan.keyset);
  const { operators } = terms;
  const keyring = keyringOf(keys, history);
  const epoch = plan.seal
    ? newEpoch({ keyring, fleet: plan.fleet, operators, keys, random })
    : UNSEALED;
  const payload = {
    fleet: plan.fleet,
    ...terms,
    ...defined({ previous: accepted?.digest }),
    ...epoch,
  };
  return { kind: "keyset", payload };
}

/** A keyset that another operator recorded is taken over, so that our ledger can be read without theirs. */
function adoptedKeyset(
  accepted: AcceptedKeyset,
  { history, ledger, keys, random }: Omit<RecordInput, "plan">,
): KeysetDraft | undefined {
  const own = history.keysets.get(ledger.feed);
  const isThere =
    own !== undefined &&
    own.epoch === accepted.payload.epoch &&
    hasSameTerms(own, accepted.payload);
  if (isThere) return undefined;
  const { approvals: _, ...terms } = accepted.payload;
  return {
    kind: "keyset",
    payload: {
      ...terms,
      previous: accepted.digest,
      ...adoptEpochs(accepted.payload, { keyring: keyringOf(keys, history), keys, random }),
    },
  };
}

function keyringOf(keys: OperatorKeys, { epochKeysets }: KnownHistory): Keyring {
  const keyring = new Keyring(keys);
  for (const keyset of epochKeysets) keyring.add(keyset);
  return keyring;
}

function planEntry(plan: Plan, text: string | undefined): EntryDraft {
  const overrides = Object.entries(overridesToJson(plan.overrides)).map(
    ([name, value]) => `${name}=${JSON.stringify(value)}`,
  );
  return {
    kind: "plan",
    payload: {
      fleet: plan.fleet,
      plan: plan.digest,
      decision: plan.decision,
      manifest: plan.manifest.digest,
      ...placeInGit(plan),
      counts: { ...plan.counts },
      overrides,
      ...defined({ text, only: plan.only }),
    },
  };
}

/** Where git has the manifest, as the plan says it. */
function placeInGit({ manifest }: Plan): Partial<PlanPayload> {
  const { commit, dirty, file, changed } = manifest;
  return defined({
    commit,
    dirty,
    file,
    changed,
  });
}

function planParts(plan: Plan, history: KnownHistory): readonly EntryDraft[] {
  const base = { fleet: plan.fleet, plan: plan.digest };
  const parts: EntryDraft[] = [];
  for (const visor of plan.visors) {
    if (visor.observed === undefined) continue;
    const changes = changesOf(visor).map(recordedChange);
    const recorded = history.owned.get(visor.key) ?? [];
    const isNews =
      recorded.join("\n") !== visor.owned.join("\n") ||
      Object.entries(visor.wanted ?? {}).some(([path, wanted]) =>
        history.leaves.isNews(visor.key, path, wanted),
      );
    if (changes.length === 0 && !isNews) continue;
    const unsure = [
      ...visor.unsupported.map(({ path }) => path),
      ...visor.notCompared,
      ...(visor.leftOut ?? []),
      ...(visor.ignored ?? []).flatMap((field) => field.changes.map(({ path }) => path)),
    ];
    const reading = {
      at: visor.observed.at,
      unsure: [...new Set(unsure)].sort(),
      ...defined({ wanted: visor.wanted }),
    };
    parts.push({
      kind: "plan-part",
      payload: { ...base, visor: visor.key, owned: visor.owned, changes, reading },
    });
  }
  for (const { key } of plan.releasedVisors) {
    parts.push({ kind: "plan-part", payload: { ...base, visor: key, owned: [], changes: [] } });
  }
  return parts;
}

// A change as entries of the ledger keep it.

/** A change as entries keep it: what becomes of which field, and which manifest line wants it. */
export function recordedChange({ path, element, before, after, reason }: Change): RecordedChange {
  const { place, role } = reason;
  const origin = {
    ...(place.file === "" ? {} : { file: place.file }),
    ...(place.line === 0 ? {} : { line: place.line }),
    ...defined({ role }),
  };
  return {
    path,
    ...defined({ element }),
    before,
    after,
    ...(Object.keys(origin).length === 0 ? {} : { origin }),
  };
}

// Joins what several visors record at the same time into commits of the ledger.

interface Waiting {
  readonly drafts: readonly EntryDraft[];
  readonly resolve: (records: readonly LedgerRecord[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The least time from the beginning of one commit to that of the next. A commit costs two signatures of its own and two
 * syncs, whatever it holds; a round trip to a visor takes longer than this.
 */
const BETWEEN_COMMITS_MS = 25;

/**
 * Joins the entries of visors that are written to at the same time: what waits while a commit is on its way
 * to the disk, or follows it too closely, goes out together in the next one. A promise resolves only when its entries
 * are durable.
 */
export class CommitQueue {
  readonly #ledger: Pick<Ledger, "append">;
  readonly #clock: Clock;
  #waiting: Waiting[] = [];
  #isWriting = false;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(ledger: Pick<Ledger, "append">, clock: Clock) {
    this.#ledger = ledger;
    this.#clock = clock;
  }

  /** Appends entries in order, durably. */
  append(drafts: readonly EntryDraft[]): Promise<readonly LedgerRecord[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ drafts, resolve, reject });
      if (!this.#isWriting) void this.#drain();
    });
  }

  /** Appends one entry, durably, and gives its index. */
  async appendOne(draft: EntryDraft): Promise<number> {
    const record = (await this.append([draft]))[0];
    assert(record !== undefined, "an appended entry has a record");
    return record.index;
  }

  async #drain(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const sinceMs = this.#clock.now() - this.#lastMs;
      // A clock that was set back says nothing: then there is no pause.
      if (sinceMs >= 0 && sinceMs < BETWEEN_COMMITS_MS)
        await sleep(this.#clock, BETWEEN_COMMITS_MS - sinceMs);
      this.#lastMs = this.#clock.now();
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        const records = await this.#ledger.append(batch.flatMap(({ drafts }) => drafts));
        let offset = 0;
        for (const { drafts, resolve } of batch) {
          resolve(records.slice(offset, offset + drafts.length));
          offset += drafts.length;
        }
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#isWriting = false;
  }
}
