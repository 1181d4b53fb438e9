// Which roles are worth having: those that save more lines than they take.
import { compareTexts } from "../../core/index.ts";
/**
 * Finds roles by minimum description length: a role is worth having when the lines it saves at the visors
 * that list it are longer than the role and its name at those visors. Pure counting; it knows nothing of
 * what the values mean.
 */

/** One value that can be written, in a role or at a visor. */
export interface Line {
  /** What it is a value of; a visor has at most one line of each subject. */
  readonly subject: number;
  /** Letters it takes. */
  readonly size: number;
  /** A visor that lists a role with another value of this subject can write its own and win. */
  readonly yields: boolean;
}

/** A role that was found: its lines and the visors that list it, as positions in the input. */
export interface FoundRole {
  readonly lines: readonly number[];
  readonly visors: readonly number[];
}

/** What a role's name, header and explanation are worth in letters. */
const ROLE_SIZE = 48;
/** What a role's name at a visor is worth. */
const REFERENCE_SIZE = 8;
/** What it costs a reader to meet a value that differs from the role's. */
const EXCEPTION_SIZE = 12;
const ROLES_MAX = 40;
/** Groups of visors and lines that candidates are made of, the weightiest first. */
const SEED_GROUPS = 24;
const SEED_LINES = 64;
const REFINED = 6;
const REFINEMENTS = 4;
const NONE = -1;

/** Visors that have the very same lines. */
interface Group {
  readonly visors: readonly number[];
  /** The line of each subject, or {@link NONE}. */
  readonly own: Int32Array;
  readonly lines: readonly number[];
  /** Lines that no role gives yet. */
  readonly rest: Set<number>;
}

interface Candidate {
  readonly lines: readonly number[];
  readonly gain: number;
  readonly takers: readonly Group[];
}

/**
 * Factors equal lines out into roles. `visors` holds the lines of each visor, as positions in `lines`.
 * Deterministic; time grows with groups of equal visors, not with visors.
 */
export function findRoles(
  lines: readonly Line[],
  visors: readonly (readonly number[])[],
): readonly FoundRole[] {
  const factoring = new Factoring(lines, visors);
  while (factoring.roles.length < ROLES_MAX) {
    const best = factoring.best();
    if (best === undefined) break;
    factoring.take(best);
  }
  return withoutUseless(factoring);
}

/** How many letters a role spares: its lines at every visor that has them, less writing them once. */
export function savedBy(
  lines: readonly Line[],
  role: FoundRole,
  visors: readonly (readonly number[])[],
): number {
  let saved = 0;
  for (const line of role.lines) {
    const holders = role.visors.filter((visor) => visors[visor]?.includes(line) === true);
    saved += (lines[line]?.size ?? 0) * (holders.length - 1);
  }
  return saved;
}

class Factoring {
  readonly lines: readonly Line[];
  readonly groups: readonly Group[];
  readonly roles: Candidate[] = [];

