// The apply itself, once all was agreed to: with our ledger locked, after a last look at what others wrote.
import { resolve } from "node:path";
import {
  defined,
  digestOfBytes,
  type ExitCode,
  fromUtf8,
  hasCode,
  type VisorKey,
} from "../../core/index.ts";
import type { Ledger, SeenHead } from "../../ledger/index.ts";
import {
  type DesiredVisor,
  MANIFEST_BYTES_MAX,
  type Plan,
  type SecretRef,
} from "../../model/index.ts";
import {
  type ApplyPast,
  applyPlan,
  type ApplyReport,
  type KnownHistory,
} from "../../reconcile/index.ts";
import { createVisorWriter, type VisorReader } from "../../skywire/visor/index.ts";
import { applySummary, applyText, planSummary } from "../../view/index.ts";
import { openFeeds, othersOf, seenHeads } from "../ledger/feeds.ts";
import { applyPast } from "../ledger/joined-history.ts";
import { openOwnLedger, type Operator } from "../ledger/operator.ts";
import { bringUpToDate, publishAndTell } from "../ledger/relaying.ts";
import { STANDARD_INPUT } from "../manifest/manifest-source.ts";
import { forScreen, planLook } from "../plan/plan-request.ts";
import { errLine, printJson } from "../shell/print.ts";
import { outPaint, type Reporter } from "../shell/screen.ts";
import { type WayIn, writesAtOnce } from "../shell/way-in.ts";
import type { World } from "../shell/world.ts";
import type { ApplyRequest } from "./apply-request.ts";
import { ledgerRefusals, refuse } from "./ledger-refusals.ts";

// Which manifest's text an apply keeps in the ledger, so that it can be planned again.

/** What is asked when an apply begins. */
interface KeepInput {
  readonly plan: Pick<Plan, "manifest" | "seal">;
  readonly history: Pick<KnownHistory, "keptManifests">;
  /** Nobody we accept signed the plan: what it says of a manifest counts for nothing. */
  readonly isStrangers: boolean;
  /** The bytes of the manifest that was planned, where they are at hand; the file is read where they are not. */
  readonly bytes?: Uint8Array;
}

/** The text that the plan's entry keeps, or why none is kept where one should be. */
type TextToKeep =
  | { readonly kind: "text"; readonly text: string }
  /** A commit has it, our ledger keeps it already, or it is not wanted. */
  | { readonly kind: "needless" }
  /** One sentence. */
  | { readonly kind: "not-kept"; readonly why: string };

/**
 * Says what an apply keeps of its manifest: the text where no clean commit has it, the ledger is sealed, does not hold
 * it yet and is not told otherwise. A text that holds a secret is never kept.
 */
async function textToKeep(
  { plan, history, isStrangers, bytes }: KeepInput,
  world: Pick<World, "files" | "folder">,
): Promise<TextToKeep> {
  const { manifest, seal } = plan;
  const isCommitted = manifest.commit !== undefined && manifest.dirty === false;
  const isHeld = history.keptManifests?.has(manifest.digest) === true;
  if (isCommitted || isHeld || isStrangers || !seal) return { kind: "needless" };
  const found = bytes ?? (await readManifestFile(manifest.path, world));
  if (found === undefined || digestOfBytes(found) !== manifest.digest)
    return { kind: "not-kept", why: `${manifest.path} is not the one that was planned` };
  const { keepable } = await import("../manifest/manifest-room.ts");
  const text = fromUtf8(found);
  const verdict = keepable(text, manifest.path);
  switch (verdict.kind) {
    case "keepable":
      return { kind: "text", text };
    case "unwanted":
      return { kind: "needless" };
    case "secret": {
      const { at, message } = verdict.first;
      return { kind: "not-kept", why: `line ${at?.line ?? 0} of ${manifest.path}: ${message}` };
    }
  }
}

/** Says that the text is not kept; a sentence for a note. */
function notKeptNote(why: string): string {
  return `no commit has the manifest, and its text is not kept in the ledger: ${why}; \`fleet rollback\` cannot plan it again`;
}

async function readManifestFile(
  name: string,
  { files, folder }: Pick<World, "files" | "folder">,
): Promise<Uint8Array | undefined> {
  if (name === STANDARD_INPUT) return undefined;
  try {
    return await files.read(resolve(folder, name), { bytesMax: MANIFEST_BYTES_MAX });
  } catch (error) {
    if (hasCode(error, "files/")) return undefined;
    throw error;
  }
}

/** A plan that was shown and agreed to, and what applying it takes. */
export interface RunInput {
  readonly plan: Plan;
  readonly operator: Operator;
  readonly acting: VisorKey;
  readonly wayIn: WayIn;
  readonly reader: VisorReader;
  /** The visors of the manifest, where there is one here: reports are in its order. */
  readonly order?: readonly Pick<DesiredVisor, "key" | "place">[];
  /** Nobody we accept signed the plan: what it says of our own ledger counts for nothing. */
  readonly isStrangers?: boolean;
  /** What the manifest was read as, where it was read for this plan: its text may be kept. */
  readonly manifestBytes?: Uint8Array;
  /** What `file:` secrets are relative to. */
  readonly manifestFolder: string;
  readonly reporter: Reporter;
  readonly request: Pick<
    ApplyRequest,
    "lockTimeoutMs" | "isJson" | "look" | "expectedDecision" | "allowedRepeats"
  >;
  readonly world: World;
}

