/** A number of visors in words. */
export function visorsText(count: number): string {
  return count === 1 ? "1 visor" : `${count} visors`;
}
