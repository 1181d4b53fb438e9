// The cure of a relay that is hollow: the list of entries written anew, so that the relay asks for all it lacks.

import { counted } from "../../core/index.ts";
import type { RelayResult } from "../../replicas/index.ts";
import { saysYes } from "../shell/ask.ts";
import { openFeeds, seenHeads } from "./feeds.ts";
import { canAsk } from "../shell/screen.ts";
import type { ManifestSource } from "../manifest/manifest-source.ts";
import { type LockRequest, openOwnLedger, type Operator } from "./operator.ts";
import type { World } from "../shell/world.ts";
import { fleetOf } from "./heartbeat.ts";
import { errLine } from "../shell/print.ts";

/** Whose ledger is to be written anew, and who else reads it. */
export interface MendInput {
  readonly operator: Operator;
  readonly source: ManifestSource | undefined;
  readonly lock: LockRequest;
  /** It may be written anew without asking, also where other operators read the ledger. */
  readonly isMend: boolean;
  readonly world: World;
}

/**
 * Writes the list of entries of our ledger anew where relays are hollow, after saying what that means for release 0.1.0.
 * A Go node skips what is below a node of a list that it has, so only other nodes bring it to ask for what it lacks.
 * Where other operators read the ledger it takes `--mend` or an answer.
 * @returns true when there is a new Root to publish
 * @throws FleetError ledger/* (exit 4)
 */
export async function mendHollow(
  results: readonly RelayResult[],
  { operator, source, lock, isMend, world }: MendInput,
): Promise<boolean> {
  const hollow = results.filter(({ outcome }) => outcome.kind === "hollow");
  if (hollow.length === 0) return false;
  const readers = (source?.desired.operators ?? [])
    .filter(({ key }) => key !== operator.keys.operator)
    .map(({ name }) => name);
  for (const sentence of warning(hollow, readers)) errLine(world, sentence);
  if (readers.length > 0 && !isMend) {
    if (!canAsk(world)) {
      world.terminal.err(
        "note: nothing was written anew, since nobody can be asked here; `fleet ledger publish --mend` does it\n",
      );
      return false;
    }
    const question = "Write the list of entries anew?";
    const declined = "nothing was written";
    if (!(await saysYes({ question, declined, next: "give --mend" }, world))) return false;
  }
  const ledger = await openOwnLedger(operator, lock, world);
  try {
    const feeds = await openFeeds(operator, source, world, ledger);
    const fleet = await fleetOf({ source, ledger });
    const draft = { kind: "heartbeat", payload: { fleet } } as const;
    await ledger.append([draft], { heads: seenHeads(feeds), relist: true });
    errLine(world, `the list of entries was written anew, at degree ${ledger.degree}`);
  } finally {
    await ledger.close();
  }
  return true;
}

function warning(hollow: readonly RelayResult[], readers: readonly string[]): readonly string[] {
  const names = hollow.map(({ relay }) => relay).join(", ");
  const verb = hollow.length === 1 ? "is" : "are";
  const who =
    readers.length === 0
      ? "Nobody else reads this ledger by the manifest."
      : `${counted(readers.length, "operator")} of the manifest (${readers.join(", ")}) must update first.`;
  return [
    `${names} ${verb} hollow and will ask for nothing that is missing there. What mends that is one more entry over a list that is written anew, at a degree above 16, where the ledger then stays.`,
    `Release 0.1.0 cannot read such a list: there fleet calls each relay of this ledger a liar (malformed: "the log of N entries has a list of N"), takes none of its newer entries, and can neither restore nor open it. ` +
      `A relay of release 0.1.0 (fleet ledger serve) takes it like any other. ${who}`,
  ];
}
