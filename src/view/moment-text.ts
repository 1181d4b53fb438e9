// What visors were like at an entry of the ledger, as `fleet at` and `fleet diff` print it.
import { counted, defined, type Json, type VisorKey } from "../core/index.ts";
import type {
  RecordedField,
  Moment,
  MomentChange,
  RecordRef,
  VisorChanges,
  VisorState,
} from "../ledger/index.ts";
import { byText, fieldValueText, refDocument } from "./blame-text.ts";
import { type Paint, printable, tableText, whenAny } from "./text.ts";
import { type FeedNames, refText, timeText } from "./record-text.ts";
import { keyLabel, type Names, shortKey, valueText } from "./change-text.ts";

/** A field with the value it had last in the records. */
export interface TimedField extends Pick<RecordedField, "path" | "element" | "unsure"> {
  readonly value: Json;
  /** Written by `fleet` and seen there, or found there. */
  readonly how: "set" | "seen";
  readonly at: RecordRef;
  /** It is, or holds, the reference of a secret. */
  readonly isSecret: boolean;
}

/** One visor as it was recorded. */
export interface TimedVisor extends Pick<VisorState, "visor" | "ownedBy"> {
  readonly leaves: readonly TimedField[];
  /** Owned paths whose values no record holds: they were as wanted whenever a plan was applied. */
  readonly notRecorded: readonly string[];
}

/** A moment, and the last record that counts for it. */
export interface TimedMoment {
  readonly moment: Moment;
  readonly last: RecordRef | undefined;
  readonly sealed: number;
}

/** A fleet as last recorded at a moment. */
export interface FleetThen extends TimedMoment {
  readonly visors: readonly TimedVisor[];
}

/** The fleet as last recorded then. The last line counts, and says what is not known. */
export function fleetThenText(
  then: FleetThen,
  names: Names,
  feeds: FeedNames,
  paint: Paint,
): string {
  const blocks = then.visors.map(
    (visor) =>
      visorHead(visor.visor, names, paint) +
      tableText([
        ...visor.leaves.map((field) => [
          `  ${field.unsure === undefined ? " " : paint("unknown", "?")} ${printable(field.path)}`,
          fieldValueText(field, names),
          `${field.how} ${byText(field.at, feeds)}${unsureText(field, names, feeds)}`,
        ]),
        ...visor.notRecorded.map((path) => [
          `  ${paint("unknown", "?")} ${printable(path)}`,
          "(not known)",
          "owned, and never changed by fleet: its value was not recorded",
        ]),
      ]),
  );
  const fields = then.visors.flatMap((visor) => visor.leaves);
  const unknown = then.visors.reduce((sum, visor) => sum + visor.notRecorded.length, 0);
  const last =
    `${momentLabel(then, feeds)}: ${counted(then.visors.length, "visor")}, ${counted(fields.length, "value")} recorded` +
    whenAny(
      fields.filter(({ unsure }) => unsure !== undefined).length,
      "with a write of unknown outcome",
    ) +
    whenAny(unknown, "not recorded") +
    whenAny(fields.filter(({ isSecret }) => isSecret).length, "known by reference only") +
    sealedText(then.sealed);
  return `${blocks.join("")}${paint("strong", `At ${last}.`)}\n`;
}

/** What differs between two moments. The last line counts. */
export function momentDiffText(
  diff: MomentDiff,
  names: Names,
  feeds: FeedNames,
  paint: Paint,
): string {
  const blocks = diff.visors.map(
    ({ visor, changes }) =>
      visorHead(visor, names, paint) +
      tableText(
        changes.map((change) => [
          `  ${changeGlyph(change, paint)} ${printable(change.path)}`,
          changeText(change, names),
          change.at === undefined ? "" : byText(change.at, feeds),
        ]),
      ),
  );
  const count = diff.visors.reduce((sum, { changes }) => sum + changes.length, 0);
  const between = `between ${momentLabel(diff.from, feeds)} and ${momentLabel(diff.to, feeds)}`;
  const sealed = sealedText(Math.max(diff.from.sealed, diff.to.sealed));
  const last =
    count === 0
      ? `Diff: no recorded difference ${between}${sealed}.`
      : `Diff: ${counted(count, "difference")} on ${counted(diff.visors.length, "visor")} ${between}${sealed}.`;
  return `${blocks.join("")}${paint("strong", last)}\n`;
}

