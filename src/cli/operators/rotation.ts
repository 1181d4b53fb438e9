// What a rotation of our key changes in the keysets of all fleets that list it, and who still has to sign.
import { type Digest, FleetError } from "../../core/index.ts";
import {
  type AcceptedKeyset,
  type EntryDraft,
  type Keyring,
  type KeysetApproval,
  makeKeysetChange,
  type OwnRotation,
  rotatedTerms,
  rotationKeyset,
} from "../../ledger/index.ts";
import type { World } from "../shell/world.ts";
import {
  type ChangeFile,
  checkApproved,
  isEnough,
  signaturesReport,
  stateWith,
} from "./change-file.ts";
import type { KeysetPast } from "./keyset-past.ts";

/** The keyset of one fleet that a rotation of our key replaces. */
export interface RotatedFleet {
  readonly fleet: string;
  readonly accepted: AcceptedKeyset;
  /** What the approvals sign as the keyset before. */
  readonly previous: Digest;
  readonly approvals: readonly KeysetApproval[];
  /** True when no more operators have to sign. */
  readonly isEnough: boolean;
}

/**
 * The fleets whose keyset in force lists our key: a ledger that goes on under another key needs that of each to
 * say so.
 * @throws FleetError cli/other-change, cli/signatures (exit 4), cli/stale-change (exit 5)
 */
export function rotatedFleets(
  past: KeysetPast,
  rotation: OwnRotation,
  approved: ReadonlyMap<string, ChangeFile>,
): readonly RotatedFleet[] {
  const { keys } = rotation;
  const fleets = past.follower.fleets.flatMap((fleet) => {
    const accepted = past.follower.current(fleet);
    const operators = Object.values(accepted?.payload.operators ?? {});
    const isListed = operators.some(({ key }) => key === keys.operator);
    if (accepted === undefined || !isListed) return [];
    const file = approved.get(fleet);
    const change = rotationChange(accepted, rotation);
    if (file !== undefined) checkApproved(file, change, past);
    const { approvals, previous } = file?.document ?? change;
    const state = stateWith({ approvals }, accepted.payload, keys.operator);
    return [{ fleet, accepted, previous, approvals, isEnough: isEnough(state) }];
  });
  const unused = [...approved].find(([fleet]) => !fleets.some((each) => each.fleet === fleet));
  if (unused === undefined) return fleets;
  throw new FleetError(
    "cli/other-change",
    `${unused[1].name} is of a fleet whose recorded keyset does not list this machine's key`,
    { next: "leave it out", exit: 4 },
  );
}

/** The change of one fleet's keyset, as the other operators sign it. */
export function rotationChange(
  { fleet, digest, payload }: AcceptedKeyset,
  rotation: OwnRotation,
): ReturnType<typeof makeKeysetChange> {
  return makeKeysetChange({ fleet, previous: digest, ...rotatedTerms(payload, rotation) });
}

/** The keyset entries of a rotation, one a fleet. */
export function keysetDrafts(
  fleets: readonly RotatedFleet[],
  rotation: OwnRotation,
  keyring: Keyring,
  world: World,
): readonly Extract<EntryDraft, { readonly kind: "keyset" }>[] {
  return fleets.flatMap(({ accepted: { payload, writer }, previous, approvals }) => {
    const { random } = world;
    const draft = rotationKeyset(
      { digest: previous, payload, writer },
      { ...rotation, keyring, random, approvals },
    );
    return draft.kind === "keyset" ? [draft] : [];
  });
}

/** Refuses while a fleet besides the manifest's lacks signatures: its keyset stands in the same ledger. */
export function checkOtherFleets(fleets: readonly RotatedFleet[], own: string): void {
  const lacking = fleets.find((each) => each.fleet !== own && !each.isEnough);
  if (lacking === undefined) return;
  const { accepted, approvals, fleet } = lacking;
  const { needed, signed } = signaturesReport(
    stateWith({ approvals }, accepted.payload),
    accepted.payload,
  );
  throw new FleetError(
    "cli/signatures",
    `this machine's ledger records fleet ${fleet} too, and its keyset asks for ${needed} signatures of a change; ${signed.length} are given`,
    {
      next: `run \`fleet operator rotate\` with the manifest of ${fleet} for its document, have it signed, and give both with --approved`,
      exit: 4,
    },
  );
}