/** Takes the ledger's lock, checks once more, applies, brings the ledger to its relays, and shows what became of it. */
export async function runApply(input: RunInput): Promise<ExitCode> {
  const report = await applyUnshown(input);
  if ("refused" in report) return report.refused;
  show(report, input);
  return report.exit;
}

/** The same without showing what became of it; the exit code of what refused it, which was said on standard error. */
export async function applyUnshown(
  input: RunInput,
): Promise<ApplyReport | { readonly refused: ExitCode }> {
  const report = await applyLocked(input);
  if (!("refused" in report)) await publishAndTell(input.operator, input.plan.relays, input.world);
  return report;
}

async function applyLocked(input: RunInput): Promise<ApplyReport | { readonly refused: ExitCode }> {
  const { plan, operator, reporter, request, world } = input;
  const stop = world.stopSoftly();
  const ledger = await openOwnLedger(operator, request, world);
  try {
    const ready = await readyToApply(ledger, input);
    if ("refused" in ready) return ready;
    const kept = await textToKeep(
      {
        plan,
        history: ready.past.history(),
        isStrangers: input.isStrangers === true,
        ...defined({ bytes: input.manifestBytes }),
      },
      world,
    );
    if (kept.kind === "not-kept") errLine(world, `note: ${notKeptNote(kept.why)}`);
    if (input.isStrangers !== true) reporter.named(plan.names);
    return await reporter.during(stepsOf(plan), "steps", () =>
      applyPlan({
        plan,
        reader: input.reader,
        writer: createVisorWriter(input.wayIn.access),
        ledger,
        past: ready.past,
        heads: ready.heads,
        keys: operator.keys,
        ...(kept.kind === "text" ? { manifestText: kept.text } : {}),
        resolveSecrets: (refs) => secretsOf(refs, input),
        clock: world.clock,
        random: world.random,
        ...defined({ timing: writesAtOnce(input.wayIn) }),
        stop,
        emit: reporter.emit,
      }),
    );
  } finally {
    await ledger.close();
  }
}

/** What applying goes by, read with our ledger locked; or the exit code of what refuses it. */
type Ready =
  | { readonly past: ApplyPast; readonly heads: readonly SeenHead[] }
  | { readonly refused: ExitCode };

/**
 * Looks once more before the first write, since others may have written while we asked: brings their ledgers, and
 * ours to the relays.
 * @throws FleetError ledger/behind-relay, ledger/forked when a relay has more of our ledger than we do
 */
async function readyToApply(ledger: Ledger, input: RunInput): Promise<Ready> {
  const { plan, operator, acting, request, world } = input;
  const { keys } = operator;
  const others = othersOf(plan.keyset.operators, keys.feed);
  const { results, notes } = await bringUpToDate(operator, { relays: plan.relays, others }, world);
  const feeds = await openFeeds(operator, undefined, world, ledger);
  const { past, findings } = await applyPast(plan, feeds, operator, world);
  const history = past.history();
  for (const note of [...notes, ...feeds.notes, ...findings]) errLine(world, `note: ${note}`);
  const found = await ledgerRefusals({
    plan,
    history,
    feeds,
    uses: past.uses,
    operator: keys.operator,
    isStrangers: input.isStrangers === true,
    ...(request.expectedDecision === undefined
      ? {}
      : { approved: { repeats: request.allowedRepeats } }),
    relays: results,
    nowMs: world.clock.now(),
  });
  const check = { plan, acting, operator: keys.operator, history, found };
  const refused = refuse(check, false, world);
  return refused === undefined ? { past, heads: seenHeads(feeds) } : { refused };
}

function stepsOf(plan: Plan): number {
  return plan.visors.reduce((count, visor) => count + visor.steps.length, 0);
}

async function secretsOf(
  refs: readonly SecretRef[],
  { world, manifestFolder }: RunInput,
): Promise<ReadonlyMap<SecretRef, string>> {
  const { resolveSecrets } = await import("../manifest/manifest-room.ts");
  return await resolveSecrets(refs, {
    env: (name) => world.env[name],
    files: world.files,
    manifestFolder,
  });
}

function show(report: ApplyReport, { plan, order, reporter, request, world }: RunInput): void {
  if (request.isJson) printJson(world, report);
  else if (reporter.isEvents) {
    const level = report.exit === 0 ? "info" : "error";
    reporter.emit({
      type: "change_summary",
      level,
      message: applySummary(report),
      facts: { ...report.counts },
    });
  } else if (report.counts.changes === 0 && report.left.length === 0) {
    // The plan was just shown and its last line says all; saying it again keeps it the last line.
    world.terminal.out(plan.counts.changing === 0 ? "" : `${planSummary(plan)}\n`);
  } else {
    const text = applyText(report, plan.names, outPaint(world), planLook(request.look, order));
    world.terminal.out(forScreen(`\n${text}`, request.look, world));
  }
}
