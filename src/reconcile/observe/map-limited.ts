// Runs work over many items, some at a time.
/**
 * Runs `work` over all items, at most `limit` at a time, and gives the results in the order of the items.
 * The first rejection rejects the whole, once what is under way has ended; items not started by then are not
 * started.
 */
export async function mapLimited<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  let next = 0;
  let failure: { readonly error: unknown } | undefined;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < items.length && failure === undefined; index = next++) {
      const item = items[index];
      if (item === undefined) continue;
      try {
        results[index] = await work(item, index);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
  if (failure !== undefined) throw failure.error;
  return results;
}
