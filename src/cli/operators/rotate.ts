// `fleet operator rotate`: this machine goes on with its next key, in manifest, keyset, ledger and key file.
import { defined, type ExitCode, FleetError } from "../../core/index.ts";
import { type KeyRotation, mayChange, prepareRotation, rotateDraft } from "../../ledger/index.ts";
import { withOperator } from "../../manifest/index.ts";
import type { DesiredFleet, DesiredOperator } from "../../model/index.ts";
import { keysetOf, keysetToRecord } from "../../reconcile/index.ts";
import { printable } from "../../view/index.ts";
import type { Command } from "../shell/command.ts";
import { type Operator, requireOperator } from "../ledger/operator.ts";
import { relaysAndOthers } from "../ledger/feeds.ts";
import { bringUpToDate, publishAndTell } from "../ledger/relaying.ts";
import { type ManifestFile, readEditable, writeText } from "../manifest/rewrite-manifest.ts";
import type { World } from "../shell/world.ts";
import {
  approvedFiles,
  type ChangeFile,
  signaturesReport,
  stateWith,
  tooFewSignatures,
} from "./change-file.ts";
import { changeWords, firstKeysetWords } from "./change-words.ts";
import { type Collecting, collectingOf, collectSignatures, hasSigned } from "./collect.ts";
import { checkFollowed, type KeysetPast, readKeysets } from "./keyset-past.ts";
import { editOperator, type OperatorEdit } from "./manifest-text.ts";
import type { NextKeyset } from "./next-keyset.ts";
import { lineOfListed } from "./operator-line.ts";
import { CHANGE_OPTIONS, type ChangeRequest, changeRequestOf } from "./operator-options.ts";
import { checkUnchanged, recordKeyset, withLedger } from "./record.ts";
import { finish, isAgreed, type OperatorReport, showChange } from "./report.ts";
import {
  rotationChange,
  checkOtherFleets,
  keysetDrafts,
  type RotatedFleet,
  rotatedFleets,
} from "./rotation.ts";
import { keyFileOptions, endCutOffRotation } from "./settle.ts";

const COMMAND = "fleet operator rotate";

/** `fleet operator rotate`: this machine signs with its next key. */
export const operatorRotate: Command = {
  name: "operator rotate",
  about:
    "Go on with the next key of this machine's secret: the manifest lists it, the ledger records it and is handed over. Run again, it ends what was cut off.",
  words: [],
  options: CHANGE_OPTIONS,
  examples: ["fleet operator rotate", "fleet operator rotate --approved keyset-change.json"],
  async run(given, world): Promise<ExitCode> {
    const request = changeRequestOf(given, world);
    const operator = await requireOperator(request.keyFile, world);
    const manifest = await readEditable(request.manifest, "manifest", world);
    await bringUpToDate(operator, relaysAndOthers(operator, manifest.source), world);
    const past = await readKeysets(operator, manifest.source, world);
    const options = keyFileOptions(operator, request.keyFile, world);
    const keys = await endCutOffRotation(operator.keys, past.writer, options);
    if (keys !== undefined) {
      const listed = manifest.source.desired.operators.find(({ key }) => key === keys.operator);
      const missing = `${manifest.source.name} does not list ${keys.operator}: write it in place of the key before it`;
      return end(
        {
          fleet: manifest.source.desired.fleet,
          ...defined({ operator: listed?.name }),
          changes: [],
          notes: listed === undefined ? [missing] : [],
          outcome: "settled",
          verdict: `Done: the rotation that was cut off is complete; the key file has ${keys.operator}.`,
        },
        request,
        world,
      );
    }
    const rotation = await prepareRotation(options, ["ed25519"]);
    return await rotate({ operator, manifest, past, rotation }, request, world);
  },
};

function end(
  report: Omit<OperatorReport, "verb">,
  { isJson }: ChangeRequest,
  world: World,
): ExitCode {
  return finish({ verb: "rotate", ...report }, isJson, world);
}

