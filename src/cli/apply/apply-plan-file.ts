// The apply of a plan from a file; a stranger's plan is never applied unless a person at a terminal agrees.
import { usage } from "../shell/usage.ts";
import { canAsk, errPaint, outPaint, type Reporter } from "../shell/screen.ts";
import { type ApplyRequest, refuseOtherDecision } from "./apply-request.ts";
import { dirname, resolve } from "node:path";
import {
  digestOfBytes,
  type ExitCode,
  FleetError,
  type OperatorKey,
  type VisorKey,
} from "../../core/index.ts";
import { readLedger } from "../../ledger/index.ts";
import { changesOf, MANIFEST_BYTES_MAX, type Plan } from "../../model/index.ts";
import {
  checkSignedCommits,
  earlierKeysets,
  type History,
  parsePlan,
  planSigner,
  signedCommitsOf,
} from "../../reconcile/index.ts";
import {
  createVisorReader,
  readingError,
  type VisorReader,
  type VisorTarget,
} from "../../skywire/visor/index.ts";
import { planText } from "../../view/index.ts";
import { runApply } from "./apply-run.ts";
import { confirm, unanswered } from "../shell/confirm.ts";
import { joinedHistory } from "../ledger/joined-history.ts";
import { requireOperator } from "../ledger/operator.ts";
import { refuse } from "./ledger-refusals.ts";
import { forScreen, planLook } from "../plan/plan-request.ts";
import { type WayIn, wayInOf } from "../shell/way-in.ts";
import type { World } from "../shell/world.ts";
import { errLine } from "../shell/print.ts";

/** Applies a plan file: at once when somebody we accept signed it, else after showing it and asking. */
export async function applyPlanFile(
  text: string,
  request: ApplyRequest,
  world: World,
  reporter: Reporter,
): Promise<ExitCode> {
  refuseSelection(request);
  const { manifest: name, overrides } = request;
  const operator = await requireOperator(request.keyFile, world);
  const plan = parsePlan(text);
  const { keys, ledgerFolder: folder } = operator;
  const ledger = await readLedger({ files: world.files, folder, feed: keys.feed, keys });
  const { fleet } = plan;
  const { history, notes } = await joinedHistory(
    operator,
    { ledger, fleet, source: undefined },
    world,
  );
  for (const note of notes) errLine(world, `note: ${note}`);
  const signer = planSigner(plan);
  const isAccepted = isSignedForUs(signer, keys.operator, history);
  if (!isAccepted && !canAsk(world)) throw strangersPlan(name);
  if (signer !== keys.operator) await checkSecretFiles(plan, world);
  const wayIn = wayInOf(request.access, world);
  const reader = createVisorReader(wayIn.access);
  const acting = await actingKey(reader, wayIn);
  const isText = !request.isJson && !reporter.isEvents;
  // Names are the file's own word: in a stranger's plan any key could be called by a trusted name.
  const shown = isAccepted ? plan : withoutNames(plan);
  const look = planLook(request.look);
  if (isText)
    world.terminal.out(forScreen(planText(shown, outPaint(world), look), request.look, world));
  else world.terminal.err(planText(shown, errPaint(world), look));
  if (!isAccepted && plan.relays.length > 0)
    errLine(world, `note: this plan brings your ledger to ${plan.relays.join(", ")}`);
  refuseOtherDecision(plan, request.expectedDecision);
  // Of what a stranger says about commits nothing counts.
  const found = isAccepted
    ? []
    : checkSignedCommits({
        wanted: signedCommitsOf(earlierKeysets(history)),
        evidence: undefined,
        path: plan.manifest.path,
      });
  const check = {
    plan,
    acting,
    operator: keys.operator,
    history,
    found,
    toConfirm: unanswered(plan, overrides),
  };
  const refused = refuse(check, isText, world);
  if (refused !== undefined) return refused;
  const answers = { isOrdinaryAnswered: isAccepted, isStrangers: !isAccepted };
  if (!(await confirm({ plan, overrides, world, ...answers }))) return 4;
  const manifestFolder = manifestFolderOf(plan, world);
  return await runApply({
    plan,
    operator,
    acting,
    wayIn,
    reader,
    isStrangers: !isAccepted,
    manifestFolder,
    reporter,
    request,
    world,
  });
}

/** Without what a stranger says of others: what keys are called, and what tests of access came to. */
function withoutNames({ lingering, expectations: _, ...plan }: Plan): Plan {
  const keys = lingering?.keys.map(({ formerName: _former, ...each }) => each) ?? [];
  return {
    ...plan,
    ...(lingering === undefined ? {} : { lingering: { ...lingering, keys } }),
    names: {},
  };
}

/** True for a plan of our own, or of an operator whom our ledger's latest keyset lets plan. Never by the file's word. */
function isSignedForUs(
  signer: OperatorKey | undefined,
  own: OperatorKey,
  history: History,
): boolean {
  if (signer === undefined) return false;
  if (signer === own) return true;
  const accepted = history.known ? (history.keyset?.operators ?? []) : [];
  return accepted.some((operator) => operator.key === signer && operator.may.includes("plan"));
}

function refuseSelection({ on, only }: ApplyRequest): void {
  if (on === undefined && only.length === 0) return;
  const name = on === undefined ? "only" : "on";
  throw usage(
    `--${name} selects while planning; a plan file is applied whole`,
    `make the plan with --${name} instead`,
  );
}

function strangersPlan(name: string): FleetError {
  return new FleetError(
    "cli/strangers-plan",
    `${name} is signed by nobody that your ledger accepts`,
    {
      next: "apply it at a terminal, where it is shown and asked about; --yes does not answer this",
      exit: 4,
    },
  );
}

async function actingKey(reader: VisorReader, { access }: WayIn): Promise<VisorKey> {
  const target: VisorTarget = { key: undefined, route: { kind: "local" } };
  const local = await reader.read(target, { config: false });
  if (local.kind !== "seen") throw readingError(access.rpcAddress, target, local);
  return local.key;
}

/**
 * A plan that others made names the folder that its `file:` secrets are in: it must be the folder of the very
 * manifest it was made from, or it could have any file of this machine sent to a visor.
 * @throws FleetError cli/other-manifest (exit 4)
 */
async function checkSecretFiles(plan: Plan, world: World): Promise<void> {
  const changes = plan.visors.flatMap(changesOf);
  if (!changes.some(({ secrets }) => secrets?.some((ref) => ref.startsWith("file:")) === true))
    return;
  const { path, digest } = plan.manifest;
  const bytes =
    path === "-"
      ? undefined
      : await world.files.read(resolve(world.folder, path), { bytesMax: MANIFEST_BYTES_MAX });
  if (bytes !== undefined && digestOfBytes(bytes) === digest) return;
  throw new FleetError(
    "cli/other-manifest",
    `the plan takes secrets from files beside ${path}, and that is not the manifest it was made from`,
    {
      next: "check out the manifest that the plan names, or make the plan again on this machine",
      exit: 4,
    },
  );
}

function manifestFolderOf(plan: Plan, world: World): string {
  return plan.manifest.path === "-"
    ? world.folder
    : dirname(resolve(world.folder, plan.manifest.path));
}
