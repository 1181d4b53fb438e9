// Small words that every room uses: the order of texts, counts in sentences, members that may be missing.

// How texts are put in order: by their characters where a document must always come out the same, by their numbers
// where a person reads names.

/** Orders texts by their UTF-16 units: the same on every machine. */
export function compareTexts(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

let collator: Intl.Collator | undefined;

/** Orders names as people read them: `shop-2` before `shop-10`. */
export function compareNames(left: string, right: string): number {
  collator ??= new Intl.Collator("en", { numeric: true });
  return collator.compare(left, right);
}

// Counts in sentences.

/** `1 visor`, `2 visors`: a count with its noun, and with the verb where that goes by the number. */
export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/**
 * The first `most` of some texts and how many more there are: `a, b and 3 more`, with a noun `a, b and 3 more visors`.
 */
export function someOf(texts: readonly string[], most: number, noun?: string): string {
  const shown = texts.slice(0, most).join(", ");
  const left = texts.length - most;
  if (left <= 0) return shown;
  return `${shown} and ${noun === undefined ? `${left} more` : counted(left, `more ${noun}`)}`;
}

// One word for documents whose members may be missing: under exactOptionalPropertyTypes a member that is
// undefined is another thing than no member at all.

/** The members of `T` that are never undefined, and as optional ones those that may be. */
export type Defined<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The members that are not undefined, in their order, as a fresh object: `{ a, ...defined({ b, c }) }`. */
export function defined<const T extends object>(members: T): Defined<T>;
export function defined(members: Readonly<Record<string, unknown>>): object {
  const kept: Record<string, unknown> = {};
  for (const key in members) if (members[key] !== undefined) kept[key] = members[key];
  return kept;
}