/** Two moments and what differs. */
export interface MomentDiff {
  readonly from: TimedMoment;
  readonly to: TimedMoment;
  readonly visors: readonly VisorChanges[];
}

/** `3d (#14, 2026-11-22 09:00:00Z)`. */
function momentLabel({ moment, last }: TimedMoment, feeds: FeedNames): string {
  const commit = moment.commit === undefined ? "" : `commit ${moment.commit.slice(0, 10)}, `;
  const to = last === undefined ? "nothing" : `${refText(last, feeds)}, ${timeText(last.timeMs)}`;
  return `${printable(moment.text)} (${commit}recorded up to ${to})`;
}

function sealedText(sealed: number): string {
  return whenAny(sealed, "entry sealed to others", "entries sealed to others");
}

function visorHead(visor: VisorKey, names: Names, paint: Paint): string {
  const name = keyLabel(visor, names);
  return name === visor
    ? `${visor}\n`
    : `${paint("strong", printable(name))}  ${shortKey(visor)}\n`;
}

function unsureText({ unsure, element }: TimedField, names: Names, feeds: FeedNames): string {
  if (unsure === undefined) return "";
  const wanted = fieldValueText({ value: unsure.value, ...defined({ element }) }, names);
  return `; perhaps ${wanted}, by ${byText(unsure.at, feeds)}, whose outcome was not seen`;
}

function changeGlyph({ before, after, element }: MomentChange, paint: Paint): string {
  if (element !== undefined) {
    return after === true
      ? paint("add", "+")
      : after === false
        ? paint("remove", "-")
        : paint("unknown", "?");
  }
  if (before === undefined) return paint("add", "+");
  return after === undefined ? paint("remove", "-") : paint("change", "~");
}

function changeText({ element, before, after }: MomentChange, names: Names): string {
  const side = (value: Json | undefined): string =>
    value === undefined ? "(not recorded)" : valueText(value, names);
  if (element === undefined) return `${side(before)} -> ${side(after)}`;
  return after === undefined
    ? `${valueText(element, names)} (not recorded)`
    : valueText(element, names);
}

/** The fleet as last recorded then, as a document. */
export function fleetThenDocument(then: FleetThen, names: Names, feeds: FeedNames): Json {
  return {
    format: "fleet.skywire/at/v1",
    moment: momentDocument(then, feeds),
    visors: then.visors.map(({ visor, leaves: fields, notRecorded }) => ({
      visor,
      name: keyLabel(visor, names),
      leaves: fields.map(({ path, element, value, how, at, isSecret, unsure }) => ({
        path,
        element,
        value,
        how,
        secret: isSecret,
        recorded: refDocument(at, feeds),
        ...(unsure === undefined
          ? {}
          : {
              unknownOutcome: {
                why: unsure.why,
                wanted: unsure.value,
                begun: refDocument(unsure.at, feeds),
              },
            }),
      })),
      notRecorded,
    })),
  };
}

/** What differs between two moments, as a document. */
export function momentDiffDocument(diff: MomentDiff, names: Names, feeds: FeedNames): Json {
  return {
    format: "fleet.skywire/diff/v1",
    from: momentDocument(diff.from, feeds),
    to: momentDocument(diff.to, feeds),
    visors: diff.visors.map(({ visor, changes }) => ({
      visor,
      name: keyLabel(visor, names),
      changes: changes.map(({ path, element, before, after, at }) => ({
        path,
        element,
        before,
        after,
        recorded: at === undefined ? undefined : refDocument(at, feeds),
      })),
    })),
  };
}

function momentDocument({ moment, last, sealed }: TimedMoment, feeds: FeedNames): Json {
  return {
    given: moment.text,
    commit: moment.commit,
    last: last === undefined ? undefined : refDocument(last, feeds),
    sealed,
  };
}
