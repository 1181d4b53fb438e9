// What was read, and the request, become a plan.
import { readFleet, type PlanNeeds, type ReadFleet } from "./read-fleet.ts";
import { defined } from "../../core/index.ts";
import type { Plan } from "../../model/index.ts";
import { buildPlan, type PlanInput } from "../../reconcile/index.ts";
import { checkedOverrides, type PlanRequest } from "./plan-request.ts";
import { judgeCommits, type Judged } from "../git/judge-commits.ts";
import type { Reporter } from "../shell/screen.ts";
import { TOOL } from "../shell/program-name.ts";
import type { World } from "../shell/world.ts";
import { errLine } from "../shell/print.ts";

/** A plan, and what it was made with. */
export interface Planned extends ReadFleet {
  readonly plan: Plan;
}

/**
 * Reads the manifest, the ledger and the visors, and plans. Nothing here can write: the visors are seen
 * through a reader, the ledger is opened for reading.
 * @throws FleetError key/missing, ledger/* (exit 4) when `needs.ledger` is set and there is none to read
 */
export async function planFleet(
  request: PlanRequest,
  world: World,
  reporter: Reporter,
  needs: PlanNeeds = {},
): Promise<Planned> {
  const read = await readFleet(request, world, reporter, needs);
  return { ...read, plan: planRead(read, request, { judged: await judgeRead(read, world) }) };
}

/** Judges the commits of the manifest that was read, and says what is odd about them. */
export async function judgeRead(read: ReadFleet, world: World): Promise<Judged> {
  const { source, history, git } = read;
  const judged = await judgeCommits({
    source,
    git,
    history,
  });
  for (const note of judged.notes) errLine(world, `note: ${note}`);
  return judged;
}

/**
 * Plans what was read; `picks` says which changes, all of them when not given. Without a judgement of its commits
 * nothing is said of where git has the manifest.
 */
export function planRead(
  read: ReadFleet,
  request: PlanRequest,
  { judged, picks }: { readonly judged?: Judged; readonly picks?: PlanInput["picks"] } = {},
): Plan {
  const { source, selected, only, operator, observation, history, heads, nowMs } = read;
  const { on, expiresAfterMs } = request;
  const { namedBefore } = read;
  return buildPlan({
    desired: source.desired,
    selected,
    ...defined({ only }),
    observed: observation.visors,
    acting: observation.acting,
    history,
    heads,
    ...defined({ on }),
    overrides: checkedOverrides(request.overrides, source),
    ...defined({ picks, namedBefore }),
    nowMs,
    expiresAfterMs,
    tool: TOOL,
    manifest: {
      path: source.name,
      digest: source.desired.manifestDigest,
      ...judged?.inGit,
    },
    ...defined({ commits: judged?.commits }),
    ...(operator === undefined
      ? {}
      : {
          operator: operator.keys.operator,
          secretDigest: (text: string) => operator.keys.secretHmac(text),
        }),
  });
}
