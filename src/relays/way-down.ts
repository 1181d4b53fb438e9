// Ways down our own Roots to single entries.

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
 * The hashes of the objects on the way from a Root down to one entry of its log: the log, its list, nodes, and the entry
 * last. The way ends early where the store does not have an object or the log has no such entry.
 * @param index of the entry, 0 and up
 * @throws FleetError cxo/* when the registry is missing or an object is not what it is said to be
 */
export async function wayDown(
  root: Root,
  index: number,
  store: ObjectStore,
): Promise<readonly Uint8Array[]> {
  const registryBytes = await store.get(root.reg);
  const registry = decodeRegistry(fetchObject(root.reg, () => registryBytes));
  const itemsOfObject = async (item: TreeItem): Promise<readonly TreeItem[]> => {
    const bytes = await store.get(item.hash);
    return bytes === undefined ? [] : itemsBelow(item, bytes, registry);
  };
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
}
