// The apply that a word names, as `fleet history` calls it.
import { FleetError } from "../../core/index.ts";
import { Applies, type Apply, type JoinedRecord } from "../../ledger/index.ts";
import { refText } from "../../view/index.ts";
import { ENTRY_FORM, namedEntry, type RecordsSource } from "../record/records-source.ts";

/** An apply whose plan can be read. */
export interface NamedApply extends Apply {
  readonly plan: NonNullable<Apply["plan"]>;
  /** What it is called on a command line: `12`, or `kim:12` of another ledger. */
  readonly word: string;
}

/**
 * Finds an apply in the record.
 * @throws FleetError cli/no-apply (exit 64) for a word that names none, cli/sealed and cli/not-accepted
 *   (exit 4) for one that may not be gone by
 */
export async function findApply(word: string, source: RecordsSource): Promise<NamedApply> {
  if (!ENTRY_FORM.test(word)) throw noApply(`${JSON.stringify(word)} names no entry of a ledger`);
  const { feed, index } = namedEntry(word, source);
  const applies = new Applies(source.own);
  let hit: JoinedRecord | undefined;
  for await (const record of source.records()) {
    applies.next(record);
    const isHit = index >= record.index && index < record.index + record.parts;
    if (record.feed === feed && isHit) hit = record;
  }
  if (hit === undefined)
    throw noApply(`there is no entry ${word.replace("#", "")} in the ledgers here`);
  const apply = applies.of(hit);
  const called = refText({ feed, index: hit.index }, source.feeds);
  if (apply === undefined) throw noApply(`entry ${called} is ${kindText(hit.kind)}, and no apply`);
  const name = wordOf(apply, source);
  if (hit.kind !== "plan") {
    throw noApply(
      `entry ${called} is ${kindText(hit.kind)} of the apply ${refText(apply.at, source.feeds)}`,
      `\`fleet rollback ${name}\` plans the manifest of that apply`,
    );
  }
  const { plan } = apply;
  if (plan === undefined) {
    throw new FleetError("cli/sealed", `apply ${called} is sealed, and no key here opens it`, {
      next: "run it where the key of an operator is that the entry was sealed for",
      exit: 4,
    });
  }
  if (!apply.counts) {
    throw new FleetError(
      "cli/not-accepted",
      `apply ${called} is by nobody whom the keyset of then let apply`,
      { next: "`fleet history` lists the others", exit: 4 },
    );
  }
  return { ...apply, plan, word: name };
}

function kindText(kind: string): string {
  return `${/^[aio]/.test(kind) ? "an" : "a"} ${kind}`;
}

/** An apply as a shell takes it: a word that begins with # would be a comment. */
function wordOf({ at }: Pick<Apply, "at">, { feeds }: RecordsSource): string {
  return refText(at, feeds).replace(/^#/, "");
}

function noApply(message: string, next = "`fleet history` lists the applies"): FleetError {
  return new FleetError("cli/no-apply", message, { next, exit: 64 });
}
