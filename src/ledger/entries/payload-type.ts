import { FleetError } from "../../core/index.ts";
import { ENTRY_KINDS, type EntryKind, NEVER_SEALED } from "./payloads.ts";

/** What the PayloadType of an entry says. */
export interface PayloadForm {
  readonly kind: EntryKind;
  /** The id of the epoch key it is sealed with. */
  readonly sealedWith: string | undefined;
  /** Which of how many entries that one payload was split into; both count from 1. */
  readonly part: number;
  readonly parts: number;
}

const FORM =
  /^application\/vnd\.skywire-fleet\.([a-z-]+)\.v(\d+)\+json(?:; sealed=([0-9a-f]{16}))?(?:; part=([1-9]\d*)\/([1-9]\d*))?$/;
const FORM_VERSION = "1";
const PARTS_MAX = 10_000;

/** Formats a PayloadType. */
export function formatPayloadType({ kind, sealedWith, part, parts }: PayloadForm): string {
  const sealed = sealedWith === undefined ? "" : `; sealed=${sealedWith}`;
  return `application/vnd.skywire-fleet.${kind}.v1+json${sealed}${parts === 1 ? "" : `; part=${part}/${parts}`}`;
}

/**
 * Parses the PayloadType of an entry of a kind.
 * @throws FleetError ledger/version for a newer form, ledger/entry for anything else
 */
export function parsePayloadType(kind: string, text: string): PayloadForm {
  const [, named, version, sealedWith, part = "1", parts = "1"] = FORM.exec(text) ?? [];
  const known = ENTRY_KINDS.find((each) => each === kind);
  if (known === undefined || (named === kind && version !== FORM_VERSION)) {
    throw new FleetError(
      "ledger/version",
      `an entry of kind ${kind} and type ${text} is newer than this release`,
      {
        next: "update fleet to a release that reads this ledger",
        exit: 4,
      },
    );
  }
  const form = { kind: known, sealedWith, part: Number(part), parts: Number(parts) };
  const isOpen = sealedWith === undefined || !NEVER_SEALED.has(known);
  const isSound = isOpen && named === kind && form.part <= form.parts && form.parts <= PARTS_MAX;
  if (!isSound || formatPayloadType(form) !== text) {
    throw new FleetError(
      "ledger/entry",
      `the payload type ${text} does not fit an entry of kind ${kind}`,
    );
  }
  return form;
}
