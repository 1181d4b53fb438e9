// The word that a mistyped one was probably meant to be.

/** Words longer than this are not compared: nobody mistypes a key digit by digit. */
const WORD_SIZE_MAX = 40;

/**
 * The candidate a mistyped word was probably meant to be, or `undefined` when none is near.
 * Near means: at most a third of the word's letters away (at least one, at most three), where
 * swapping two neighbours counts as one step.
 * Source: the restricted Damerau-Levenshtein distance (optimal string alignment).
 */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > WORD_SIZE_MAX) return undefined;
  const lower = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.min(3, Math.max(1, Math.floor(word.length / 3))) + 1;
  for (const candidate of candidates) {
    if (candidate === word || Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const distance = editDistance(lower, candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Steps that turn one word into another: insert, delete, replace, swap neighbours. */
function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1];
      let steps = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped =
        row > 1 &&
        column > 1 &&
        left[row - 1] === right[column - 2] &&
        left[row - 2] === right[column - 1];
      if (swapped) steps = Math.min(steps, (beforeLast[column - 2] ?? 0) + 1);
      current.push(steps);
    }
    beforeLast = last;
    last = current;
  }
  return last[right.length] ?? 0;
}

/** The words of `next` that name a likely meaning, or what else there is. */
export function suggestion(word: string, candidates: Iterable<string>, otherwise: string): string {
  const meant = suggest(word, candidates);
  return meant === undefined ? otherwise : `did you mean ${JSON.stringify(meant)}?`;
}
