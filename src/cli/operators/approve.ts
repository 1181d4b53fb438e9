// `fleet operator approve`: signs a change of operators that another began; it records nothing itself.
import { type ExitCode, FleetError } from "../../core/index.ts";
import { hasSameTerms, type KeysetTerms, signKeysetChange } from "../../ledger/index.ts";
import { keysetDifferences, keysetFromRecord, keysetOf } from "../../reconcile/index.ts";
import { printable } from "../../view/index.ts";
import type { Command } from "../shell/command.ts";
import type { ManifestSource } from "../manifest/manifest-source.ts";
import { relaysAndOthers } from "../ledger/feeds.ts";
import { pullOthers } from "../ledger/relaying.ts";
import { manifestFacts } from "../manifest/names-of-manifest.ts";
import { requireOperator } from "../ledger/operator.ts";
import { JSON_OPTION, MANIFEST_OPTION, OPERATOR_OPTIONS } from "../shell/options.ts";
import {
  isEnough,
  readChangeFile,
  replaceChangeFile,
  signaturesReport,
  staleChange,
  stateWith,
} from "./change-file.ts";
import { changeWords } from "./change-words.ts";
import { checkMayChange, checkWriter, readKeysets } from "./keyset-past.ts";
import {
  finish,
  isAgreed,
  type OperatorReport,
  showChange,
  type SignaturesReport,
} from "./report.ts";
import { ledgerRequestOf } from "../shell/kept-files.ts";

/** `fleet operator approve`: signs a change of operators that another operator began. */
export const operatorApprove: Command = {
  name: "operator approve",
  about:
    "Sign a change of operators that another operator began: says in words what changes, checks every signature in it, asks, and adds ours.",
  words: [{ form: "<FILE>", about: "the document, such as keyset-change.json" }],
  options: [
    { name: "yes", short: "y", about: "sign without asking" },
    MANIFEST_OPTION,
    JSON_OPTION,
    ...OPERATOR_OPTIONS,
  ],
  examples: [
    "fleet operator approve keyset-change.json",
    "fleet operator approve keyset-change.json --yes --json",
  ],
  async run(given, world): Promise<ExitCode> {
    const request = { ...ledgerRequestOf(given, world), isYes: given.flag("yes") };
    const operator = await requireOperator(request.keyFile, world);
    const { keys } = operator;
    const file = await readChangeFile(given.words[0] ?? "", world);
    const { name, document } = file;
    const { source } = await manifestFacts(request, world);
    const { relays, others } = relaysAndOthers(operator, source);
    await pullOthers(others, relays, world);
    const past = await readKeysets(operator, source, world);
    checkWriter(past, keys);
    const { fleet } = document;
    const accepted = past.follower.current(fleet);
    if (accepted === undefined) throw nothingRecorded(fleet);
    const old = accepted.payload;
    const told = { verb: "approve", fleet, document: name } as const;
    const end = (
      more: Pick<OperatorReport, "outcome" | "verdict" | "changes" | "notes" | "signatures">,
    ): ExitCode => finish({ ...told, ...more }, given.flag("json"), world);
    const place = past.follower.placeOf(fleet, document.previous);
    if (place === "earlier" && hasSameTerms(document, old)) {
      const verdict = `Nothing to do: what ${name} says is recorded.`;
      return end({ outcome: "in-order", verdict, changes: [], notes: past.notes.map(printable) });
    }
    if (place !== "in-force") throw staleChange(name);
    checkMayChange(accepted, keys);
    const changes = changeWords({ before: old, after: document, isSealed: old.epoch > 0 });
    const notes = [...past.notes, ...manifestNotes(document, fleet, source)].map(printable);
    const signatures = signaturesReport(stateWith(document, old), old);
    const so = `${signatures.signed.length} of ${signatures.needed} signatures are there`;
    showChange({ diff: "", changes: [...changes, so], notes }, world);
    if (document.approvals.some(({ key }) => key === keys.operator)) {
      const verdict = `Signed by us already: ${waitText(signatures, name)}`;
      return end({ outcome: "in-order", verdict, changes, notes, signatures });
    }
    if (!(await isAgreed("Sign this change?", request, world)))
      return end({ outcome: "declined", verdict: "Declined: not signed.", changes, notes });
    const signed = signKeysetChange(document, keys);
    await replaceChangeFile(file, signed, world);
    const after = signaturesReport(stateWith(signed, old), old);
    const verdict = `Signed: ${waitText(after, name)}`;
    return end({ outcome: "signed", verdict, changes, notes, signatures: after });
  },
};

function waitText(signatures: SignaturesReport, name: string): string {
  const { needed, signed, open } = signatures;
  const so = `${signed.length} of ${needed} signatures`;
  return isEnough(signatures)
    ? `${so}; give ${name} back to who began the change, whose command records it with --approved ${name}.`
    : `${so}; ${needed - signed.length} of ${open.join(", ")} must sign ${name} too.`;
}

/** Whether the manifest here says what the change says: if not, the next apply here would want it undone. */
function manifestNotes(
  document: KeysetTerms,
  fleet: string,
  source: ManifestSource | undefined,
): readonly string[] {
  if (source === undefined || source.desired.fleet !== fleet) return [];
  const left = keysetDifferences(keysetFromRecord(document), keysetOf(source.desired));
  return left.length === 0
    ? []
    : [`${source.name} here says something else than this change: ${left.join("; ")}`];
}

function nothingRecorded(fleet: string): FleetError {
  return new FleetError(
    "cli/no-keyset",
    `the ledgers on this machine record no keyset of fleet ${printable(fleet)}`,
    { next: "bring the ledgers of the others here with `fleet ledger pull`", exit: 4 },
  );
}
