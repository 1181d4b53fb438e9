// The door of skywire/cxo: feeds of signed objects, and nodes that carry them.
export {
  type Connection,
  type ConnectionListener,
  type ConnectionOptions,
  manyTakerId,
} from "./connection.ts";
export { CxoNode } from "./cxo-node.ts";
export { type CxoNodeOptions, NODE_RULES, type NodeRules } from "./node-options.ts";
export { acceptPeer as accept, connect } from "./greeting.ts";
export { previewFeed } from "./preview-feed.ts";
export {
  type DecodedObject,
  /** @deprecated The name before 0.2. */
  type DecodedObject as Decoded,
  decodeExactly,
  decodeValue,
} from "./decode.ts";
export { encodeValue } from "./encode.ts";
export { Channel, type ChannelListener, type ChannelOptions, openChannel } from "./channel.ts";
export {
  type CxoEnvelope,
  type CxoMessage,
  decodeMessage,
  encodeMessage,
  type PeerAddress,
  PROTOCOL_VERSION,
  type SentRoot,
} from "./message.ts";
export { keepConnected, type KeepConnectedOptions } from "./keep-connected.ts";
export { type NewObject, newObjects, walkNewObjects } from "./new-objects.ts";
export { OBJECT_READ_MAX, OBJECT_WRITE_MAX, PACKET_SIZE_MAX } from "./node-limits.ts";
export { RelayPublisher, type RelayPublisherOptions } from "./relay-publisher.ts";
export { itemsBelow, itemsOf, type TreeItem } from "./tree-items.ts";
export { FRAME_SIZE_MAX, formatFrame, RecordOpener, RecordSealer } from "./noise-records.ts";
export { NoiseHandshake, type NoiseRole, type NoiseSecrets, type NoiseSession } from "./noise.ts";
export { type SignedRoot } from "./feed-table.ts";
export { fillRoot, type FillOptions, type ObjectStore } from "./fill-root.ts";
export { fetchFrom, proveRoot, type RootEvents } from "./root-intake.ts";
export { ByteReader, ObjectWriter, ObjectWriter as ByteWriter } from "./encoded-values.ts";
export { buildRefs, type BuiltRefs, RefsBuilder } from "./refs-builder.ts";
export {
  BLANK_HASH,
  type CxoObject,
  decodeRefsNode,
  decodeRefsTop,
  fetchObject,
  type GetObject,
  isBlank,
  LIST_DEGREES,
  readRefs,
  REFS_DEGREE,
  type RefsNode,
  type RefsTop,
} from "./refs.ts";
export { decodeObject, typesOf } from "./registry-types.ts";
export {
  buildRegistry,
  checkPublishable,
  decodeRegistry,
  type RegisteredType,
  type CxoRegistry,
  /** @deprecated The name before 0.2. */
  type CxoRegistry as Registry,
  type RegistryEntry,
} from "./registry.ts";
export {
  decodeRoot,
  decodeRootOf,
  type Dynamic,
  encodeRoot,
  publicKeyFault,
  publicKeyOf,
  recoverKey,
  type Root,
  rootFault,
  secretKeyFault,
  sharedSecret,
  signHash,
  type VerifiedRoot,
  verifyRoot,
  verifySignature,
} from "./root.ts";
export {
  type BasicType,
  type CxoField,
  type CxoSchema,
  type CxoSchema as Schema,
  type CxoStruct,
  type CxoType,
  type CxoValue,
  FloatBits,
  type SchemaField,
  type TypesByName,
} from "./schema.ts";
