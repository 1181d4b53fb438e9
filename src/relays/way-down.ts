// Ways down our own Roots to single entries.

import { toHex } from "../core/index.ts";
import {
  decodeRegistry,
  fetchObject,
  itemsBelow,
  itemsOf,
  type ObjectStore,
  type Root,
  type TreeItem,
} from "../skywire/cxo/index.ts";

/**
 * Gives the hashes of the objects on the way from a Root down to an entry of its log, by the entry's index, 0 and up: the
 * log, its list, nodes, and the entry last. A way ends early where the store does not have an object or the log has no
 * such entry. What many ways share is read once.
 * @throws FleetError cxo/* when the registry is missing or an object is not what it is said to be
 */
export async function waysDown(
  root: Root,
  store: ObjectStore,
): Promise<(index: number) => Promise<readonly Uint8Array[]>> {
  const registryBytes = await store.get(root.reg);
  const registry = decodeRegistry(fetchObject(root.reg, () => registryBytes));
  const known = new Map<string, readonly TreeItem[]>();
  const itemsOfObject = async (item: TreeItem): Promise<readonly TreeItem[]> => {
    const name = toHex(item.hash);
    const before = known.get(name);
    if (before !== undefined) return before;
    const bytes = await store.get(item.hash);
    const items = bytes === undefined ? [] : itemsBelow(item, bytes, registry);
    known.set(name, items);
    return items;
  };
  return async (index) => {
    const [log] = itemsOf(root.refs, registry);
    if (log === undefined) return [];
    const way = [log.hash];
    let [item] = await itemsOfObject(log);
    let place = index;
    while (item !== undefined) {
      way.push(item.hash);
      if (item.kind === "value") break;
      const below = await itemsOfObject(item);
      const [first] = below;
      const span = first?.kind === "list-node" ? first.degree ** (first.depth + 1) : 1;
      item = below[Math.floor(place / span)];
      place %= span;
    }
    return way;
  };
}
