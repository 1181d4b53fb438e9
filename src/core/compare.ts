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
