// Formats, signs and parses plan files.
import {
  canonicalJson,
  defined,
  FleetError,
  fromHex,
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
import { type Plan, PLAN_FORMAT } from "../../model/index.ts";
import { contradictionOf } from "./contradiction.ts";
import { planDigest } from "./plan-head.ts";
import { PLAN_SHAPE } from "./plan-shape.ts";

/** What is signed: a context of its own, so that a signature on a plan can never pass as one on an entry. */
const SIGNED_CONTEXT = "fleet.skywire/plan/v1 ";
const PLAN_AGAIN = "make the plan again with `fleet plan --out FILE`";

/** Formats a plan as a file: canonical JSON and a line end. Equal plans give equal bytes. */
export function formatPlan(plan: Plan): string {
  return `${canonicalJson(plan as unknown as JsonObject)}\n`;
}

/** True when a text looks like a plan file rather than a manifest. */
export function isPlanText(text: string): boolean {
  return text.trimStart().startsWith("{") && text.includes('"fleet.skywire/plan/');
}

/**
 * Parses a plan file and checks that it is whole, and of the shape that its published schema says. Whether its signer may
 * be trusted is another question.
 * @throws FleetError plan/format for another format or version, plan/damaged when the digest does not fit or the
 * plan contradicts itself, plan/shape when it has not the shape of a plan (exit 64)
 */
export function parsePlan(text: string): Plan {
  const value = parseJson(text, (cause) =>
    damaged("the plan file is cut short, or is no plan", cause),
  );
  const format = memberNamed(value, "format");
  if (format !== PLAN_FORMAT) {
    throw new FleetError(
      "plan/format",
      `the plan has format ${JSON.stringify(format)}, this version reads ${PLAN_FORMAT}`,
      {
        next: "make the plan again, or use the version of fleet that wrote it",
        exit: 64,
      },
    );
  }
  const plan = value as Plan;
  if (plan.digest !== digestOfFile(plan))
    throw damaged("the plan's digest does not fit its content: somebody or something changed it");
  const contradiction = contradictionIn(plan);
  if (contradiction !== undefined) throw damaged(`the plan contradicts itself: ${contradiction}`);
  return withShape(value, PLAN_SHAPE, "the plan", (fault) => {
    const message = `the plan is not of the form it claims: ${fault}`;
    return new FleetError("plan/shape", message, { next: PLAN_AGAIN, exit: 64 });
  });
}

// Asked before the shape: of a plan of an earlier release it can say what is missing and why that matters.
function contradictionIn(plan: Plan): string | undefined {
  try {
    return contradictionOf(plan);
  } catch (cause) {
    throw damaged("the plan holds something that no plan can hold", cause);
  }
}

function digestOfFile(plan: Plan): string {
  const { digest: _digest, signature: _signature, ...rest } = plan;
  try {
    return planDigest(rest);
  } catch (cause) {
    throw damaged("the plan holds something that no plan can hold", cause);
  }
}

function damaged(message: string, cause?: unknown): FleetError {
  return new FleetError("plan/damaged", message, {
    next: PLAN_AGAIN,
    exit: 64,
    ...defined({ cause }),
  });
}

/** Signs a plan with the operator's key. The signature stands outside of the digest. */
export function signPlan(plan: Plan, keys: Pick<OperatorKeys, "operator" | "sign">): Plan {
  const sig = toHex(keys.sign(utf8(SIGNED_CONTEXT + plan.digest)));
  return { ...plan, signature: { key: keys.operator, sig } };
}

/**
 * The key that signed a plan, proven; `undefined` for an unsigned plan.
 * @throws FleetError plan/signature (exit 4) when there is a signature that does not verify
 */
export function planSigner(plan: Plan): OperatorKey | undefined {
  const { signature } = plan;
  if (signature === undefined) return undefined;
  const message = utf8(SIGNED_CONTEXT + plan.digest);
  if (
    /^[0-9a-f]{128}$/.test(signature.sig) &&
    verifyEd25519(signature.key, message, fromHex(signature.sig))
  ) {
    return signature.key;
  }
  throw new FleetError("plan/signature", "the plan's signature does not verify", {
    next: PLAN_AGAIN,
    exit: 4,
  });
}
