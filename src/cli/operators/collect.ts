// A change that needs more signatures than ours: the file for the others, and what is said while they are awaited.
import {
  type AcceptedKeyset,
  type KeysetChangeDocument,
  mayChange,
  type OperatorKeys,
  signKeysetChange,
} from "../../ledger/index.ts";
import type { World } from "../shell/world.ts";
import {
  type ChangeFile,
  createChangeFile,
  earlierChange,
  isEnough,
  replaceChangeFile,
  signaturesReport,
  stateWith,
} from "./change-file.ts";
import type { KeysetPast } from "./keyset-past.ts";
import type { OperatorReport, SignaturesReport } from "./report.ts";

/** A change that more operators have to sign. */
export interface Collecting {
  readonly accepted: AcceptedKeyset;
  readonly change: KeysetChangeDocument;
  /** The file of an earlier run. */
  readonly earlier: ChangeFile | undefined;
  /** Where a new document goes. */
  readonly out: string;
  readonly keys: OperatorKeys;
  /** What records it in the end. */
  readonly command: string;
}

/**
 * Looks for the document that an earlier run left in the file for a new one.
 * @throws FleetError cli/exists (exit 64) when the file holds something else
 */
export async function collectingOf(
  collecting: Omit<Collecting, "earlier">,
  past: KeysetPast,
  world: World,
): Promise<Collecting> {
  const { out, change } = collecting;
  return { ...collecting, earlier: await earlierChange(out, change, past, world) };
}

/** True when an earlier run left nothing to do but to wait. */
export function hasSigned({ earlier, keys, accepted }: Collecting): boolean {
  if (earlier === undefined) return false;
  const isSigner = mayChange(accepted.payload).has(keys.operator);
  return !isSigner || earlier.document.approvals.some(({ key }) => key === keys.operator);
}

/** Writes the document for the others to sign, with our own signature where it counts. */
export async function collectSignatures(
  collecting: Collecting,
  world: World,
): Promise<Pick<OperatorReport, "outcome" | "verdict" | "signatures" | "document">> {
  const { accepted, change, earlier, out, keys, command } = collecting;
  const old = accepted.payload;
  let document = earlier?.document ?? change;
  if (!hasSigned(collecting) && mayChange(old).has(keys.operator))
    document = signKeysetChange(document, keys);
  if (earlier === undefined) await createChangeFile(out, document, world);
  else if (document !== earlier.document) await replaceChangeFile(earlier, document, world);
  const signatures = signaturesReport(stateWith(document, old), old);
  const verdict = waitingVerdict(signatures, out, command);
  return { outcome: "waiting", verdict, signatures, document: out };
}

function waitingVerdict(signatures: SignaturesReport, name: string, command: string): string {
  const { needed, signed, open } = signatures;
  const then = `\`${command} --approved ${name}\` records it`;
  if (isEnough(signatures)) return `Signed by ${signed.length} of ${needed}: ${then}.`;
  const missing = needed - signed.length;
  return `Waiting: ${signed.length} of ${needed} signatures are there; ${missing} of ${open.join(", ")} must run \`fleet operator approve ${name}\`, then ${then}.`;
}
