/**
 * What values take on the JavaScript heap, in bytes: estimates from above, measured on Node 20. They keep
 * a hostile stream, in which one byte can stand for much, within its memory budget.
 */
export const COST = {
  slot: 16,
  record: 80,
  property: 16,
  list: 64,
  map: 240,
  entry: 64,
  text: 32,
  bytes: 272,
  bigint: 32,
  opaque: 160,
} as const;
