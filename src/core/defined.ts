// One word for documents whose members may be missing: under exactOptionalPropertyTypes a member that is
// undefined is another thing than no member at all.

/** The members of `T` that are never undefined, and as optional ones those that may be. */
export type Defined<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The members that are not undefined, in their order, as a fresh object: `{ a, ...defined({ b, c }) }`. */
export function defined<const T extends object>(members: T): Defined<T>;
export function defined(members: Readonly<Record<string, unknown>>): object {
  const kept: Record<string, unknown> = {};
  for (const key in members) if (members[key] !== undefined) kept[key] = members[key];
  return kept;
}
