/** `1 visor`, `2 visors`: a count with its noun. */
export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `, 3 unsupported` when there are any, else nothing. */
export function whenAny(count: number, words: string): string {
  return count === 0 ? "" : `, ${count} ${words}`;
}
