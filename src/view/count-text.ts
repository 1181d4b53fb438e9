/** `, 3 unsupported` when there are any, else nothing. */
export function whenAny(count: number, words: string): string {
  return count === 0 ? "" : `, ${count} ${words}`;
}