/** What a rotation is decided by. */
interface RotateInput {
  readonly operator: Operator;
  readonly manifest: ManifestFile;
  readonly past: KeysetPast;
  readonly rotation: KeyRotation;
}

async function rotate(input: RotateInput, request: ChangeRequest, world: World): Promise<ExitCode> {
  const { manifest, past, rotation } = input;
  const { desired } = manifest.source;
  const { fleet } = desired;
  const approved = await approvedFiles(request.approved, world);
  const listed = listedOperator(desired, rotation);
  const first = firstKeyset(input, listed);
  const fleets = rotatedFleets(past, rotation, approved);
  const own = fleets.find((each) => each.fleet === fleet);
  const file = approved.get(fleet);
  if (own !== undefined && !own.isEnough && file !== undefined)
    throw tooFewFor(file, own, rotation);
  const collecting = await collectingFor(own, input, request, world);
  if (collecting === undefined) checkOtherFleets(fleets, fleet);
  const line = { ...lineOfListed(listed), key: rotation.next.operator };
  const isEdited = collecting === undefined && listed.key !== line.key;
  const text = isEdited ? withOperator(manifest.text, listed.name, line) : manifest.text;
  const edit = await editOperator(manifest, text, listed.name, world);
  const told = toldOf({ edit, fleets, listed, first, past, rotation });
  showChange({ diff: edit.diff, ...told }, world);
  const isWaiting = collecting !== undefined && hasSigned(collecting);
  if (!isWaiting && !(await isAgreed("Go on with the next key?", request, world)))
    return end(
      { ...told, outcome: "declined", verdict: "Declined: nothing was written." },
      request,
      world,
    );
  if (collecting !== undefined)
    return end({ ...told, ...(await collectSignatures(collecting, world)) }, request, world);
  const entries = await carryOut({ ...input, edit, fleets, first, approved }, request, world);
  await publishAndTell(input.operator, desired.ledger.relays, world);
  const verdict = `Done: this machine signs with ${rotation.next.operator} from now on, recorded as entry ${entries.at(-1) ?? 0}.`;
  return end({ ...told, outcome: "recorded", verdict, entries }, request, world);
}

/** Our line of the manifest: with the key before the rotation, or behind it where an earlier run was cut off. */
function listedOperator(
  { operators, fleet }: DesiredFleet,
  { keys, next }: KeyRotation,
): DesiredOperator {
  const listed = operators.find(({ key }) => key === keys.operator || key === next.operator);
  if (listed !== undefined) return listed;
  throw new FleetError(
    "cli/not-listed",
    `the manifest of fleet ${fleet} does not list this machine's key ${keys.operator}`,
    {
      next: "only a listed key can be rotated: have an operator with apply run `fleet operator add`",
      exit: 4,
    },
  );
}

/** The first keyset of the fleet, which must stand before one that replaces a key in it. */
function firstKeyset(
  { manifest, past, rotation: { keys } }: RotateInput,
  listed: DesiredOperator,
): Extract<NextKeyset, { readonly kind: "first" }> | undefined {
  const { desired } = manifest.source;
  if (past.follower.current(desired.fleet) !== undefined) return undefined;
  if (listed.key !== keys.operator)
    throw new FleetError(
      "cli/not-listed",
      `the manifest lists ${listed.key} for ${listed.name}, and nothing of it is recorded`,
      { next: `write ${keys.operator} there, then rotate`, exit: 4 },
    );
  const terms = keysetToRecord(keysetOf(desired));
  // Who may not apply cannot record a fleet's first keyset, and only hands the ledger over.
  return mayChange(terms).has(keys.operator) ? { kind: "first", terms } : undefined;
}

async function collectingFor(
  own: RotatedFleet | undefined,
  { past, rotation }: RotateInput,
  { out }: ChangeRequest,
  world: World,
): Promise<Collecting | undefined> {
  if (own === undefined || own.isEnough) return undefined;
  const { accepted } = own;
  const change = rotationChange(accepted, rotation);
  const collecting = { accepted, change, keys: rotation.keys, command: COMMAND, out };
  return await collectingOf(collecting, past, world);
}

