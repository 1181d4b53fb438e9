// Makes, signs, formats and parses observation files.
import {
  assert,
  canonicalJson,
  compareTexts,
  defined,
  type Digest,
  digestOf,
  FleetError,
  fromHex,
  isCanonicalJson,
  type JsonObject,
  memberNamed,
  type OperatorKey,
  parseJson,
  toHex,
  utf8,
  verifyEd25519,
  withShape,
} from "../../core/index.ts";
import type { OperatorKeys } from "../../ledger/index.ts";
import type { DesiredFleet, DesiredVisor, ObservedVisor, PlanHead } from "../../model/index.ts";
import type { Observation } from "../observe/index.ts";
import type { History } from "../plan/index.ts";
import { OBSERVATION_FORMAT, type ObservationDocument } from "./document.ts";
import { keepHistory } from "./keep-history.ts";
import { keepVisor } from "./keep-visor.ts";
import { OBSERVATION_SHAPE } from "./observation-shape.ts";

/** What is signed: a context of its own, so that no other signature can pass as one on an observation. */
const SIGNED_CONTEXT = `${OBSERVATION_FORMAT} `;
const OBSERVE_AGAIN = "make it again with `fleet observe`";

/** Everything an observation is made of. Equal inputs give equal bytes. */
export interface ObservationInput {
  readonly desired: DesiredFleet;
  /** The visors that were read, in any order; each has its observation at the same place. */
  readonly selected: readonly DesiredVisor[];
  readonly observation: Observation;
  readonly history: History;
  /** What was seen of the other operators' ledgers. */
  readonly heads: readonly PlanHead[];
  /** Who signs it, and keyed digests of secrets under their key; absent without a key. */
  readonly keys?: Pick<OperatorKeys, "operator" | "sign" | "secretHmac">;
  /** When the last visor had been read. */
  readonly nowMs: number;
  /** Name and version of the program. */
  readonly tool: string;
  /** The commit that the manifest stands at, unchanged. */
  readonly commit?: string;
}

/** Makes an observation to plan by elsewhere, signed where there is a key. Pure and synchronous. */
export function makeObservation(input: ObservationInput): ObservationDocument {
  const { desired, selected, observation, keys, commit } = input;
  const keyedDigest = keys === undefined ? undefined : (text: string) => keys.secretHmac(text);
  const visors = selected
    .map((visor, index) => keepVisor(visor, observedAt(observation, index, visor), keyedDigest))
    .toSorted((left, right) => compareTexts(left.key, right.key));
  const draft = {
    format: OBSERVATION_FORMAT,
    tool: input.tool,
    fleet: desired.fleet,
    manifest: { digest: desired.manifestDigest, ...defined({ commit }) },
    created: new Date(input.nowMs).toISOString(),
    acting: observation.acting,
    ...defined({ operator: keys?.operator }),
    visors,
    recorded: keepHistory(input.history, input.heads, desired),
  } as const;
  const digest = digestOf(draft as unknown as JsonObject);
  if (keys === undefined) return { ...draft, digest };
  const sig = toHex(keys.sign(utf8(SIGNED_CONTEXT + digest)));
  return { ...draft, digest, signature: { key: keys.operator, sig } };
}

function observedAt({ visors }: Observation, index: number, wanted: DesiredVisor): ObservedVisor {
  const observed = visors[index];
  assert(observed?.key === wanted.key, "each selected visor has its observation");
  return observed;
}

/** Formats an observation as a file: canonical JSON and a line end. Equal observations give equal bytes. */
export function formatObservation(observation: ObservationDocument): string {
  return `${canonicalJson(observation as unknown as JsonObject)}\n`;
}

/**
 * Parses an observation and checks that it is whole, and in the one form that {@link formatObservation} writes.
 * Whether its signer may be trusted is another question.
 * @throws FleetError observe/format for another format or version, observe/damaged when the digest does not fit or
 * the form is not that of an observation (exit 64)
 */
export function parseObservation(text: string): ObservationDocument {
  const value = parseJson(text, (cause) => damaged("it is cut short, or is no observation", cause));
  const format = memberNamed(value, "format");
  if (format !== OBSERVATION_FORMAT) {
    throw new FleetError(
      "observe/format",
      `the observation has format ${JSON.stringify(format)}, this version reads ${OBSERVATION_FORMAT}`,
      { next: "make it again, or use the version of fleet that wrote it", exit: 64 },
    );
  }
  const observation = withShape(value, OBSERVATION_SHAPE, "the observation", (fault) =>
    damaged(`it is not of the form it claims: ${fault}`),
  );
  if (observation.digest !== digestOfFile(observation)) {
    throw damaged("its digest does not fit its content: somebody or something changed it");
  }
  if (!isCanonicalJson(text.trimEnd(), observation as unknown as JsonObject))
    throw damaged("it is not in the form that fleet writes");
  return observation;
}

function damaged(message: string, cause?: unknown): FleetError {
  return new FleetError("observe/damaged", `the observation cannot be used: ${message}`, {
    next: OBSERVE_AGAIN,
    exit: 64,
    ...defined({ cause }),
  });
}

function digestOfFile(observation: ObservationDocument): Digest {
  const { digest: _digest, signature: _signature, ...rest } = observation;
  try {
    return digestOf(rest as unknown as JsonObject);
  } catch (cause) {
    throw damaged("it holds something that no observation can hold", cause);
  }
}

/**
 * The key that signed an observation, proven; `undefined` for an unsigned one.
 * @throws FleetError observe/signature (exit 4) when there is a signature that does not verify
 */
export function observationSigner(observation: ObservationDocument): OperatorKey | undefined {
  const { signature, digest, operator } = observation;
  if (signature === undefined) return undefined;
  const message = utf8(SIGNED_CONTEXT + digest);
  const isSound =
    operator === signature.key && verifyEd25519(signature.key, message, fromHex(signature.sig));
  if (isSound) return signature.key;
  throw new FleetError("observe/signature", "the observation's signature does not verify", {
    next: OBSERVE_AGAIN,
    exit: 4,
  });
}
