// The way that adding and removing an operator share: look, show, ask, write the manifest, record the keyset.
import { type ExitCode, FleetError } from "../../core/index.ts";
import type { AcceptedKeyset } from "../../ledger/index.ts";
import type { OperatorLine } from "../../manifest/index.ts";
import type { DesiredFleet } from "../../model/index.ts";
import { keysetDifferences, keysetFromRecord, keysetOf } from "../../reconcile/index.ts";
import { printable } from "../../view/index.ts";
import { type Operator, requireOperator } from "../ledger/operator.ts";
import { relaysAndOthers } from "../ledger/feeds.ts";
import { bringUpToDate, publishAndTell } from "../ledger/relaying.ts";
import { type ManifestFile, readEditable, writeText } from "../manifest/rewrite-manifest.ts";
import type { World } from "../shell/world.ts";
import { approvedFiles, type ChangeFile } from "./change-file.ts";
import { changeWords, firstKeysetWords } from "./change-words.ts";
import { type Collecting, collectingOf, collectSignatures, hasSigned } from "./collect.ts";
import { checkWriter, type KeysetPast, readKeysets } from "./keyset-past.ts";
import { editOperator, type OperatorEdit } from "./manifest-text.ts";
import { type NextKeyset, nextKeyset, termsWith } from "./next-keyset.ts";
import { checkHasEpochKey, recordKeyset } from "./record.ts";
import { finish, isAgreed, type OperatorReport, showChange } from "./report.ts";
import type { ChangeRequest } from "./operator-options.ts";

/** A change of one operator, as a command was asked for it. */
export interface OperatorChange {
  readonly verb: "add" | "remove";
  readonly name: string;
  /** What the operator is to be; `undefined`: none any more. */
  line(input: ChangeInput): OperatorLine | undefined;
  /** The manifest's text behind the change; `line` is that of an operator who is not listed yet. */
  edit(text: string, line: OperatorLine | undefined): string;
}

/** What a change is decided by. */
export interface ChangeInput {
  readonly manifest: ManifestFile;
  readonly past: KeysetPast;
  readonly operator: Operator;
}

type Told = Pick<OperatorReport, "verb" | "fleet" | "operator" | "changes" | "notes" | "manifest">;

/** A change that was looked at. */
interface Prepared {
  readonly change: OperatorChange;
  readonly operator: Operator;
  readonly edit: OperatorEdit;
  readonly next: NextKeyset;
  /** Set when more operators have to sign. */
  readonly collecting: Collecting | undefined;
  readonly told: Told;
}

/**
 * Makes manifest and record say the same of one operator: shows, asks, writes the manifest, and records the keyset
 * or collects the signatures that it needs.
 */
export async function changeOperator(
  change: OperatorChange,
  request: ChangeRequest,
  world: World,
): Promise<ExitCode> {
  const prepared = await prepare(change, request, world);
  const { next, edit, told, collecting } = prepared;
  const end = (outcome: Outcome): ExitCode =>
    finish({ ...told, ...outcome }, request.isJson, world);
  showChange({ diff: edit.diff, ...told }, world);
  if (edit.diff === "" && next.kind === "none") {
    const state = change.verb === "add" ? "listed and recorded" : "neither listed nor recorded";
    return end({ outcome: "in-order", verdict: `Nothing to do: ${change.name} is ${state}.` });
  }
  const isWaiting = edit.diff === "" && collecting !== undefined && hasSigned(collecting);
  const question = `${change.verb === "add" ? "Add" : "Remove"} operator ${change.name}?`;
  if (!isWaiting && !(await isAgreed(question, request, world)))
    return end({ outcome: "declined", verdict: "Declined: nothing was written." });
  return end(await carryOut(prepared, request, world));
}

