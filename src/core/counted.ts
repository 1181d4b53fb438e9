/** `1 visor`, `2 visors`: a count with its noun, and with the verb where that goes by the number. */
export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
