// Decides whether an observation file may stand for the visors: who signed it, when, and for which manifest.
import { FleetError, type OperatorKey } from "../../core/index.ts";
import type {
  DesiredFleet,
  DesiredOperator,
  DesiredVisor,
  ObservedVisor,
  TrustedManifest,
} from "../../model/index.ts";
import { keysetOf, type PlanInput } from "../plan/index.ts";
import type { ObservationDocument } from "./document.ts";
import { historyAgain } from "./keep-history.ts";
import { observationSigner } from "./observation-file.ts";
import { neverSeen, seenAgain } from "./seen-again.ts";

/** Clocks of two machines may differ by this much; what was made later than that was not made yet. */
const CLOCK_SKEW_MAX_MS = 5 * 60 * 1000;

declare const ACCEPTED: unique symbol;

/** An observation that somebody signed whom the trusted manifest lets plan. */
export interface AcceptedObservation {
  readonly [ACCEPTED]: true;
  readonly document: ObservationDocument;
  readonly signer: OperatorKey;
  /** The signer's name in the trusted manifest. */
  readonly operator: string;
  readonly trusted: TrustedManifest;
}

/** What {@link acceptObservation} judges. */
export interface AcceptInput {
  readonly document: ObservationDocument;
  /** Says who may sign: a manifest that nobody proposes. */
  readonly trusted: TrustedManifest;
  /** The manifest that is to be planned; what it says of operators counts for nothing here. */
  readonly proposed: DesiredFleet;
  readonly nowMs: number;
}

/**
 * Accepts an observation that was signed by an operator of the trusted manifest who may plan.
 * @throws FleetError observe/unsigned, observe/signature, observe/signer, observe/other-fleet, observe/future (exit 4)
 */
export function acceptObservation(input: AcceptInput): AcceptedObservation {
  const { document, trusted } = input;
  const signer = observationSigner(document);
  if (signer === undefined) {
    throw refused(
      "observe/unsigned",
      "the observation is not signed, so anybody may have written it",
      "make it with `fleet observe` where the key of an operator is",
    );
  }
  checkFleet(input);
  const operator = trusted.operators.find(({ key, may }) => key === signer && may.includes("plan"));
  if (operator === undefined) throw strangersObservation(signer, input);
  checkTimes(input);
  return { document, signer, operator: operator.name, trusted } as AcceptedObservation;
}

function strangersObservation(signer: OperatorKey, { trusted, proposed }: AcceptInput): FleetError {
  const named = ({ operators }: Pick<DesiredFleet, "operators">): DesiredOperator | undefined =>
    operators.find(({ key }) => key === signer);
  const [known, claimed] = [named(trusted), named(proposed)];
  const why =
    known !== undefined
      ? `by operator ${known.name}, whom the trusted manifest does not let plan`
      : claimed !== undefined
        ? `by ${signer}, which only the manifest to be planned lists (as ${claimed.name}): a manifest cannot name who vouches for it`
        : `by ${signer}, which the trusted manifest does not list`;
  return refused(
    "observe/signer",
    `the observation is signed ${why}`,
    "have it made by an operator with may: [plan] in the trusted manifest",
  );
}

function checkFleet({ document, trusted, proposed }: AcceptInput): void {
  const others = [
    [document.fleet, "the observation"],
    [trusted.fleet, "the trusted manifest"],
  ] as const;
  const other = others.find(([fleet]) => fleet !== proposed.fleet);
  if (other === undefined) return;
  throw refused(
    "observe/other-fleet",
    `${other[1]} is of fleet ${other[0]}, and the manifest of fleet ${proposed.fleet}`,
    "give those of one fleet",
  );
}

function checkTimes({ document, nowMs }: AcceptInput): void {
  const latestMs = nowMs + CLOCK_SKEW_MAX_MS;
  const late = [document.created, ...document.visors.map(({ at }) => at)].find(
    (time) => Date.parse(time) > latestMs,
  );
  if (late === undefined) return;
  throw refused(
    "observe/future",
    `the observation says ${late}, and it is ${new Date(nowMs).toISOString()} here`,
    "set the clocks of both machines, then make it again",
  );
}

function refused(
  code: "observe/unsigned" | "observe/signer" | "observe/other-fleet" | "observe/future",
  message: string,
  next: string,
): FleetError {
  return new FleetError(code, message, { next, exit: 4 });
}

/** The part of a plan's input that an accepted observation gives. */
export type RecordedInput = Pick<
  PlanInput,
  "selected" | "observed" | "acting" | "history" | "heads" | "recorded"
>;

/**
 * What to plan these visors by, offline. Visors that the observation does not hold are unreachable, with the reason
 * `not-observed`.
 * @param trustedCommit the commit that the trusted manifest stands at, where it is one
 */
export function recordedInput(
  accepted: AcceptedObservation,
  selected: readonly DesiredVisor[],
  trustedCommit: string | undefined,
): RecordedInput {
  const { document, trusted, operator, signer } = accepted;
  const kept = new Map(document.visors.map((visor) => [visor.key, visor]));
  const createdMs = Date.parse(document.created);
  const commit = trustedCommit === undefined ? {} : { commit: trustedCommit };
  return {
    selected,
    observed: selected.map((visor): ObservedVisor => {
      const found = kept.get(visor.key);
      return found === undefined ? neverSeen(visor, createdMs) : seenAgain(found);
    }),
    acting: document.acting,
    history: historyAgain(document.recorded),
    heads: document.recorded.known ? document.recorded.heads : [],
    recorded: {
      source: {
        kind: "observation",
        digest: document.digest,
        created: document.created,
        operator,
        signer,
        trusted: { digest: trusted.manifestDigest, ...commit },
      },
      trusted: keysetOf(trusted),
      hasKeyed: document.operator !== undefined,
    },
  };
}
