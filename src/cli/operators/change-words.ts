// What a change of the keyset means for each operator, in sentences that are read before anybody agrees to it.
import type { KeysetOperator, KeysetTerms } from "../../ledger/index.ts";
import { keysetDifferences, keysetFromRecord } from "../../reconcile/index.ts";
import { printable } from "../../view/index.ts";

/** A change of a keyset, and whether what is recorded under it is sealed. */
export interface TermsChange {
  readonly before: KeysetTerms;
  readonly after: KeysetTerms;
  readonly isSealed: boolean;
}

/** What a change is, and what it means for whom, in plain words, a sentence each. */
export function changeWords(change: TermsChange): readonly string[] {
  const { before, after } = change;
  const differences = keysetDifferences(keysetFromRecord(before), keysetFromRecord(after));
  return [...differences, ...meaningOf(change)].map(printable);
}

/** What recording the first keyset of a fleet means, in one sentence. */
export function firstKeysetWords(fleet: string, terms: KeysetTerms): string {
  const who = keysetFromRecord(terms).operators.map(
    ({ name, may }) => `${name} (${may.join(", ")})`,
  );
  return printable(
    `nothing is recorded yet of who may do what in fleet ${fleet}: this records all of it; the operators are ${who.join(", ")}`,
  );
}

function meaningOf({ before, after, isSealed }: TermsChange): readonly string[] {
  const old = new Map(Object.entries(before.operators));
  const words: string[] = [];
  for (const [name, operator] of Object.entries(after.operators)) {
    const earlier = old.get(name);
    old.delete(name);
    if (earlier === undefined) words.push(...gains(name, operator, isSealed));
    else words.push(...moves(name, earlier, { operator, isSealed }));
  }
  for (const [name, operator] of old) words.push(...losses(name, operator, isSealed));
  return words;
}

function gains(name: string, { may, seal, feed }: KeysetOperator, isSealed: boolean): string[] {
  return [
    ...may.flatMap((right) => rightWords(name, right)),
    readingWords(name, seal !== undefined, isSealed),
    ...(feed === undefined
      ? [`others cannot find what ${name} records: the manifest names no feed of ${name}`]
      : []),
  ];
}

function rightWords(name: string, right: string): readonly string[] {
  if (right === "plan")
    return [
      `${name} may plan: plans that ${name} signed are applied without asking whose they are`,
    ];
  if (right === "apply")
    return [
      `${name} may apply: change the visors of this fleet, and sign changes of who may do what`,
    ];
  if (right === "witness")
    return [`${name} may witness: what ${name} cosigns counts for policy.require_witnesses`];
  return [];
}

function readingWords(name: string, hasSeal: boolean, isSealed: boolean): string {
  if (!isSealed) return `the ledger is not sealed: whoever has a copy can read it, ${name} too`;
  return hasSeal
    ? `${name} can read all that this fleet recorded, back to its beginning, and what comes: a new epoch begins, and its key and those before it are sealed to ${name}; this cannot be taken back`
    : `${name} can verify the ledger and reads nothing of what is sealed: there is no seal key of ${name}`;
}

function losses(name: string, { seal }: KeysetOperator, isSealed: boolean): string[] {
  return [
    `${name} may do nothing in this fleet any more; what ${name} signed before stays valid`,
    lostReadingWords(name, seal !== undefined, isSealed),
    `visors trust whom they trust now: take the keys of ${name}'s machines out of the trust lists too`,
  ];
}

function lostReadingWords(name: string, hadSeal: boolean, isSealed: boolean): string {
  if (!isSealed) return `the ledger is not sealed: whoever has a copy can read it, ${name} too`;
  return hadSeal
    ? `a new epoch begins, whose key ${name} does not get: what is recorded from now on stays closed to ${name}, and what came before ${name} can still read`
    : `${name} could read nothing of what is sealed, and cannot from now on`;
}

function moves(
  name: string,
  was: KeysetOperator,
  { operator: is, isSealed }: { readonly operator: KeysetOperator; readonly isSealed: boolean },
): readonly string[] {
  const gained = is.may.filter((right) => !was.may.includes(right));
  return [
    ...gained.flatMap((right) => rightWords(name, right)),
    ...(was.key === is.key
      ? []
      : [`the key ${was.key} signs nothing for ${name} any more; what it signed stays valid`]),
    ...(was.seal === is.seal ? [] : [readingWords(name, is.seal !== undefined, isSealed)]),
  ];
}
