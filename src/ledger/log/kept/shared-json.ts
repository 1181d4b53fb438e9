// Values with maps, sets, big numbers and objects that are shared, as JSON and back.

/** What {@link encodeShared} takes: plain data, no functions, no objects of classes, nothing that leads in a circle. */
export type Shared =
  | string
  | number
  | boolean
  | bigint
  | null
  | undefined
  | readonly Shared[]
  | ReadonlyMap<Shared, Shared>
  | ReadonlySet<Shared>
  | object;

/** Every list in the text begins with what it stands for; objects stand for themselves. */
const TAGS = { list: "l", map: "m", set: "s", big: "b", shared: "r" } as const;

/** Writes a value; an object that is met twice is written once. */
export function encodeShared(value: Shared): string {
  const twice = metTwice(value);
  const encode = (each: Shared): unknown => {
    const place = typeof each === "object" && each !== null ? twice.get(each) : undefined;
    return place === undefined ? bare(each, encode) : [TAGS.shared, place];
  };
  // What is inside is met first, so that reading finds it made.
  const shared = [...twice.keys()].map((each) => bare(each, encode));
  return JSON.stringify([shared, encode(value)]);
}

/** Reads what {@link encodeShared} wrote. @throws SyntaxError, TypeError for any other text */
export function decodeShared(text: string): unknown {
  const [shared, value] = JSON.parse(text) as readonly [readonly unknown[], unknown];
  const made: unknown[] = [];
  const decode = (each: unknown): unknown => {
    if (typeof each !== "object" || each === null) return each;
    if (!Array.isArray(each))
      return Object.fromEntries(
        Object.entries(each).map(([name, member]) => [name, decode(member)]),
      );
    const [tag, ...items] = each as readonly unknown[];
    switch (tag) {
      case TAGS.list:
        return items.map(decode);
      case TAGS.map:
        return new Map(
          items.map((item) => (item as readonly unknown[]).map(decode) as [unknown, unknown]),
        );
      case TAGS.set:
        return new Set(items.map(decode));
      case TAGS.big:
        return BigInt(String(items[0]));
      case TAGS.shared:
        return made[Number(items[0])];
      default:
        throw new TypeError("a list stands for nothing that is known");
    }
  };
  for (const each of shared) made.push(decode(each));
  return decode(value);
}

/** The objects that are met more than once, each with its place, the inner ones first. */
function metTwice(value: Shared): ReadonlyMap<object, number> {
  const counts = new Map<object, number>();
  const order: object[] = [];
  const walk = (each: unknown): void => {
    if (typeof each !== "object" || each === null) return;
    const count = (counts.get(each) ?? 0) + 1;
    counts.set(each, count);
    if (count > 1) return;
    for (const inner of partsOf(each)) walk(inner);
    order.push(each);
  };
  walk(value);
  const twice = order.filter((each) => (counts.get(each) ?? 0) > 1);
  return new Map(twice.map((each, place) => [each, place]));
}

function partsOf(each: object): Iterable<unknown> {
  if (each instanceof Map)
    return [...(each as ReadonlyMap<unknown, unknown>)].flatMap(([key, value]) => [key, value]);
  if (each instanceof Set || Array.isArray(each)) return each as Iterable<unknown>;
  return Object.values(each as Readonly<Record<string, unknown>>);
}

function bare(each: Shared, encode: (each: Shared) => unknown): unknown {
  if (typeof each === "bigint") return [TAGS.big, String(each)];
  if (typeof each !== "object" || each === null) return each;
  if (each instanceof Map) {
    const pairs = [...(each as ReadonlyMap<Shared, Shared>)];
    return [TAGS.map, ...pairs.map((pair) => pair.map((item) => encode(item)))];
  }
  if (each instanceof Set)
    return [TAGS.set, ...[...(each as ReadonlySet<Shared>)].map((item) => encode(item))];
  if (Array.isArray(each))
    return [TAGS.list, ...(each as readonly Shared[]).map((item) => encode(item))];
  const members = Object.entries(each as Readonly<Record<string, Shared>>);
  return Object.fromEntries(members.map(([name, member]) => [name, encode(member)]));
}
