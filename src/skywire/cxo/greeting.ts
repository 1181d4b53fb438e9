// How a connection begins, on both sides: Noise, then the greeting by which nodes tell their names.
import { type ByteStream, defined, FleetError } from "../../core/index.ts";
import { type Channel, openChannel } from "./channel.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import { PROTOCOL_VERSION } from "./message.ts";
import type { NoiseRole } from "./noise.ts";

const SECRET_SIZE = 32;

/**
 * Opens a connection on a stream we dialed: Noise, then Syn and Ack.
 * @throws FleetError cxo/refused with the peer's words; cxo/closed, cxo/timeout, cxo/noise, cxo/message
 */
export async function connect(stream: ByteStream, options: ConnectionOptions): Promise<Connection> {
  const connection = new Connection(await open(stream, "initiator", options), options);
  const { nodeId } = options;
  const answer = await connection.request({ type: "Syn", protocol: PROTOCOL_VERSION, nodeId });
  if (answer.type === "Ack") {
    connection.welcome(answer.nodeId);
    return connection;
  }
  const error =
    answer.type === "Err"
      ? new FleetError("cxo/refused", `the node refused the connection: ${answer.text}`)
      : new FleetError("cxo/message", `the node answered the greeting with ${answer.type}`);
  connection.close(error);
  throw error;
}

/**
 * Accepts a connection on a stream that was dialed by the peer.
 * @param refusal why a node of this name is not welcome, in words for the peer; `undefined` when it is
 * @throws FleetError cxo/handshake when the peer does not greet as it should or is refused; cxo/closed, cxo/timeout, cxo/noise
 */
export async function acceptPeer(
  stream: ByteStream,
  options: ConnectionOptions,
  refusal: (nodeId: Uint8Array) => string | undefined,
): Promise<Connection> {
  const connection = new Connection(await open(stream, "responder", options), options);
  const { message, seq } = await connection.first();
  if (message.type !== "Syn") {
    const error = new FleetError("cxo/handshake", `the peer began with ${message.type}`);
    connection.close(error);
    throw error;
  }
  const text =
    message.protocol === PROTOCOL_VERSION
      ? refusal(message.nodeId)
      : `incompatible protocol version: ${message.protocol}, want ${PROTOCOL_VERSION}`;
  if (text !== undefined) {
    connection.reply(seq, { type: "Err", text });
    const error = new FleetError("cxo/handshake", `a connection was refused: ${text}`);
    connection.close(error);
    throw error;
  }
  connection.reply(seq, { type: "Ack", nodeId: options.nodeId });
  connection.welcome(message.nodeId);
  return connection;
}

function open(stream: ByteStream, role: NoiseRole, options: ConnectionOptions): Promise<Channel> {
  return openChannel(stream, {
    role,
    clock: options.clock,
    staticSecret: options.secret,
    ephemeralSecret: options.random(SECRET_SIZE),
    ...defined({ timeoutMs: options.noiseTimeoutMs }),
  });
}
