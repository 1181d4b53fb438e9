import { describe, expect, it, test } from "vitest";
import { fromHex, sha256, toHex, utf8 } from "../../../src/core/index.ts";
import {
  buildRegistry,
  ObjectWriter,
  encodeValue,
  publicKeyOf,
  type Root,
  typesOf,
} from "../../../src/skywire/cxo/index.ts";
import {
  attackedNode,
  type AttackedNode,
  HostileClient,
  objectBody,
  signedRoot,
  takesAnother,
} from "../../support/hostile-client.ts";

// What ends the process of the original node, by the recorded runs, must only be refused by ours.

const FEED_SECRET = new Uint8Array(32).fill(3);
const FEED = publicKeyOf(FEED_SECRET);
const CLIENT_SECRET = new Uint8Array(32).fill(4);
const STRUCT = 25;
const SLICE = 23;
const ARRAY = 17;
const POINTER = 22;

interface Part {
  readonly reference?: number;
  readonly kind: number;
  readonly name?: string;
  readonly length?: number;
  readonly fields?: readonly (readonly [string, Uint8Array])[];
  readonly element?: Uint8Array;
}

const stub = (name: string): Uint8Array => schema({ kind: STRUCT, name });

const KILLERS: readonly (readonly [string, readonly (readonly [string, Uint8Array])[]])[] = [
  ["a Ref to a type that is not there", [struct("a", pointer(1, stub("missing")))]],
  ["a Refs to a type that is not there", [struct("a", pointer(2, stub("missing")))]],
  [
    "a slice of a type that is not there",
    [struct("a", schema({ kind: SLICE, element: stub("missing") }))],
  ],
  ["a field stub that is not there", [struct("a", stub("missing"))]],
  ["a struct that contains itself by value", [struct("a", stub("a"))]],
  ["two structs that contain each other", [struct("a", stub("b")), struct("b", stub("a"))]],
  ["an array of itself", [struct("a", schema({ kind: ARRAY, length: 2, element: stub("a") }))]],
  ["a schema of garbage", [["a", Uint8Array.of(1, 2, 3)]]],
  ["an empty schema", [["a", new Uint8Array()]]],
  ["reference type 7", [struct("a", pointer(7, stub("a")))]],
  ["a slice without an element", [struct("a", schema({ kind: SLICE }))]],
  ["a Ref without an element", [struct("a", pointer(1, new Uint8Array()))]],
  [
    "a slice of Dynamic, which no node can fill",
    [struct("a", schema({ kind: SLICE, element: schema({ reference: 3, kind: 20 }) }))],
  ],
];

describe("registries that kill or stop a Go node", () => {
  test.each(KILLERS)("%s", async (_, entities) => {
    const bytes = registry(entities);
    const { attacked, client } = await attack({ reg: sha256(bytes) }, [bytes]);
    expect(attacked.filled).toEqual([]);
    expect(attacked.refusals.map(({ code }) => code.slice(0, 4))).toEqual(["cxo/"]);
    expect(attacked.store.byHash.size).toBe(0);
    expect(await client.isAnswered()).toBe(true);
    expect(await takesAnother(attacked.node, FEED)).toBe(true);
    attacked.node.close();
  });
});

describe("objects that kill a Go node", () => {
  const types = buildRegistry([
    { name: "t.Blob", type: { struct: [{ name: "Bytes", type: "bytes" }] } },
    {
      name: "t.List",
      type: { struct: [{ name: "Items", type: "Refs", tag: 'skyobject:"schema=t.Blob"' }] },
    },
  ]);
  const [blob, list] = types.entries;

  it("refuses an object over 16 MiB", async () => {
    const big = encodeValue(
      { use: "t.Blob" },
      { Bytes: new Uint8Array(17 * 1024 * 1024) },
      typesOf(types),
    );
    const refs = [{ hash: sha256(big), schema: blob?.ref ?? big }];
    const { attacked, client } = await attack({ reg: types.ref, refs }, [types.bytes, big]);
    expect(attacked.refusals.map(({ code }) => code)).toEqual(["cxo/limit"]);
    expect(await client.isAnswered()).toBe(true);
    attacked.node.close();
  });

  it("asks once for what a Root reaches sixteen times", async () => {
    const leaf = encodeValue({ use: "t.Blob" }, { Bytes: Uint8Array.of(1) }, typesOf(types));
    const top = new ObjectWriter();
    for (const number of [0, 16, 16, 16]) top.u32(number);
    for (let index = 0; index < 16; index += 1) top.raw(sha256(leaf));
    const refsTop = top.finish();
    const root = { hash: sha256(sha256(refsTop)), schema: list?.ref ?? leaf };
    const objects = [types.bytes, leaf, refsTop, sha256(refsTop)];
    const { attacked, client } = await attack({ reg: types.ref, refs: [root, root] }, objects);
    expect(attacked.filled).toEqual(["1/0"]);
    const asked = client.heard.filter(({ message }) => message.type === "RqObject");
    expect(asked).toHaveLength(4);
    attacked.node.close();
  });
});

