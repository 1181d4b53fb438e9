// The entries that begin an apply: the keyset where it is news, the plan, and one part for each visor.
import { defined, type Random } from "../../core/index.ts";
import {
  type AcceptedKeyset,
  adoptEpochs,
  type EntryDraft,
  hasSameTerms,
  Keyring,
  type Ledger,
  newEpoch,
  type OperatorKeys,
  type PlanPayload,
  UNSEALED,
} from "../../ledger/index.ts";
import { changesOf, type Plan } from "../../model/index.ts";
import { recordedChange } from "./recorded-change.ts";
import {
  keysetChanges,
  keysetToRecord,
  type KnownHistory,
  overridesToJson,
} from "../plan/index.ts";

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
 * it; the plan; and one part for each visor that changes, or whose owned leaves or their wanted values are others than
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
      ...(visor.ignored ?? []).flatMap((leaf) => leaf.changes.map(({ path }) => path)),
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