async function prepare(
  change: OperatorChange,
  request: ChangeRequest,
  world: World,
): Promise<Prepared> {
  const { name, verb } = change;
  const operator = await requireOperator(request.keyFile, world);
  const approved = await approvedFiles(request.approved, world);
  const manifest = await readEditable(request.manifest, "manifest", world);
  const fresh = await bringUpToDate(operator, relaysAndOthers(operator, manifest.source), world);
  const past = await readKeysets(operator, manifest.source, world);
  checkWriter(past, operator.keys);
  const line = change.line({ manifest, past, operator });
  const isListed = manifest.source.desired.operators.some((each) => each.name === name);
  const text = change.edit(manifest.text, isListed ? undefined : line);
  const edit = await editOperator(manifest, text, name, world);
  const { desired, diff, read } = edit;
  const { fleet } = desired;
  const accepted = past.follower.current(fleet);
  const other = [...approved.values()].find(({ document }) => document.fleet !== fleet);
  if (other !== undefined) throw otherFleet(other, fleet);
  const { keys } = operator;
  const next = nextKeyset({ name, line, desired, past, keys, approved: approved.get(fleet) });
  if (line?.seal !== undefined && accepted !== undefined && next.kind !== "none")
    checkHasEpochKey(accepted, past.keyring);
  const changes = wordsOf(next, change, desired);
  const notes = [
    ...fresh.notes,
    ...past.notes,
    ...leftNotes(edit, next, accepted),
    ...needNotes(line, desired),
  ].map(printable);
  const shown = diff === "" ? {} : { manifest: { file: read.name, diff } };
  const told: Told = { verb, fleet, operator: name, changes, notes, ...shown };
  const command = `fleet operator ${verb} ${name}`;
  const collecting =
    next.kind === "collect"
      ? await collectingOf({ ...next, keys, command, out: request.out }, past, world)
      : undefined;
  return { change, operator, edit, next, collecting, told };
}

function wordsOf(
  next: NextKeyset,
  { verb, name }: OperatorChange,
  { fleet, ledger }: DesiredFleet,
): readonly string[] {
  if (next.kind === "none") return [];
  if (next.kind !== "first") {
    const { payload } = next.accepted;
    return changeWords({ before: payload, after: next.change, isSealed: payload.epoch > 0 });
  }
  const { terms } = next;
  const first = firstKeysetWords(fleet, terms);
  if (verb === "remove") return [first];
  const before = termsWith(terms, name, undefined);
  return [first, ...changeWords({ before, after: terms, isSealed: ledger.seal })];
}

/** What two who may apply need so that neither writes over the other unseen. */
function needNotes(
  line: OperatorLine | undefined,
  { ledger, operators }: DesiredFleet,
): readonly string[] {
  if (line === undefined || !line.may.includes("apply")) return [];
  if (operators.filter(({ may }) => may.includes("apply")).length < 2) return [];
  if (ledger.relays.length > 0 && line.feed !== undefined) return [];
  const lacking =
    ledger.relays.length === 0
      ? "no relay is listed under ledger.relays"
      : "the manifest names no feed of this operator (--feed)";
  return [
    `${lacking}: neither sees what the other records before an apply, and each may write over the other; with relays that both reach (\`fleet ledger serve\`) and a feed for each, such an apply is refused`,
  ];
}

/** What the manifest wants beside this change: an apply shows it and records it. */
function leftNotes(
  { desired, read }: OperatorEdit,
  next: NextKeyset,
  accepted: AcceptedKeyset | undefined,
): readonly string[] {
  if (accepted === undefined) return [];
  const after = "change" in next ? next.change : accepted.payload;
  const left = keysetDifferences(keysetFromRecord(after), keysetOf(desired));
  return left.length === 0
    ? []
    : [
        `${read.name} also says what this does not record and \`fleet apply\` does: ${left.join("; ")}`,
      ];
}

type Outcome = Pick<OperatorReport, "outcome" | "verdict" | "entries" | "signatures" | "document">;

async function carryOut(
  { change: { verb, name }, operator, edit, next, collecting }: Prepared,
  request: ChangeRequest,
  world: World,
): Promise<Outcome> {
  const done = `operator ${name} is ${verb === "add" ? "added" : "removed"}`;
  if (next.kind === "first" || next.kind === "record") {
    const { source } = edit.read;
    const { entry, epoch } = await recordKeyset({ next, edit, operator, source, request, world });
    const sealed = epoch === 0 ? "" : `; epoch ${epoch} begins`;
    await publishAndTell(operator, edit.desired.ledger.relays, world);
    const verdict = `Done: ${done}, recorded as entry ${entry}${sealed}.`;
    return { outcome: "recorded", verdict, entries: [entry] };
  }
  await writeText(edit, world);
  if (collecting !== undefined) return await collectSignatures(collecting, world);
  return {
    outcome: "written",
    verdict: `Wrote ${edit.read.name}: ${done}, as is recorded already.`,
  };
}

function otherFleet({ name, document }: ChangeFile, fleet: string): FleetError {
  return new FleetError(
    "cli/other-change",
    `${name} is of fleet ${printable(document.fleet)}, and the manifest of fleet ${fleet}`,
    { next: "name that fleet's manifest with --manifest", exit: 4 },
  );
}