  constructor(lines: readonly Line[], visors: readonly (readonly number[])[]) {
    this.lines = lines;
    const subjects = lines.reduce((most, { subject }) => Math.max(most, subject + 1), 0);
    const byText = new Map<string, number[]>();
    for (const [visor, own] of visors.entries()) {
      const id = own.toSorted((a, b) => a - b).join();
      const known = byText.get(id);
      if (known === undefined) byText.set(id, [visor]);
      else known.push(visor);
    }
    this.groups = [...byText.values()].map((members) => {
      const own = (visors[members[0] ?? 0] ?? []).toSorted((a, b) => a - b);
      const at = new Int32Array(subjects).fill(NONE);
      for (const line of own) at[this.#subject(line)] = line;
      return { visors: members, own: at, lines: own, rest: new Set(own) };
    });
  }

  /** The candidate that saves most, or `undefined` when none saves anything. */
  best(): Candidate | undefined {
    const scored = this.#seeds()
      .map((seed) => this.#score(seed))
      .toSorted(byGain);
    const refined = scored.slice(0, REFINED).map((candidate) => this.#refine(candidate));
    const [best] = [...refined, ...scored.slice(0, 1)].toSorted(byGain);
    return best !== undefined && best.gain > 0 ? best : undefined;
  }

  take(candidate: Candidate): void {
    this.roles.push(candidate);
    for (const group of candidate.takers) this.#leaveRest(group);
  }

  /** What a group has to write itself: what no role gives, or what a role gives otherwise. */
  #leaveRest(group: Group): void {
    const given = new Map<number, number>();
    for (const { lines, takers } of this.roles) {
      if (!takers.includes(group)) continue;
      for (const line of lines) {
        const subject = this.#subject(line);
        given.set(subject, (given.get(subject) ?? line) === line ? line : NONE);
      }
    }
    group.rest.clear();
    for (const line of group.lines) {
      if (given.get(this.#subject(line)) !== line) group.rest.add(line);
    }
  }

  #subject(line: number): number {
    return this.lines[line]?.subject ?? 0;
  }

  #size(line: number): number {
    return this.lines[line]?.size ?? 0;
  }

  /** Sets of lines that may be roles: what groups share by twos, and what all holders of a line share. */
  #seeds(): readonly (readonly number[])[] {
    const seeds = new Map<string, readonly number[]>();
    const add = (lines: readonly number[]): void => {
      if (lines.length > 0) seeds.set(lines.join(), lines);
    };
    const weight = (group: Group): number =>
      group.visors.length * [...group.rest].reduce((sum, line) => sum + this.#size(line), 0);
    const top = this.groups
      .map((group) => ({ group, weight: weight(group) }))
      .toSorted((a, b) => b.weight - a.weight)
      .slice(0, SEED_GROUPS)
      .map(({ group }) => group);
    for (const [index, group] of top.entries()) {
      add([...group.rest]);
      for (const other of top.slice(index + 1)) {
        add([...group.rest].filter((line) => other.rest.has(line)));
      }
    }
    for (const holders of this.#holders()) add(sharedRest(holders));
    return [...seeds.values()];
  }

  /** The groups that have a line, for the lines that are worth most. */
  #holders(): readonly (readonly Group[])[] {
    const holders = new Map<number, Group[]>();
    for (const group of this.groups) {
      for (const line of group.rest) {
        const known = holders.get(line);
        if (known === undefined) holders.set(line, [group]);
        else known.push(group);
      }
    }
    const worth = ([line, groups]: readonly [number, readonly Group[]]): number =>
      this.#size(line) * groups.reduce((sum, { visors }) => sum + visors.length, 0);
    return [...holders]
      .toSorted((a, b) => worth(b) - worth(a) || a[0] - b[0])
      .slice(0, SEED_LINES)
      .map(([, groups]) => groups);
  }

  #score(lines: readonly number[]): Candidate {
    let gain = -ROLE_SIZE;
    for (const line of lines) gain -= this.#size(line);
    const takers: Group[] = [];
    let count = 0;
    for (const group of this.groups) {
      const saved = this.#gainOf(group, lines);
      if (saved <= 0) continue;
      takers.push(group);
      count += group.visors.length;
      gain += saved * group.visors.length;
    }
    return { lines, takers, gain: count < 2 ? 0 : gain };
  }

  /** What one visor of a group saves by listing such a role; zero where it cannot. */
  #gainOf(group: Group, lines: readonly number[]): number {
    let gain = -REFERENCE_SIZE;
    for (const line of lines) {
      const own = group.own[this.#subject(line)] ?? NONE;
      if (own === line) gain += group.rest.has(line) ? this.#size(line) : 0;
      else if (!this.#mayDiffer(own, line)) return 0;
      else gain -= EXCEPTION_SIZE + (group.rest.has(own) ? 0 : this.#size(own));
    }
    return gain;
  }

  #mayDiffer(own: number, line: number): boolean {
    if (own === NONE) return false;
    return this.lines[own]?.yields === true && this.lines[line]?.yields === true;
  }

  /** Chooses lines for the visors that take a candidate, then visors for those lines, until both stay. */
  #refine(start: Candidate): Candidate {
    let best = start;
    for (let round = 0; round < REFINEMENTS; round += 1) {
      const next = this.#score(this.#linesFor(best.takers));
      if (next.gain <= best.gain) break;
      best = next;
    }
    return best;
  }

  /** Of each subject the line that saves these groups most, where all of them can take it. */
  #linesFor(takers: readonly Group[]): readonly number[] {
    const counts = new Map<number, number>();
    for (const { rest, visors } of takers) {
      for (const line of rest) counts.set(line, (counts.get(line) ?? 0) + visors.length);
    }
    const bySubject = new Map<number, { line: number; gain: number }>();
    for (const line of [...counts.keys()].toSorted((a, b) => a - b)) {
      const gain = this.#lineGain(line, takers);
      const subject = this.#subject(line);
      if (gain > Math.max(0, bySubject.get(subject)?.gain ?? 0)) {
        bySubject.set(subject, { line, gain });
      }
    }
    return [...bySubject.values()].map(({ line }) => line).toSorted((a, b) => a - b);
  }

  #lineGain(line: number, takers: readonly Group[]): number {
    let gain = -this.#size(line);
    for (const { own, rest, visors } of takers) {
      const mine = own[this.#subject(line)] ?? NONE;
      if (mine === line) gain += rest.has(line) ? visors.length * this.#size(line) : 0;
      else if (!this.#mayDiffer(mine, line)) return 0;
      else gain -= visors.length * (EXCEPTION_SIZE + (rest.has(mine) ? 0 : this.#size(mine)));
    }
    return gain;
  }
}

function sharedRest(groups: readonly Group[]): readonly number[] {
  const [first, ...others] = groups;
  if (first === undefined) return [];
  return [...first.rest].filter((line) => others.every(({ rest }) => rest.has(line)));
}

/** Most saved first; then the smaller set of lines, then the earlier, so that the result never varies. */
function byGain(left: Candidate, right: Candidate): number {
  return (
    right.gain - left.gain ||
    left.lines.length - right.lines.length ||
    compareTexts(left.lines.join(), right.lines.join())
  );
}

/** Joins roles that the same visors list: two names for them tell nobody anything. */
function withoutUseless({ roles, lines }: Factoring): readonly FoundRole[] {
  const joined = new Map<string, { lines: Set<number>; visors: readonly number[] }>();
  for (const { lines: own, takers } of roles) {
    const visors = takers.flatMap((group) => group.visors).toSorted((a, b) => a - b);
    const known = joined.get(visors.join());
    if (known === undefined) {
      joined.set(visors.join(), { lines: new Set(own), visors });
      continue;
    }
    const subjects = new Set([...known.lines].map((line) => lines[line]?.subject));
    const isNew = own.every((line) => known.lines.has(line) || !subjects.has(lines[line]?.subject));
    if (isNew) for (const line of own) known.lines.add(line);
    else joined.set(`${visors.join()} ${own.join()}`, { lines: new Set(own), visors });
  }
  return [...joined.values()].map(({ lines: all, visors }) => ({
    lines: [...all].toSorted((a, b) => a - b),
    visors,
  }));
}