function tooFewFor(
  { name, document }: ChangeFile,
  { accepted: { payload } }: RotatedFleet,
  { keys }: KeyRotation,
): FleetError {
  const state = stateWith(document, payload, keys.operator);
  return tooFewSignatures(name, signaturesReport(state, payload));
}

type Told = Pick<OperatorReport, "fleet" | "operator" | "changes" | "notes" | "manifest">;

function toldOf({
  edit,
  fleets,
  listed,
  first,
  past,
  rotation,
}: Pick<RotateInput, "past" | "rotation"> & {
  readonly edit: OperatorEdit;
  readonly fleets: readonly RotatedFleet[];
  readonly listed: DesiredOperator;
  readonly first: ReturnType<typeof firstKeyset>;
}): Told {
  const { fleet } = edit.desired;
  const words = fleets.flatMap(({ accepted }) =>
    changeWords({
      before: accepted.payload,
      after: rotationChange(accepted, rotation),
      isSealed: accepted.payload.epoch > 0,
    }).map((each) => (accepted.fleet === fleet ? each : `fleet ${accepted.fleet}: ${each}`)),
  );
  const changes = [
    ...(first === undefined ? [] : [firstKeysetWords(fleet, first.terms)]),
    ...words,
    `the ledger goes on in the same feed, signed with ${rotation.next.operator}; copies of the key file elsewhere sign nothing any more`,
  ].map(printable);
  const others = fleets.filter((each) => each.fleet !== fleet);
  const notes = [
    ...past.notes,
    ...others.map((each) => `write the next key into the manifest of fleet ${each.fleet} as well`),
  ].map(printable);
  const { diff, read } = edit;
  const shown = diff === "" ? {} : { manifest: { file: read.name, diff } };
  return { fleet, operator: listed.name, changes, notes, ...shown };
}

interface CarryOutInput extends RotateInput {
  readonly edit: OperatorEdit;
  readonly fleets: readonly RotatedFleet[];
  readonly first: ReturnType<typeof firstKeyset>;
  readonly approved: ReadonlyMap<string, ChangeFile>;
}

/**
 * Writes the manifest, then keysets and rotation in one commit, then the key file. Cut off before the commit, the
 * same command does the rest of it; behind it, {@link endCutOffRotation} writes the key file.
 */
async function carryOut(
  input: CarryOutInput,
  request: ChangeRequest,
  world: World,
): Promise<readonly number[]> {
  const { operator, manifest, rotation, edit, fleets, first, approved } = input;
  const { source } = manifest;
  const { keys, next } = rotation;
  if (first !== undefined) {
    const unedited = { ...edit, text: manifest.text, desired: source.desired, diff: "" };
    await recordKeyset({ next: first, edit: unedited, operator, source, request, world });
  }
  const entries = await withLedger(operator, request, world, async (ledger) => {
    const past = await readKeysets(operator, source, world, ledger);
    for (const { fleet, accepted } of fleets) checkUnchanged(past, fleet, accepted);
    const now = rotatedFleets(past, rotation, approved);
    checkOtherFleets(now, "");
    const shown = new Set([...fleets.map(({ fleet }) => fleet), source.desired.fleet]);
    const late = now.find(({ fleet }) => !shown.has(fleet));
    if (late !== undefined) checkUnchanged(past, late.fleet, undefined);
    const drafts = keysetDrafts(now, rotation, past.keyring, world);
    for (const { payload } of drafts)
      checkFollowed(past, payload, { keys, size: ledger.head.size });
    await writeText(edit, world);
    const appended = [...drafts, rotateDraft(rotation)];
    const records = await ledger.append(appended, { heads: past.heads, next });
    return records.map(({ index }) => index);
  });
  await rotation.write();
  return entries;
}
