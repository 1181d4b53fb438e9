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
import { checkExpectations, trustAfter, TrustGraph, trustSeen } from "../../trust/index.ts";

/** What tests are held against: the visors that were looked at, and what becomes of each; nothing where it stays as it is. */
interface ExpectationInput {
  readonly desired: Pick<DesiredFleet, "expect" | "controllers" | "keyNames">;
  readonly observed: readonly ObservedVisor[];
  readonly planned?: readonly PlanVisor[];
}

/**
 * The tests of a manifest with what came out of each, for the visors that were looked at; `undefined` where there are
 * none. A test of visors that were all left out by a selection is left out as well.
 */
export function expectationsOf({
  desired,
  observed,
  planned = [],
}: ExpectationInput): readonly CheckedExpectation[] | undefined {
  const { expect, controllers, keyNames } = desired;
  if (expect === undefined) return undefined;
  const changes = new Map(planned.map((visor) => [visor.key, changesOf(visor)]));
  const graph = new TrustGraph(
    observed.map((visor) => trustAfter(trustSeen(visor), changes.get(visor.key) ?? [])),
  );
  const asked = expect.flatMap((each) => {
    const visors = each.visors.filter((visor) => graph.visors.has(visor));
    return visors.length === 0 && each.visors.length > 0 ? [] : [{ ...each, visors }];
  });
  const nameOf = (key: string): string => keyNames.get(key) ?? key;
  return checkExpectations(asked, { graph, controllers, nameOf });
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
      : "apply again when the visor answers, or leave it out with --on",
  };
}
