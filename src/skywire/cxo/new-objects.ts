// Which objects of a Root a relay has to ask for.
import { FleetError, toHex } from "../../core/index.ts";
import type { ObjectStore } from "./fill-root.ts";
import { HashSet } from "./hash-set.ts";
import { OBJECT_WRITE_MAX } from "./node-limits.ts";
import { type CxoObject, fetchObject } from "./refs.ts";
import { checkPublishable, decodeRegistry, type CxoRegistry } from "./registry.ts";
import type { Root } from "./root.ts";
import { itemsBelow, itemsOf, type TreeItem } from "./tree-items.ts";

/** An object that a relay has to ask for. */
export interface NewObject extends CxoObject {
  /** True for an element of a list; false for the registry, what a Root points to, and nodes of lists. */
  readonly isElement: boolean;
}

/**
 * Walks the objects that a relay which holds `held` does not have yet, from the registry down, and
 * proves that they cannot harm it: the registry is one that every node reads and fills by, everything
 * is in the store, nothing is too large, and no new object is reached twice, which can end a Go node.
 *
 * What both trees have is found level by level where they differ, so a longer list costs its new right
 * edge and not its length. Of a whole list of a million 32 MB are held, beside one path.
 * @param held the last Root the relay shows; its objects count as the relay's as far as we have them
 * @returns each object once, before what is below it; elements of a list in their order
 * @throws FleetError cxo/registry, cxo/missing, cxo/hash, cxo/limit, cxo/twice
 */
export async function* walkNewObjects(
  root: Root,
  held: Root | undefined,
  store: ObjectStore,
): AsyncGenerator<NewObject, void, void> {
  const registryBytes = await load(root.reg, store);
  const registry = decodeRegistry(registryBytes);
  checkPublishable(registry);
  const isSameRegistry = held !== undefined && toHex(held.reg) === toHex(root.reg);
  if (!isSameRegistry) yield { hash: root.reg, bytes: registryBytes, isElement: false };
  // Under another registry the same bytes may mean something else: then all counts as new.
  const known = isSameRegistry ? await knownObjects(root, held, registry, store) : new HashSet();
  const seen = new HashSet();
  // The next one is the last.
  const ahead = inTurn(itemsOf(root.refs, registry), false);
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    const { item, isElement } = next;
    if (known.has(item.hash)) continue;
    if (!seen.add(item.hash)) throw reachedTwice(item.hash);
    const bytes = await load(item.hash, store);
    yield { hash: item.hash, bytes, isElement };
    const below = itemsBelow(item, bytes, registry);
    ahead.push(...inTurn(below, item.kind !== "value" && below[0]?.kind === "value"));
  }
}

/**
 * The objects of {@link walkNewObjects} at once, for Roots that bring few.
 * @throws FleetError as that does
 */
export async function newObjects(
  root: Root,
  held: Root | undefined,
  store: ObjectStore,
): Promise<readonly CxoObject[]> {
  const found: CxoObject[] = [];
  for await (const { hash, bytes } of walkNewObjects(root, held, store))
    found.push({ hash, bytes });
  return found;
}

interface Ahead {
  readonly item: TreeItem;
  readonly isElement: boolean;
}

function inTurn(items: readonly TreeItem[], isElement: boolean): Ahead[] {
  return items.map((item) => ({ item, isElement })).reverse();
}

// The old tree is opened only where the new one does not have the same object, on this level or
// above; what both have is known with all below it. Elements of the new tree's lists are not opened.
async function knownObjects(
  root: Root,
  held: Root,
  registry: CxoRegistry,
  store: ObjectStore,
): Promise<HashSet> {
  const known = new HashSet();
  const wanted = new HashSet();
  let old = itemsOf(held.refs, registry);
  let level = itemsOf(root.refs, registry);
  for (const { hash } of level) wanted.add(hash);
  while (old.length > 0) {
    for (const { hash } of old) known.add(hash);
    const below: TreeItem[] = [];
    for (const item of level.filter(({ hash }) => !known.has(hash))) {
      for (const child of itemsBelow(item, await load(item.hash, store), registry)) {
        wanted.add(child.hash);
        if (item.kind === "value" || child.kind !== "value") below.push(child);
      }
    }
    const oldBelow: TreeItem[] = [];
    for (const item of old.filter(({ hash }) => !wanted.has(hash))) {
      const bytes = await store.get(item.hash);
      if (bytes !== undefined) oldBelow.push(...itemsBelow(item, bytes, registry));
    }
    old = oldBelow;
    level = below;
  }
  return known;
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

function reachedTwice(hash: Uint8Array): FleetError {
  return new FleetError("cxo/twice", `the Root reaches new object ${toHex(hash)} more than once`, {
    next: "give every entry something of its own, such as its number",
  });
}