describe("bounds", () => {
  it("holds no memory for packets that are only announced", async () => {
    const attacked = attackedNode(new Uint8Array(32).fill(5), []);
    const before = process.memoryUsage().arrayBuffers;
    const clients: HostileClient[] = [];
    for (let index = 0; index < 20; index += 1) {
      const secret = new Uint8Array(32).fill(index + 20);
      const client = new HostileClient(attacked.node, CLIENT_SECRET, secret);
      await client.handshake();
      client.say({ type: "Syn", protocol: 3, nodeId: publicKeyOf(secret) });
      await client.until(() => client.heard.length > 0);
      client.peer.write(client.peer.sealBytes(fromHex("04000000000000000000000000")));
      clients.push(client);
    }
    for (const client of clients) await client.quiet(5);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 1024 * 1024);
    expect(clients.map(({ end }) => end?.message)).toEqual(clients.map(() => undefined));
    expect(attacked.node.connections).toHaveLength(20);
    attacked.node.close();
  });

  it("reads no more from a peer that leaves 256 questions open, and answers them all", async () => {
    const attacked = attackedNode(new Uint8Array(32).fill(5), []);
    const client = await subscribed(attacked);
    for (let index = 0; index < 600; index += 1)
      client.say({ type: "RqObject", key: new Uint8Array(32).fill(index % 250) });
    await client.until(() => client.heard.length === 602);
    expect(client.heard.slice(2).every(({ message }) => message.type === "Err")).toBe(true);
    attacked.node.close();
  });
});

async function subscribed(attacked: AttackedNode): Promise<HostileClient> {
  const client = new HostileClient(attacked.node, CLIENT_SECRET, new Uint8Array(32).fill(6));
  await client.handshake();
  client.say({ type: "Syn", protocol: 3, nodeId: publicKeyOf(CLIENT_SECRET) });
  client.say({ type: "Sub", feed: FEED });
  await client.until(() => client.heard.length === 2);
  return client;
}

async function attack(
  fields: Partial<Root>,
  objects: readonly Uint8Array[],
): Promise<{ attacked: AttackedNode; client: HostileClient }> {
  const attacked = attackedNode(new Uint8Array(32).fill(5), [], 15_000);
  const client = await subscribed(attacked);
  for (const object of objects) client.serve(toHex(sha256(object)), objectBody(object));
  client.say({ type: "Root", ...signedRoot(FEED_SECRET, fields) });
  await client.until(() => attacked.filled.length + attacked.refusals.length > 0);
  return { attacked, client };
}

function schema({
  reference = 0,
  kind,
  name = "",
  length = 0,
  fields = [],
  element,
}: Part): Uint8Array {
  const writer = new ObjectWriter();
  writer.u32(reference);
  writer.u32(kind);
  writer.bytes(utf8(name));
  writer.u32(length);
  writer.u32(fields.length);
  for (const [fieldName, fieldSchema] of fields) {
    const field = new ObjectWriter();
    field.bytes(utf8(fieldName));
    field.bytes(new Uint8Array());
    field.u32(0);
    field.bytes(fieldSchema);
    writer.bytes(field.finish());
  }
  writer.bytes(element ?? new Uint8Array());
  return writer.finish();
}

function struct(name: string, field: Uint8Array): readonly [string, Uint8Array] {
  return [name, schema({ kind: STRUCT, name, fields: [["f", field]] })];
}

function pointer(reference: number, element: Uint8Array): Uint8Array {
  return schema({ reference, kind: POINTER, element });
}

function registry(entities: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  const writer = new ObjectWriter();
  writer.u32(entities.length);
  for (const [name, bytes] of entities) {
    writer.bytes(utf8(name));
    writer.bytes(bytes);
  }
  return writer.finish();
}
