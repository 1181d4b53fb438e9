// The messages of the node protocol, as bytes and as values.
import { FleetError, utf8 } from "../../core/index.ts";
import { ByteReader, ObjectWriter } from "./encoded-values.ts";

/** The version of the node protocol that a Syn names. */
export const PROTOCOL_VERSION = 3;

/** A feed's or node's address as a Peers message tells it. */
export interface PeerAddress {
  readonly key: Uint8Array;
  readonly metadata: Uint8Array;
  readonly tcp: string;
  readonly udp: string;
}

/** A Root as it travels: encoded, with the feed key's signature of its hash. Nothing here is verified. */
export interface SentRoot {
  readonly feed: Uint8Array;
  readonly nonce: bigint;
  readonly seq: bigint;
  /** The encoded Root. */
  readonly value: Uint8Array;
  /** 65 bytes. */
  readonly signature: Uint8Array;
}

/** Every message of the protocol. Keys have 33 bytes, hashes 32. */
export type CxoMessage =
  | { readonly type: "Ping" }
  | { readonly type: "Pong" }
  | { readonly type: "Syn"; readonly protocol: number; readonly nodeId: Uint8Array }
  | { readonly type: "Ack"; readonly nodeId: Uint8Array }
  | { readonly type: "Ok" }
  | { readonly type: "Err"; readonly text: string }
  | { readonly type: "Sub"; readonly feed: Uint8Array }
  | { readonly type: "Unsub"; readonly feed: Uint8Array }
  | { readonly type: "RqList" }
  | { readonly type: "List"; readonly feeds: readonly Uint8Array[] }
  | ({ readonly type: "Root" } & SentRoot)
  | { readonly type: "RqObject"; readonly key: Uint8Array }
  | { readonly type: "Object"; readonly value: Uint8Array }
  | { readonly type: "RqPreview"; readonly feed: Uint8Array }
  | { readonly type: "RqPeers"; readonly feed: Uint8Array }
  | { readonly type: "Peers"; readonly feed: Uint8Array; readonly peers: readonly PeerAddress[] };

/** A message with the numbers that pair requests and replies. */
export interface CxoEnvelope {
  /** Counts what one side sends on a connection, from 1; 32 bits. */
  readonly seq: number;
  /** In a reply the `seq` of the request, else 0. */
  readonly rseq: number;
  readonly message: CxoMessage;
}

// The place of a name is the number of its message; there is no message 0.
const TYPES = [
  undefined,
  "Ping",
  "Pong",
  "Syn",
  "Ack",
  "Ok",
  "Err",
  "Sub",
  "Unsub",
  "RqList",
  "List",
  "Root",
  "RqObject",
  "Object",
  "RqPreview",
  "RqPeers",
  "Peers",
] as const;

const HEADER_SIZE = 9;
const KEY_SIZE = 33;
const HASH_SIZE = 32;
const COUNT_SIZE = 4;
const SIGNATURE_SIZE = 65;
const textDecoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Encodes a message with its header, without the packet's length.
 * Source: cxo node/msg and node/conn; integers are little-endian.
 */
export function encodeMessage({ seq, rseq, message }: CxoEnvelope): Uint8Array {
  const writer = new ObjectWriter(sizeGuess(message));
  writer.u32(seq);
  writer.u32(rseq);
  writer.u8(TYPES.indexOf(message.type));
  writeBody(writer, message);
  return writer.finish();
}

/**
 * Decodes a message that is the whole of a packet.
 * @throws FleetError cxo/message for a header that is cut short or a type there is not; cxo/truncated, cxo/trailing
 */
export function decodeMessage(bytes: Uint8Array): CxoEnvelope {
  if (bytes.length < HEADER_SIZE)
    throw new FleetError(
      "cxo/message",
      `a message of ${bytes.length} bytes is shorter than its header`,
    );
  const reader = new ByteReader(bytes);
  const seq = reader.u32();
  const rseq = reader.u32();
  const message = readBody(reader, reader.u8());
  reader.end();
  return { seq, rseq, message };
}

// Of the messages that come by the thousand.
function sizeGuess(message: CxoMessage): number | undefined {
  if (message.type === "RqObject") return HEADER_SIZE + HASH_SIZE;
  if (message.type === "Object") return HEADER_SIZE + COUNT_SIZE + message.value.length;
  return undefined;
}

function writeBody(writer: ObjectWriter, message: CxoMessage): void {
  switch (message.type) {
    case "Syn":
      writer.u16(message.protocol);
      return writer.raw(message.nodeId);
    case "Ack":
      return writer.raw(message.nodeId);
    case "Err":
      return writer.bytes(utf8(message.text));
    case "Sub":
    case "Unsub":
    case "RqPreview":
    case "RqPeers":
      return writer.raw(message.feed);
    case "List":
      writer.u32(message.feeds.length);
      for (const feed of message.feeds) writer.raw(feed);
      return;
    case "Root":
      writer.raw(message.feed);
      writer.u64(message.nonce);
      writer.u64(message.seq);
      writer.bytes(message.value);
      return writer.raw(message.signature);
    case "RqObject":
      return writer.raw(message.key);
    case "Object":
      return writer.bytes(message.value);
    case "Peers":
      writer.raw(message.feed);
      writer.u32(message.peers.length);
      for (const peer of message.peers) writePeer(writer, peer);
      return;
    default:
      return;
  }
}

function writePeer(writer: ObjectWriter, peer: PeerAddress): void {
  writer.raw(peer.key);
  writer.bytes(peer.metadata);
  writer.bytes(utf8(peer.tcp));
  writer.bytes(utf8(peer.udp));
}

function readBody(reader: ByteReader, number: number): CxoMessage {
  const type = TYPES[number];
  switch (type) {
    case "Ping":
    case "Pong":
    case "Ok":
    case "RqList":
      return { type };
    case "Syn":
      return { type, protocol: reader.u16(), nodeId: reader.raw(KEY_SIZE) };
    case "Ack":
      return { type, nodeId: reader.raw(KEY_SIZE) };
    case "Err":
      return { type, text: readText(reader) };
    case "Sub":
    case "Unsub":
    case "RqPreview":
    case "RqPeers":
      return { type, feed: reader.raw(KEY_SIZE) };
    case "List":
      return { type, feeds: readMany(reader, () => reader.raw(KEY_SIZE)) };
    case "Root":
      return {
        type,
        feed: reader.raw(KEY_SIZE),
        nonce: reader.u64(),
        seq: reader.u64(),
        value: reader.bytes(),
        signature: reader.raw(SIGNATURE_SIZE),
      };
    case "RqObject":
      return { type, key: reader.raw(HASH_SIZE) };
    case "Object":
      return { type, value: reader.bytes() };
    case "Peers":
      return { type, feed: reader.raw(KEY_SIZE), peers: readMany(reader, () => readPeer(reader)) };
    default:
      throw new FleetError("cxo/message", `there is no message type ${number}`);
  }
}

function readPeer(reader: ByteReader): PeerAddress {
  return {
    key: reader.raw(KEY_SIZE),
    metadata: reader.bytes(),
    tcp: readText(reader),
    udp: readText(reader),
  };
}

function readMany<T>(reader: ByteReader, readOne: () => T): readonly T[] {
  const count = reader.count();
  const items: T[] = [];
  for (let index = 0; index < count; index += 1) items.push(readOne());
  return items;
}

// Go never checks the text of a string; it is only shown, so a wrong byte becomes a mark.
function readText(reader: ByteReader): string {
  return textDecoder.decode(reader.bytes());
}
