// Which manifest a watch goes by: a new one, one that comes back, and what the ledger says was applied.
import { defined, shortCommit } from "../core/index.ts";
import type { LastApplied, PlanFacts } from "./facts.ts";
import { putFleetFinding } from "./findings.ts";
import {
  type Hold,
  type KnownManifest,
  manifestKey,
  type ManifestRef,
  MANIFESTS_MAX,
  type WatchState,
} from "./state.ts";
import { withLogLine, type WatchStep, watchStep } from "./watch-step.ts";

const SHORT = 12;

/**
 * Takes the manifest that the source gives now. Going back to an earlier one reverts the one that is left, which is
 * then never applied again by itself: neither by a source that goes to and fro, nor after a person went back.
 */
export function takeManifest(step: WatchStep, manifest: ManifestRef): WatchStep {
  const { state } = step;
  const current = state.manifest;
  const key = manifestKey(manifest);
  if (current !== undefined && manifestKey(current) === key)
    return watchStep({ ...state, manifest }, step.effects);
  const earlier = state.manifests.find((each) => each.key === key);
  const isGoingBack = state.manifests.some(({ digest }) => digest === manifest.digest);
  const left = state.manifests.map((each) =>
    current !== undefined && each.key === manifestKey(current) && isGoingBack
      ? { ...each, isReverted: true as const }
      : each,
  );
  const hold = holdOf(earlier, manifest, state);
  const { commit, digest } = manifest;
  const known: KnownManifest = {
    key,
    digest,
    // Whether it is the one applied last is asked anew: others were in force since.
    ...(earlier?.isReverted === true ? { isReverted: true } : {}),
    ...defined({ commit, hold }),
  };
  const manifests = [...left.filter((each) => each.key !== key), known].slice(-MANIFESTS_MAX);
  const back =
    current === undefined || !isGoingBack ? "" : `, which goes back before ${nameOf(current)}`;
  const said = withLogLine(watchStep({ ...state, manifest, manifests }, step.effects), {
    level: "info",
    decision: "manifest",
    message: `the manifest is ${nameOf(manifest)}${back}`,
  });
  return putHold(said, hold);
}

function holdOf(
  earlier: KnownManifest | undefined,
  manifest: ManifestRef,
  { time, lastApplied }: WatchState,
): Hold | undefined {
  if (earlier?.hold !== undefined) return earlier.hold;
  const since = {
    sinceMs: time.wallMs,
    ...defined({ after: lastApplied }),
  };
  const until = "nothing is corrected until the manifest changes, or a person applies it";
  if (earlier?.isReverted === true) {
    const message = `${nameOf(manifest)} was reverted before and came back unchanged: ${until}`;
    return { why: "reverted", ...since, message };
  }
  if (manifest.isRewritten === true) {
    const message = `the branch was rewritten: ${nameOf(manifest)} does not follow what was there before; ${until}`;
    return { why: "rewritten", ...since, message };
  }
  return undefined;
}

/**
 * Takes what the ledger says was applied last. Where that is another manifest than ours, and came after ours was in
 * force, a person put another one in its place: correcting would undo what they did. While the ledger with the apply
 * that was the last cannot be read, what others say of earlier ones is no news.
 */
export function noteApplied(earlier: WatchStep, { lastApplied, read }: PlanFacts): WatchStep {
  if (lastApplied === undefined || isOldNews(lastApplied, read, earlier.state)) return earlier;
  const step = watchStep({ ...earlier.state, lastApplied }, earlier.effects);
  const { manifest, manifests, time } = step.state;
  if (manifest === undefined) return step;
  const key = manifestKey(manifest);
  const known = manifests.find((each) => each.key === key);
  if (known === undefined) return step;
  const { digest } = lastApplied;
  if (digest === manifest.digest) {
    if (known.hold === undefined)
      return known.isApplied === true ? step : replace(step, { ...known, isApplied: true });
    if (isSameApply(known.hold.after, lastApplied)) return step;
    // Whoever applies a manifest that is held has decided.
    const { hold: _hold, isReverted: _isReverted, ...rest } = known;
    return putHold(replace(step, { ...rest, isApplied: true }), undefined);
  }
  if (known.hold !== undefined) return step;
  const before = known.appliedBefore;
  if (known.isApplied !== true && before === undefined)
    return replace(step, { ...known, appliedBefore: lastApplied });
  // Nobody applied anything since: ours may be the first of its kind that anything is written for.
  if (known.isApplied !== true && isSameApply(before, lastApplied)) return step;
  const other = digest.slice("sha256:".length, "sha256:".length + SHORT);
  const message = `somebody applied another manifest (${other}) after ${nameOf(manifest)}: nothing is corrected until the manifest changes, or a person applies it again`;
  const hold: Hold = { why: "by-hand", sinceMs: time.wallMs, after: lastApplied, message };
  return putHold(replace(step, { ...known, hold }), hold);
}

/** What is left to read ends before the last apply that was seen. */
function isOldNews(
  applied: LastApplied,
  read: PlanFacts["read"],
  { lastApplied: last }: WatchState,
): boolean {
  if (last === undefined || (read.get(last.feed) ?? 0) > last.entry) return false;
  // The ledger of then may be gone for good, as after a change of keys.
  return applied.timeMs <= last.timeMs;
}

function isSameApply(one: LastApplied | undefined, other: LastApplied): boolean {
  return one?.feed === other.feed && one.entry === other.entry;
}

/** Why nothing is corrected under the manifest in force. */
export function currentHold({ manifest, manifests }: WatchState): Hold | undefined {
  if (manifest === undefined) return undefined;
  const key = manifestKey(manifest);
  return manifests.find((each) => each.key === key)?.hold;
}

function replace(step: WatchStep, known: KnownManifest): WatchStep {
  const manifests = step.state.manifests.map((each) => (each.key === known.key ? known : each));
  return watchStep({ ...step.state, manifests }, step.effects);
}

function putHold(step: WatchStep, hold: Hold | undefined): WatchStep {
  return putFleetFinding(step, "held", "manifest", hold?.message);
}

/** How a manifest is called: by its commit where it has one. */
function nameOf({ commit, digest }: ManifestRef): string {
  const short = digest.slice("sha256:".length, "sha256:".length + SHORT);
  return commit === undefined ? `manifest ${short}` : `commit ${shortCommit(commit)} (${short})`;
}
