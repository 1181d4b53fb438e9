// What a summary says only where there is something to say.
import { counted } from "../core/index.ts";

/** `, 3 unsupported` when there are any, else nothing; `one` and `many` where the words go by the number. */
export function whenAny(count: number, one: string, many: string = one): string {
  return count === 0 ? "" : `, ${counted(count, one, many)}`;
}
