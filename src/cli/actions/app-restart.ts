// `fleet app restart`: apps are stopped and started once; the ledger records it, the manifest stays as it is.
import { usage } from "../shell/usage.ts";
import { planRequestOf } from "../plan/plan-request.ts";
import { counted, defined, type ExitCode, FleetError, type VisorKey } from "../../core/index.ts";
import type { Plan, Refusal } from "../../model/index.ts";
import {
  checkApply,
  refusalsExit,
  restartApps,
  type RestartOutcome,
  type VisorToRestart,
} from "../../reconcile/index.ts";
import { createVisorWriter } from "../../skywire/visor/index.ts";
import { printable, refusalText, tableText } from "../../view/index.ts";
import { saysYes } from "../shell/ask.ts";
import type { Command } from "../shell/command.ts";
import { requireSelection } from "../edit/edit-and-apply.ts";
import { checkKnownOrSeen } from "../edit/known-app.ts";
import { errPaint, type Reporter, reporterOf, reportRequestOf } from "../shell/screen.ts";
import { selectedVisors } from "../manifest/manifest-source.ts";
import {
  type LockRequest,
  lockRequestOf,
  openOwnLedger,
  type Operator,
  requireOperator,
} from "../ledger/operator.ts";
import { manifestRequestOf } from "../shell/kept-files.ts";
import { readManifestFile } from "../manifest/rewrite-manifest.ts";
import {
  ACCESS_OPTIONS,
  JSON_OPTION,
  LOCK_OPTION,
  MANIFEST_OPTION,
  ON_OPTION,
  OPERATOR_OPTIONS,
} from "../shell/options.ts";
import { type Planned, planFleet } from "../plan/planning.ts";
import { outLine, printJson } from "../shell/print.ts";
import { relaysAndOthers } from "../ledger/feeds.ts";
import { bringUpToDate, publishAndTell } from "../ledger/relaying.ts";
import { writesAtOnce } from "../shell/way-in.ts";
import type { World } from "../shell/world.ts";

/** The guards that ask who may write at all, whatever is written. */
const WHO_MAY: readonly Refusal["guard"][] = ["not-controller", "operator", "keyset-change"];

/** `fleet app restart`: stops and starts running apps once. */
export const appRestart: Command = {
  name: "app restart",
  about:
    "Stop and start running apps on the visors of --on, once. It is no desired state: the manifest stays as it is, the ledger records it.",
  words: [{ form: "<APP...>", about: "names of apps; those that do not run are left alone" }],
  options: [
    ON_OPTION,
    { name: "once", about: "says that this is no desired state; nothing else is possible here" },
    MANIFEST_OPTION,
    { name: "yes", short: "y", about: "do not ask" },
    LOCK_OPTION,
    JSON_OPTION,
    ...ACCESS_OPTIONS,
    ...OPERATOR_OPTIONS,
  ],
  examples: [
    "fleet app restart skychat --on tag:home",
    "fleet app restart vpn-server --on shop-1 --once --yes",
  ],
  async run(given, world): Promise<ExitCode> {
    const on = requireSelection(given.text("on"));
    const apps = [...new Set(given.words)];
    if (apps.includes("pty")) throw neverStops();
    const request = planRequestOf(given, world, manifestRequestOf(given, world));
    const lock = lockRequestOf(given);
    const { manifest: name } = request;
    const { source, bytes } = await readManifestFile(name, world);
    const selected = await selectedVisors(source, on, world);
    const reporter = reporterOf(reportRequestOf(given), world);
    const operator = await requireOperator(request.keyFile, world);
    // Planning tells who answers, and whether this operator may write through this visor.
    const planned = await planFleet(request, world, reporter, {
      ledger: true,
      operator,
      handed: { source, selected },
    });
    const seen = planned.observation.visors.flatMap((visor) =>
      visor.kind === "seen" ? visor.apps.map((app) => app.name) : [],
    );
    await checkKnownOrSeen(apps, seen, { name, bytes });
    const refused = refusedExit(planned, operator, world);
    if (refused !== undefined) return refused;
    const visors = planned.plan.visors.filter(isReached);
    if (visors.length > 0 && !(await isWanted(apps, visors, given.flag("yes"), world))) return 4;
    const unreached = planned.plan.visors.filter((visor) => !isReached(visor));
    const outcomes = [
      ...(await restartRecorded({ planned, operator, visors, apps, reporter }, lock, world)),
      ...unreached.flatMap(({ key, unseen }) =>
        apps.map((app) => ({
          visor: key,
          app,
          outcome: "unreachable" as const,
          note: unseen?.detail ?? "it was not read",
        })),
      ),
    ];
    print(outcomes, planned.plan, given.flag("json"), world);
    return exitOf(outcomes);
  },
};

