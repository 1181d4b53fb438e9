import type { SeededRandom } from "./seeded-random.ts";

const TELLING_BYTES = [0x00, 0x01, 0x02, 0x7f, 0x80, 0x81, 0xf7, 0xf8, 0xfc, 0xfe, 0xff];
const MAX_EDITS = 4;

/** A copy of `bytes` with a few bytes changed, removed, doubled, inserted or cut off. */
export function mutate(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const list = [...bytes];
  const edits = 1 + random.next(MAX_EDITS);
  for (let edit = 0; edit < edits; edit += 1) editOnce(list, random);
  return Uint8Array.from(list);
}

function editOnce(list: number[], random: SeededRandom): void {
  const at = random.next(list.length + 1);
  const telling = TELLING_BYTES[random.next(TELLING_BYTES.length)] ?? 0;
  switch (random.next(8)) {
    case 0:
      list[Math.min(at, Math.max(0, list.length - 1))] = random.next(256);
      return;
    case 1:
      list[Math.min(at, Math.max(0, list.length - 1))] = telling;
      return;
    case 2:
      list.splice(at, 1 + random.next(4));
      return;
    case 3:
      list.splice(at, 0, telling);
      return;
    case 4:
      list.splice(at, 0, ...list.slice(at, at + 1 + random.next(16)));
      return;
    case 5:
      list.length = Math.min(list.length, at);
      return;
    case 6: {
      const other = random.next(list.length + 1);
      list.splice(at, 0, ...list.slice(other, other + random.next(24)));
      return;
    }
    default:
      list[Math.min(at, Math.max(0, list.length - 1))] = (list[at] ?? 0) ^ (1 << random.next(8));
  }
}
