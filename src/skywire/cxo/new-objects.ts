import { FleetError, toHex } from "../../core/index.ts";
import type { ObjectStore } from "./fill-root.ts";
import { OBJECT_WRITE_MAX } from "./node-limits.ts";
import { type CxoObject, fetchObject } from "./refs.ts";
import { checkPublishable, decodeRegistry, type Registry } from "./registry.ts";
import type { Root } from "./root.ts";
import { itemsBelow, itemsOf, type TreeItem } from "./tree-items.ts";

/**
 * The objects that a relay which holds `held` does not have yet, and the proof that they cannot harm
 * it: the registry is one that every node reads and fills by, everything is in the store, nothing is
 * too large, and no new object is reached twice, which can end a Go node.
 *
 * Both trees are walked level by level only where they differ, so a longer list costs its new right
 * edge and not its length.
 * @param held the last Root the relay shows; its objects count as the relay's as far as we have them
 * @throws FleetError cxo/registry, cxo/missing, cxo/hash, cxo/limit, cxo/twice
 */
export async function newObjects(
  root: Root,
  held: Root | undefined,
  store: ObjectStore,
): Promise<readonly CxoObject[]> {
  const registryBytes = await load(root.reg, store);
  const registry = decodeRegistry(registryBytes);
  checkPublishable(registry);
  const found: CxoObject[] = [];
  const known = new Set<string>();
  if (held !== undefined) known.add(toHex(held.reg));
  if (!known.has(toHex(root.reg))) found.push({ hash: root.reg, bytes: registryBytes });
  const seen = new Set<string>();
  // Under another registry the same bytes may mean something else: then all counts as new.
  let old = held !== undefined && known.has(toHex(root.reg)) ? itemsOf(held.refs, registry) : [];
  let level = itemsOf(root.refs, registry);
  while (level.length > 0) {
    for (const { hash } of old) known.add(toHex(hash));
    const below: TreeItem[] = [];
    for (const item of level.filter(({ hash }) => !known.has(toHex(hash)))) {
      const name = toHex(item.hash);
      if (seen.has(name))
        throw new FleetError("cxo/twice", `the Root reaches new object ${name} more than once`, {
          next: "give every entry something of its own, such as its number",
        });
      seen.add(name);
      const bytes = await load(item.hash, store);
      found.push({ hash: item.hash, bytes });
      below.push(...itemsBelow(item, bytes, registry));
    }
    old = await belowUnshared(old, [...level, ...below], registry, store);
    level = below;
  }
  return found;
}

// What the new tree has too, at this level or (when a list grew by a level) at the next, is known
// with all below it and need not be opened.
async function belowUnshared(
  old: readonly TreeItem[],
  wanted: readonly TreeItem[],
  registry: Registry,
  store: ObjectStore,
): Promise<readonly TreeItem[]> {
  const shared = new Set(wanted.map(({ hash }) => toHex(hash)));
  const below: TreeItem[] = [];
  for (const item of old.filter(({ hash }) => !shared.has(toHex(hash)))) {
    const bytes = await store.get(item.hash);
    if (bytes !== undefined) below.push(...itemsBelow(item, bytes, registry));
  }
  return below;
}

async function load(hash: Uint8Array, store: ObjectStore): Promise<Uint8Array> {
  const bytes = await store.get(hash);
  const checked = fetchObject(hash, () => bytes);
  if (checked.length > OBJECT_WRITE_MAX) {
    throw new FleetError(
      "cxo/limit",
      `object ${toHex(hash)} has ${checked.length} bytes, over the limit of ${OBJECT_WRITE_MAX} for what is published`,
    );
  }
  return checked;
}
