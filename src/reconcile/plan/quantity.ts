/** `1 key`, `2 keys`: a count with its noun, and what it does where that goes with the number. */
export function quantity(count: number, one: string, many: string = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