function isReached({ observed }: Plan["visors"][number]): boolean {
  return observed !== undefined;
}

function refusedExit(
  { plan, acting, history }: Planned,
  { keys: { operator } }: Operator,
  world: World,
): ExitCode | undefined {
  const check = { plan, acting, operator, history, nowMs: world.clock.now() };
  const refusals = checkApply(check).filter(({ guard }) => WHO_MAY.includes(guard));
  if (history.known && history.keyset === undefined) {
    throw new FleetError("cli/nothing-applied", "this fleet has no recorded keyset yet", {
      next: "run `fleet apply` once, so that the ledger says who may do what",
      exit: 4,
    });
  }
  for (const refusal of refusals) {
    world.terminal.err(refusalText(refusal, plan.names, errPaint(world)));
  }
  return refusals.length === 0 ? undefined : refusalsExit(refusals);
}

async function isWanted(
  apps: readonly string[],
  visors: readonly VisorToRestart[],
  isAnswered: boolean,
  world: World,
): Promise<boolean> {
  const names = visors.map(({ name }) => name).join(", ");
  const question = `Restart ${apps.join(", ")} on ${names}?`;
  const declined = "nothing was restarted";
  return await saysYes({ question, isAnswered, declined, next: "give --yes" }, world);
}

/** A restart that was agreed to. */
interface Restart {
  readonly planned: Planned;
  readonly operator: Operator;
  readonly visors: readonly VisorToRestart[];
  readonly apps: readonly string[];
  readonly reporter: Reporter;
}

/** One entry says durably what is going to be done on all the visors, one afterwards what became of it. */
async function restartRecorded(
  { planned, operator, visors, apps, reporter }: Restart,
  lock: LockRequest,
  world: World,
): Promise<readonly RestartOutcome[]> {
  if (visors.length === 0) return [];
  const { plan, reader, wayIn } = planned;
  const stop = world.stopSoftly();
  const ledger = await openOwnLedger(operator, lock, world);
  const { fleet } = plan;
  const what = { fleet, operation: "app-restart", apps, visors: visors.map(({ key }) => key) };
  let outcomes: readonly RestartOutcome[];
  try {
    // A relay with more of our ledger than is here refuses, before anything is written.
    await bringUpToDate(operator, relaysAndOthers(operator, planned.source), world);
    const [begun] = await ledger.append([
      { kind: "operation", payload: { ...what, phase: "begun" } },
    ]);
    outcomes = await reporter.during(visors.length, "steps", () =>
      restartApps({
        visors,
        apps,
        reader,
        writer: createVisorWriter(wayIn.access),
        clock: world.clock,
        ...defined({ timing: writesAtOnce(wayIn) }),
        stop,
        emit: reporter.emit,
      }),
    );
    const ended = {
      ...what,
      phase: "ended",
      begun: begun?.index ?? 0,
      outcomes: outcomes.map((outcome) => ({ ...outcome })),
    };
    await ledger.append([{ kind: "operation", payload: ended }]);
  } finally {
    await ledger.close();
  }
  await publishAndTell(operator, plan.relays, world);
  return outcomes;
}

function print(
  outcomes: readonly RestartOutcome[],
  { names, fleet }: Plan,
  isJson: boolean,
  world: World,
): void {
  const nameOf = (key: VisorKey): string => names[key] ?? key;
  if (isJson) {
    const format = "fleet.skywire/restart/v1";
    const visors = outcomes.map((outcome) => ({ ...outcome, name: nameOf(outcome.visor) }));
    printJson(world, { format, fleet, outcomes: visors });
    return;
  }
  const rows = outcomes.map(({ visor, app, outcome, note }) => [
    `  ${nameOf(visor)}`,
    app,
    outcome,
    printable(note ?? ""),
  ]);
  const done = outcomes.filter(({ outcome }) => outcome === "done").length;
  world.terminal.out(tableText([["  VISOR", "APP", "OUTCOME", "NOTE"], ...rows]));
  outLine(world, `Restarted ${done} of ${counted(outcomes.length, "app")}.`);
}

/** What does not run is no failure, and neither is it done. */
function exitOf(outcomes: readonly RestartOutcome[]): ExitCode {
  const kinds = new Set(outcomes.map(({ outcome }) => outcome));
  if (kinds.has("failed") || kinds.has("unverified")) return 6;
  return kinds.has("unreachable") || kinds.has("refused") ? 3 : 0;
}

function neverStops(): FleetError {
  return usage("the app pty cannot be stopped: the visor starts it at once", "name other apps");
}
