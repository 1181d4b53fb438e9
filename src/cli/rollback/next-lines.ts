// What to do once an earlier manifest was planned: apply the plan, and let the manifest say the same.
import { counted } from "../../core/index.ts";
import type { DesiredFleet, Plan } from "../../model/index.ts";
import { keysetDifferences, keysetOf } from "../../reconcile/index.ts";
import { shellWord } from "../../view/index.ts";
import type { PlanRequest } from "../plan/plan-request.ts";
import type { EarlierText } from "./earlier-text.ts";

/** What the lines speak of. */
export interface NextInput {
  readonly plan: Plan;
  /** The apply, as a command line names it. */
  readonly word: string;
  /** The manifest in force, as the user named it. */
  readonly name: string;
  readonly from: Pick<EarlierText, "commit">;
  readonly then: DesiredFleet;
  readonly now: DesiredFleet;
  /** A commit has the manifest in force as it is. */
  readonly isCommitted: boolean;
  /** What this plan was asked for. */
  readonly asked: Pick<PlanRequest, "on" | "only"> & {
    readonly isKept: boolean;
    readonly isManifestNamed: boolean;
  };
}

/** Lines that follow such a plan, each a sentence with what can be pasted. */
export function nextLines(input: NextInput): readonly string[] {
  const { plan, name, then, now } = input;
  const refused = plan.refusals.some(({ guard }) => guard === "signed-commits");
  if (refused) return [signedLine(input), ...rulesLines(input)];
  const isSame = then.manifestDigest === now.manifestDigest;
  const applying = plan.applyable && plan.counts.changing > 0 ? applyLines(input) : [];
  if (isSame) return [...applying, `${name} is that manifest already`];
  return [
    ...applying,
    `${name} still says what is newer, and the next \`fleet apply\` or \`fleet watch\` brings that back; this line takes the earlier text: \`${takeLine(input)}\`${overwritesText(input)}`,
    ...rulesLines(input),
  ];
}

function applyLines({ asked, word, name }: NextInput): readonly string[] {
  if (asked.isKept) return [];
  const options = [
    ...partOf(asked),
    ...(asked.isManifestNamed ? ["--manifest", shellWord(name)] : []),
  ];
  const line = ["fleet rollback", shellWord(word), ...options, "--out rollback.json"].join(" ");
  return [`to go back: \`${line}\`, then \`fleet apply rollback.json\``];
}

function partOf({ on, only }: NextInput["asked"]): readonly string[] {
  return [
    ...(on === undefined ? [] : ["--on", shellWord(on)]),
    ...only.flatMap((field) => ["--only", shellWord(field)]),
  ];
}

/** Takes the earlier text in place of the newer one, in one line. */
function takeLine({ from: { commit }, name, word }: NextInput): string {
  if (commit !== undefined) return `git checkout ${commit} -- ${shellWord(name)}`;
  const kept = shellWord(`${name}.earlier`);
  // Written beside it first: the shell empties a file before the command that fills it begins.
  return `fleet rollback ${shellWord(word)} --print-manifest > ${kept} && mv ${kept} ${shellWord(name)}`;
}

function overwritesText({ isCommitted, name }: NextInput): string {
  return isCommitted
    ? ""
    : ` (it overwrites ${name}, which no commit has as it is now: keep a copy first)`;
}

function signedLine(input: NextInput): string {
  return `policy.signed_commits lets no plan go back, since nobody signed for it: \`${takeLine(input)} && git commit -S ${shellWord(input.name)}\` makes a newer commit of the earlier text, which \`fleet apply\` then takes`;
}

/** The earlier text says other things of the whole fleet too, which the plan does not go by. */
function rulesLines({ then, now, name }: NextInput): readonly string[] {
  const differences = keysetDifferences(keysetOf(now), keysetOf(then));
  const [first] = differences;
  if (first === undefined) return [];
  const more =
    differences.length === 1 ? "" : `, and ${counted(differences.length - 1, "more difference")}`;
  return [
    `this plan goes by the operators, controllers and policy of ${name} as it is now; the earlier text differs there (${first}${more}): keep those of now when you take it`,
  ];
}
