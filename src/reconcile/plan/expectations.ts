// The manifest's tests of access, held against what a plan leaves behind: what fails refuses it, what is not known refuses its apply.
import { counted, defined } from "../../core/index.ts";
import {
  changesOf,
  type CheckedExpectation,
  type DesiredFleet,
  type ObservedVisor,
  type PlanVisor,
  type Refusal,
} from "../../model/index.ts";
import {
  checkExpectations,
  trustAfter,
  TrustGraph,
  trustSeen,
  trustUnknown,
} from "../../trust/index.ts";

/** What tests are held against: the visors that were looked at, and what becomes of each; nothing where it stays as it is. */
interface ExpectationInput {
  readonly desired: Pick<DesiredFleet, "expect" | "controllers" | "keyNames" | "visors">;
  readonly observed: readonly ObservedVisor[];
  readonly planned?: readonly PlanVisor[];
  /** What hangs on visors that a selection leaves out is not known, and not left out. */
  readonly asksAll?: boolean;
}

/**
 * The tests of a manifest with what came out of each, for the visors that were looked at; `undefined` where there are
 * none. A test of visors that were all left out by a selection is left out as well, and so is what hangs on such visors
 * where no trust is changed.
 */
export function expectationsOf({
  desired,
  observed,
  planned = [],
  asksAll = false,
}: ExpectationInput): readonly CheckedExpectation[] | undefined {
  const { expect, controllers, keyNames } = desired;
  if (expect === undefined) return undefined;
  const looked = new Set(observed.map(({ key }) => key));
  const others = desired.visors.flatMap(({ key }) => (looked.has(key) ? [] : [trustUnknown(key)]));
  const changes = new Map(planned.map((visor) => [visor.key, changesOf(visor)]));
  const graph = new TrustGraph([
    ...observed.map((visor) => trustAfter(trustSeen(visor), changes.get(visor.key) ?? [])),
    ...others,
  ]);
  const asked = expect.flatMap((each) => {
    const visors = each.visors.filter((visor) => looked.has(visor));
    return visors.length === 0 && each.visors.length > 0 ? [] : [{ ...each, visors }];
  });
  const nameOf = (key: string): string => keyNames.get(key) ?? key;
  // Whoever changes trust must know all that a test hangs on; of whoever does not, nothing hangs on it.
  const touchesTrust = planned.some((visor) =>
    changesOf(visor).some(({ risk }) => risk === "trust"),
  );
  return checkExpectations(asked, {
    graph,
    controllers,
    nameOf,
    leavesOut: !touchesTrust && !asksAll,
  });
}

/** Why a plan that fails tests is refused: once for each. */
export function failedRefusals(checked: readonly CheckedExpectation[]): readonly Refusal[] {
  return checked.flatMap((each) => (each.result === "failed" ? [refusalOf(each, "failed")] : []));
}

/** Why a plan whose tests are not all known is not applied: once for each. */
export function unknownRefusals(checked: readonly CheckedExpectation[] = []): readonly Refusal[] {
  return checked.flatMap((each) => (each.result === "unknown" ? [refusalOf(each, "unknown")] : []));
}

function refusalOf(
  { text, rows, place }: CheckedExpectation,
  result: "failed" | "unknown",
): Refusal {
  const own = rows.filter((row) => row.result === result);
  const [first] = own;
  const more = own.length > 1 ? `, and ${counted(own.length - 1, "more visor")} like it` : "";
  const isFailed = result === "failed";
  return {
    guard: "expect",
    ...defined({ visor: first?.visor }),
    message: isFailed
      ? `the manifest expects that ${text}, and after this plan it would not be so: ${first?.why ?? ""}${more}`
      : `the manifest expects that ${text}, and whether it would be so is not known: ${first?.why ?? ""}${more}`,
    measured: isFailed ? "not met" : "not known",
    limit: "met",
    place,
    next: isFailed
      ? "change the lists or the test, whichever is wrong; `fleet trust` shows who manages what"
      : "apply again when the visor answers, or leave it out with --on; what a release does not show, or somebody else's hypervisor hides, no waiting tells: then change the test",
  };
}
